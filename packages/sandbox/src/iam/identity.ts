/** What a principal's own policies say: the identity policies of the user or role, shrunk by the session policy if there is one. */
import type { Principal } from "../account/principal.ts";
import { type Effect, evaluate, type PolicyRequest } from "./evaluate.ts";

/** `allow` only when the identity policies allow and the session policy (if any) allows too; a deny anywhere wins. */
export function evaluateIdentity(principal: Principal, request: PolicyRequest): Effect {
  if (principal.kind === "anonymous") return "none";
  const own = principal.policies === "everything" ? "allow" : strongest(principal.policies.map((policy) => evaluate(policy, request)));
  if (own === "deny" || principal.kind !== "session" || principal.sessionPolicy === undefined) return own;
  const left = evaluate(principal.sessionPolicy, request);
  if (left === "deny") return "deny";
  return own === "allow" && left === "allow" ? "allow" : "none";
}

/** Deny beats allow beats nothing. */
export function strongest(effects: readonly Effect[]): Effect {
  if (effects.includes("deny")) return "deny";
  return effects.includes("allow") ? "allow" : "none";
}
