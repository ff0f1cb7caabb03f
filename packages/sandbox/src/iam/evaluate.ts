/**
 * Decides what ONE policy document says about a request: an explicit deny, an allow, or nothing. How several documents
 * and ACLs combine is the business of the caller. Pure: no clock, no state.
 */
import type { Principal } from "../account/principal.ts";
import { conditionHolds, conditionOperator } from "./condition.ts";
import type { PolicyDocument, PrincipalElement, Statement } from "./document.ts";
import { globMatches } from "./glob.ts";
import { expandVariables, principalContext } from "./variables.ts";

/** A request as policies see it. A service principal never signs requests here; it appears in trust policies only. */
export interface PolicyRequest {
  readonly principal: Principal | { readonly kind: "service"; readonly service: string };
  /** `s3:GetObject`, `sts:AssumeRole` … compared without regard to case. */
  readonly action: string;
  readonly resource: string;
  /** Lower-case key -> values: "s3:x-amz-acl", "aws:securetransport", "s3:existingobjecttag/x". */
  readonly context: ReadonlyMap<string, readonly string[]>;
}

export type Effect = "allow" | "deny" | "none";

/** `delegated`: the allow names only the principal's whole account, so the account's own identity policy must allow too. */
export interface Decision {
  readonly effect: Effect;
  readonly delegated: boolean;
}

type PrincipalMatch = "no" | "account" | "exact";

/** What the document says. A resource-based document (with Principal) and an identity-based one (without) are told apart by statement. */
export function evaluate(document: PolicyDocument, request: PolicyRequest): Effect {
  return decide(document, request).effect;
}

/** The same, telling also whether an allow merely delegates to the principal's account. */
export function decide(document: PolicyDocument, request: PolicyRequest): Decision {
  let effect: Effect = "none";
  let delegated = true;
  for (const statement of document.Statement) {
    if (effect === "allow" && !delegated && statement.Effect === "Allow") continue;
    const match = statementMatch(statement, request, document.Version);
    if (match === "no") continue;
    if (statement.Effect === "Deny") return { effect: "deny", delegated: false };
    effect = "allow";
    if (match === "exact") delegated = false;
  }
  return { effect, delegated: effect === "allow" && delegated };
}

function statementMatch(statement: Statement, request: PolicyRequest, version: string | undefined): PrincipalMatch {
  const match = principalOf(statement, request);
  if (match === "no") return "no";
  if (!actionCovered(statement, request.action)) return "no";
  if (!resourceCovered(statement, request, version)) return "no";
  return conditionsHold(statement, request, version) ? match : "no";
}

function principalOf(statement: Statement, request: PolicyRequest): PrincipalMatch {
  if (statement.Principal !== undefined) return principalMatch(statement.Principal, request.principal);
  if (statement.NotPrincipal !== undefined) return principalMatch(statement.NotPrincipal, request.principal) === "no" ? "exact" : "no";
  return "exact";
}

function principalMatch(element: PrincipalElement, principal: PolicyRequest["principal"]): PrincipalMatch {
  if (element === "*") return "exact";
  if (principal.kind === "service") return element.Service?.includes(principal.service) === true ? "exact" : "no";
  const named = element.AWS ?? [];
  if (named.includes("*")) return "exact";
  if (principal.kind === "anonymous") return "no";
  for (const name of named) {
    if (name === principal.arn || (principal.kind === "session" && name === principal.roleArn)) return "exact";
  }
  const account = principal.accountId;
  const byAccount = named.some((name) => name === account || name === `arn:aws:iam::${account}:root`);
  return byAccount || element.CanonicalUser?.includes(principal.canonicalId) === true ? "account" : "no";
}

function actionCovered(statement: Statement, action: string): boolean {
  const wanted = action.toLowerCase();
  const covers = (pattern: string): boolean => globMatches(pattern.toLowerCase(), wanted);
  if (statement.NotAction !== undefined) return !statement.NotAction.some(covers);
  return statement.Action?.some(covers) ?? false;
}

function resourceCovered(statement: Statement, request: PolicyRequest, version: string | undefined): boolean {
  const covers = (pattern: string): boolean => {
    const expanded = expandVariables(pattern, request, version);
    return expanded !== undefined && globMatches(expanded, request.resource);
  };
  if (statement.NotResource !== undefined) return !statement.NotResource.some(covers);
  // Trust policies have no Resource: they speak of the role they belong to.
  return statement.Resource?.some(covers) ?? true;
}

function conditionsHold(statement: Statement, request: PolicyRequest, version: string | undefined): boolean {
  if (statement.Condition === undefined) return true;
  for (const [name, keys] of Object.entries(statement.Condition)) {
    const operator = conditionOperator(name);
    // Documents built by hand may carry an unknown operator; a condition nobody can check never holds.
    if (operator === undefined) return false;
    for (const [key, values] of Object.entries(keys)) {
      const lower = key.toLowerCase();
      const given = request.context.get(lower) ?? principalContext(lower, request.principal);
      const accepted = values.map((value) => expandVariables(value, request, version)).filter((value) => value !== undefined);
      if (!conditionHolds(operator, given, accepted)) return false;
    }
  }
  return true;
}
