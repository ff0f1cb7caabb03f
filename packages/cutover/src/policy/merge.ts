// Statements into a bucket policy and out of it again, without touching what else stands there.
import { POLICY_BYTES_MAX } from "../limits.ts";
import { CutoverRefusal } from "../refusal.ts";
import { parsePolicy, policyBytes, type Statement, sameButPrincipal, sameStatement, statementList } from "./document.ts";

/** `policy` unchanged, byte for byte, where it holds all statements already. Throws CutoverRefusal: a Sid that is taken, or over 20 KB. */
export function withStatements(policy: string | null, added: readonly Statement[], whose: string): string {
  if (policy === null) return sized(JSON.stringify({ Version: "2012-10-17", Statement: added }), whose);
  const document = parsePolicy(policy, whose);
  const present = statementList(document);
  const missing = added.filter((statement) => !present.some((p) => sameStatement(p, statement)));
  if (missing.length === 0) return policy;
  for (const statement of missing) {
    const taken = present.find((p) => p.Sid !== undefined && p.Sid === statement.Sid);
    if (taken !== undefined)
      throw new CutoverRefusal(
        "policy-conflict",
        `${whose} has a statement ${String(statement.Sid)} already, which says something else than the one to add. Rename or remove it first: ${JSON.stringify(taken)}`,
      );
  }
  // Without this Version "${*}" is no variable but four letters, and the statement would speak of other objects.
  if (document.Version !== "2012-10-17" && JSON.stringify(missing).includes("${"))
    throw new CutoverRefusal(
      "policy-conflict",
      `${whose} has the Version ${document.Version ?? "2008-10-17 (none is given)"}, in which the statements to add cannot be said. Set its Version to 2012-10-17 first, after checking that no statement in it means "\${" literally.`,
    );
  return sized(JSON.stringify({ ...document, Statement: [...present, ...missing] }), whose);
}

/** Without the given statements (compared by Sid and meaning, whatever S3 made of their principals); null: no policy is left. */
export function withoutStatements(policy: string | null, removed: readonly Statement[], whose: string): string | null {
  if (policy === null) return null;
  const document = parsePolicy(policy, whose);
  const present = statementList(document);
  const left = present.filter((p) => !removed.some((r) => r.Sid === p.Sid && sameButPrincipal(r, p)));
  if (left.length === present.length) return policy;
  return left.length === 0 ? null : JSON.stringify({ ...document, Statement: left });
}

/** Whether the policy says everything that the statements say, each by a statement of its own. */
export const holdsStatements = (policy: string | null, wanted: readonly Statement[], whose: string): boolean => {
  const present = policy === null ? [] : statementList(parsePolicy(policy, whose));
  return wanted.every((w) => present.some((p) => p.Sid === w.Sid && sameButPrincipal(p, w)));
};

function sized(text: string, whose: string): string {
  const bytes = policyBytes(text);
  if (bytes <= POLICY_BYTES_MAX) return text;
  throw new CutoverRefusal(
    "policy-too-large",
    `${whose} would have ${bytes} bytes, S3 takes ${POLICY_BYTES_MAX}. Shorten it (wider prefixes, one statement for several principals), or move some grants to access points.`,
  );
}
