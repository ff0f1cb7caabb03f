/**
 * What a principal's own side (identity policies, session policy) says about an action, with the clause AWS puts at the end
 * of its sentence "User … is not authorized to perform …".
 */
import type { Principal } from "./account/principal.ts";
import { type Effect, evaluate, type PolicyRequest } from "./iam/evaluate.ts";

export interface IdentityDecision {
  readonly effect: Effect;
  /** A policy of the identity's own says nothing although the session policy would: a resource policy may still let it in. */
  readonly sessionAllows: boolean;
  /** `because no identity-based policy allows the s3:GetObject action`; empty for an allow. */
  readonly reason: string;
}

const allowed: IdentityDecision = { effect: "allow", sessionAllows: true, reason: "" };

export function identityVerdict(principal: Principal, request: PolicyRequest): IdentityDecision {
  if (principal.kind === "anonymous") return { effect: "none", sessionAllows: true, reason: "" };
  const own = ownEffect(principal.policies, request);
  if (own === "deny") return { effect: "deny", sessionAllows: false, reason: "with an explicit deny in an identity-based policy" };
  const session =
    principal.kind === "session" && principal.sessionPolicy !== undefined ? evaluate(principal.sessionPolicy, request) : "allow";
  if (session === "deny") return { effect: "deny", sessionAllows: false, reason: "with an explicit deny in a session policy" };
  if (session === "none") {
    return { effect: "none", sessionAllows: false, reason: `because no session policy allows the ${request.action} action` };
  }
  if (own === "allow") return allowed;
  return { effect: "none", sessionAllows: true, reason: `because no identity-based policy allows the ${request.action} action` };
}

function ownEffect(policies: "everything" | readonly Parameters<typeof evaluate>[0][], request: PolicyRequest): Effect {
  if (policies === "everything") return "allow";
  let effect: Effect = "none";
  for (const policy of policies) {
    const said = evaluate(policy, request);
    if (said === "deny") return "deny";
    if (said === "allow") effect = "allow";
  }
  return effect;
}
