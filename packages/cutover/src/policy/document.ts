// A bucket policy as data: read, compared statement by statement, and written compactly. Members we do not know are kept as they are.
import { CutoverRefusal } from "../refusal.ts";

export type PrincipalMember = "*" | { readonly [kind in "AWS" | "CanonicalUser" | "Service" | "Federated"]?: string | readonly string[] };
export type Conditions = { readonly [operator: string]: { readonly [key: string]: unknown } };

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: PrincipalMember;
  readonly NotPrincipal?: PrincipalMember;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Conditions;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: Statement | readonly Statement[];
}

/** Throws CutoverRefusal where the text is not a policy document. `whose` names it for people. */
export function parsePolicy(text: string, whose: string): PolicyDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CutoverRefusal("policy-unreadable", `${whose} is not valid JSON, so nothing can be merged into it. Repair it first.`, {
      cause,
    });
  }
  if (typeof value !== "object" || value === null || !("Statement" in value))
    throw new CutoverRefusal("policy-unreadable", `${whose} has no Statement, so it is not a policy document. Repair it first.`);
  return value as PolicyDocument;
}

/** The statements of a policy text; none for null. */
export const statementsOf = (text: string | null, whose: string): readonly Statement[] =>
  text === null ? [] : statementList(parsePolicy(text, whose));

export const statementList = (document: PolicyDocument): readonly Statement[] => list(document.Statement);

/** A member that policies write as one value or as a list. */
export function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** Size as S3 counts it. */
export const policyBytes = (text: string): number => Buffer.byteLength(text, "utf8");

/**
 * Equal in meaning: the order of members and of lists does not matter, nor whether a single value stands in a list.
 * S3 may give a policy back in either form.
 */
export const sameStatement = (a: Statement, b: Statement): boolean => normal(a) === normal(b);

/** The same, but whoever is named as principal: S3 may answer an account ID where a canonical ID was put (domain.md 2.3). */
export const sameButPrincipal = (a: Statement, b: Statement): boolean =>
  normal({ ...a, Principal: "*" }) === normal({ ...b, Principal: "*" });

/** The same document in meaning; null is no policy. Throws CutoverRefusal where a text is no policy. */
export function samePolicy(a: string | null, b: string | null, whose: string): boolean {
  if (a === b) return true;
  return a !== null && b !== null && normal(parsePolicy(a, whose)) === normal(parsePolicy(b, whose));
}

function normal(value: unknown): string {
  if (Array.isArray(value)) {
    if (value.length === 1) return normal(value[0]);
    return `[${value.map(normal).sort().join(",")}]`;
  }
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `${JSON.stringify(name)}:${normal(member)}`)
      .sort()
      .join(",")}}`;
  // Policies write booleans and numbers with and without quotes.
  return JSON.stringify(String(value));
}
