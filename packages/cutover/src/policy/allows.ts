// Whether a bucket policy gives somebody what an ACL grant gives them now. Conservative: a statement with conditions, or one that covers only part of
// the objects, does not count as a replacement; what is left uncovered is said, never guessed.
import type { AccountId, CanonicalId } from "@quitclaim/campaign";
import { list, type PrincipalMember, type Statement } from "./document.ts";
import { globMatches } from "./glob.ts";

export type Grantee =
  | { readonly kind: "account"; readonly canonicalId: CanonicalId /** Where the campaign knows it. */; readonly accountId?: AccountId }
  | { readonly kind: "everyone" }
  | { readonly kind: "any-account" };

export interface Need {
  readonly grantee: Grantee;
  readonly action: string;
  /** ARN, with `*` where it stands for many. */
  readonly resource: string;
}

/** allowed: unconditionally. conditional: only under conditions. denied: a Deny stands against it. none: nothing allows it. */
export type Coverage = "allowed" | "conditional" | "denied" | "none";

export function coverage(statements: readonly Statement[], need: Need): Coverage {
  let best: Coverage = "none";
  for (const statement of statements) {
    if (!principalCovers(statement, need.grantee) || !actionCovers(statement, need.action) || !resourceCovers(statement, need.resource))
      continue;
    const conditional = Object.keys(statement.Condition ?? {}).length > 0;
    if (statement.Effect === "Deny") {
      if (!conditional) return "denied";
    } else if (!conditional) best = "allowed";
    else if (best === "none") best = "conditional";
  }
  return best;
}

function principalCovers(statement: Statement, grantee: Grantee): boolean {
  if (statement.NotPrincipal !== undefined || statement.Principal === undefined) return false;
  if (isEveryone(statement.Principal)) return true;
  if (grantee.kind !== "account" || statement.Principal === "*") return false;
  if (list(statement.Principal.CanonicalUser).includes(grantee.canonicalId)) return true;
  const id = grantee.accountId;
  // Only the account as a whole replaces a grant, which reached every principal of the account.
  return (
    id !== undefined && list(statement.Principal.AWS).some((p) => p === id || (p.startsWith("arn:") && p.endsWith(`:iam::${id}:root`)))
  );
}

export const isEveryone = (principal: PrincipalMember): boolean => principal === "*" || list(principal.AWS).includes("*");

function actionCovers(statement: Statement, action: string): boolean {
  const wanted = action.toLowerCase();
  if (statement.NotAction !== undefined) return !list(statement.NotAction).some((a) => globMatches(a.toLowerCase(), wanted));
  return list(statement.Action).some((a) => globMatches(a.toLowerCase(), wanted));
}

function resourceCovers(statement: Statement, resource: string): boolean {
  if (statement.NotResource !== undefined) return false;
  return list(statement.Resource).some((r) => globMatches(r, resource));
}
