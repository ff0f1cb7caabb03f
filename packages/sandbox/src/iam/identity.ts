/** What a principal's own policies say: the identity policies of the user or role, shrunk by the session policy if there is one. */
import type { Principal } from "../account/principal.ts";
import { type Effect, evaluate, type PolicyRequest } from "./evaluate.ts";

/** The effect, and the tail of AWS's access-denied sentence that explains it; the reason of an allow is empty. */
export interface IdentityDecision {
  readonly effect: Effect;
  readonly reason: string;
}

const allowed: IdentityDecision = { effect: "allow", reason: "" };

/** `allow` only when the identity policies allow and the session policy (if any) allows too; a deny anywhere wins. */
export function decideIdentity(principal: Principal, request: PolicyRequest): IdentityDecision {
  if (principal.kind === "anonymous") return { effect: "none", reason: "because the request is not signed" };
  const own = principal.policies === "everything" ? "allow" : strongest(principal.policies.map((policy) => evaluate(policy, request)));
  if (own === "deny") return { effect: "deny", reason: "with an explicit deny in an identity-based policy" };
  const policy = principal.kind === "session" ? principal.sessionPolicy : undefined;
  const left = policy === undefined ? "allow" : evaluate(policy, request);
  if (left === "deny") return { effect: "deny", reason: "with an explicit deny in a session policy" };
  if (own === "none") return { effect: "none", reason: `because no identity-based policy allows the ${request.action} action` };
  return left === "allow" ? allowed : { effect: "none", reason: `because no session policy allows the ${request.action} action` };
}

/** The effect alone. */
export function evaluateIdentity(principal: Principal, request: PolicyRequest): Effect {
  return decideIdentity(principal, request).effect;
}

/** Deny beats allow beats nothing. */
export function strongest(effects: readonly Effect[]): Effect {
  if (effects.includes("deny")) return "deny";
  return effects.includes("allow") ? "allow" : "none";
}
