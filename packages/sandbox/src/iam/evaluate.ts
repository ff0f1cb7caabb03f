/**
 * Decides what ONE policy document says about a request: an explicit deny, an allow, or nothing. How several documents
 * and ACLs combine is the business of the caller. Pure: no clock, no state.
 */
import type { Principal } from "../account/principal.ts";
import { type CompiledCondition, compiledStatement } from "./compiled.ts";
import { conditionHolds } from "./condition.ts";
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

/** The names of actions are few, and asked about with every request. */
const lowered = new Map<string, string>();
const loweredMax = 1_000;

function lowerCase(action: string): string {
  let lower = lowered.get(action);
  if (lower === undefined) {
    lower = action.toLowerCase();
    if (lowered.size < loweredMax) lowered.set(action, lower);
  }
  return lower;
}

type PrincipalMatch = "no" | "account" | "exact";

/** What the document says. A resource-based document (with Principal) and an identity-based one (without) are told apart by statement. */
export function evaluate(document: PolicyDocument, request: PolicyRequest): Effect {
  return decide(document, request).effect;
}

/** The same, telling also whether an allow merely delegates to the principal's account. */
export function decide(document: PolicyDocument, request: PolicyRequest): Decision {
  const action = lowerCase(request.action);
  let effect: Effect = "none";
  let delegated = true;
  for (const statement of document.Statement) {
    if (effect === "allow" && !delegated && statement.Effect === "Allow") continue;
    const match = statementMatch(statement, request, action, document.Version);
    if (match === "no") continue;
    if (statement.Effect === "Deny") return { effect: "deny", delegated: false };
    effect = "allow";
    if (match === "exact") delegated = false;
  }
  return { effect, delegated: effect === "allow" && delegated };
}

function statementMatch(statement: Statement, request: PolicyRequest, action: string, version: string | undefined): PrincipalMatch {
  const compiled = compiledStatement(statement);
  if (!compiled.actions(action)) return "no";
  const match = principalOf(statement, request);
  if (match === "no") return "no";
  const covered = compiled.resources === undefined ? expandedCovers(statement, request, version) : compiled.resources(request.resource);
  return covered && conditionsHold(compiled.conditions, request, version) ? match : "no";
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

/** For patterns with policy variables. */
function expandedCovers(statement: Statement, request: PolicyRequest, version: string | undefined): boolean {
  const covers = (pattern: string): boolean => {
    const expanded = expandVariables(pattern, request, version);
    return expanded !== undefined && globMatches(expanded, request.resource);
  };
  if (statement.NotResource !== undefined) return !statement.NotResource.some(covers);
  return statement.Resource?.some(covers) ?? true;
}

function conditionsHold(conditions: readonly CompiledCondition[], request: PolicyRequest, version: string | undefined): boolean {
  for (const { operator, key, values, literal } of conditions) {
    // A condition nobody can check never holds.
    if (operator === undefined) return false;
    const given = request.context.get(key) ?? principalContext(key, request.principal);
    const accepted = literal
      ? values
      : values.map((value) => expandVariables(value, request, version)).filter((value) => value !== undefined);
    if (!conditionHolds(operator, given, accepted)) return false;
  }
  return true;
}
