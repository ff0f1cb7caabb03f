// Conditions about ACL headers. Once ACLs are disabled a write may carry no ACL, or bucket-owner-full-control; a statement that asks for any
// other ACL, or for a grant header, then asks for what S3 refuses (domain.md 2.3).
import { type Conditions, list, type Statement } from "./document.ts";
import { globMatches } from "./glob.ts";

export const BUCKET_OWNER_FULL_CONTROL = "bucket-owner-full-control";

export type AclDemand =
  /** Still satisfiable: without an ACL, or with bucket-owner-full-control. */
  | { readonly kind: "harmless"; readonly key: string }
  /** Only an ACL or header that an enforced bucket refuses satisfies it. */
  | { readonly kind: "refused"; readonly key: string; readonly wants: string };

const isAclKey = (key: string): boolean => key === "s3:x-amz-acl" || key.startsWith("s3:x-amz-grant-");

/** What each ACL condition of the statement means for a writer after the switch. Empty: it has none. */
export function aclDemands(statement: Statement): AclDemand[] {
  const demands: AclDemand[] = [];
  for (const [operator, lines] of Object.entries((statement.Condition ?? {}) as Conditions))
    for (const [name, values] of Object.entries(lines)) {
      const key = name.toLowerCase();
      if (!isAclKey(key)) continue;
      const accepted = list(values as string | readonly string[]).map(String);
      const wanted = satisfiable(statement.Effect, operator, key, accepted);
      demands.push(wanted === undefined ? { kind: "harmless", key } : { kind: "refused", key, wants: wanted });
    }
  return demands;
}

/**
 * undefined where a write without an ACL, or with bucket-owner-full-control, gets by this line: an Allow's line must hold for it,
 * a Deny's must not. Otherwise what the line asks for.
 */
function satisfiable(effect: string, operator: string, key: string, values: readonly string[]): string | undefined {
  const holds = (given: string | undefined): boolean => lineHolds(operator, given, values);
  const passes = effect === "Deny" ? (given: string | undefined) => !holds(given) : holds;
  const bare = passes(undefined);
  const canned = key === "s3:x-amz-acl" && passes(BUCKET_OWNER_FULL_CONTROL);
  if (bare || canned) return undefined;
  const negated = /Not/.test(operator);
  const asked = (effect === "Deny") === negated ? values.join(" or ") : `anything but ${values.join(", ")}`;
  return operator.toLowerCase() === "null" ? "a grant header" : asked;
}

/** One line of a Condition block for one given value; undefined: the request has no such header. */
function lineHolds(operator: string, given: string | undefined, values: readonly string[]): boolean {
  const parts = /^(?:(ForAnyValue|ForAllValues):)?(String|Arn)?(Not)?(Equals|Like)?(IgnoreCase)?(IfExists)?$/i.exec(operator);
  if (operator.toLowerCase() === "null") return values.some((v) => (v.toLowerCase() === "true") === (given === undefined));
  const negated = parts?.[3] !== undefined;
  if (given === undefined) {
    if (parts?.[6] !== undefined || parts?.[1]?.toLowerCase() === "forallvalues") return true;
    return negated && parts?.[1] === undefined;
  }
  const ignoreCase = parts?.[5] !== undefined;
  const like = parts?.[4]?.toLowerCase() === "like";
  const matches = values.some((value) => textMatches(value, given, like, ignoreCase));
  return matches !== negated;
}

function textMatches(pattern: string, given: string, like: boolean, ignoreCase: boolean): boolean {
  const [p, g] = ignoreCase ? [pattern.toLowerCase(), given.toLowerCase()] : [pattern, given];
  return like ? globMatches(p, g) : p === g;
}
