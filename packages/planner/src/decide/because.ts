// A decision in words: why it fell, and which requests would follow from it.
import { type Grant, type Op, parseGrants } from "@quitclaim/campaign/words";
import type { WitnessedVersion } from "../scan/witness.ts";

type Decided = Pick<WitnessedVersion, "decision" | "rule" | "facts">;

const ruleText = (rule: Decided["rule"], file: string): string =>
  rule?.line === undefined ? `no rule matches, and actions.default in ${file}` : `the rule in line ${rule.line} of ${file}`;

/** One sentence without a full stop. `file`: the campaign file. */
export function becauseOf({ decision, rule, facts }: Decided, file: string): string {
  switch (decision.what) {
    case "delete-marker":
      return "it is a delete marker, which has neither content nor an ACL";
    case "own":
      return "the bucket owner owns it already";
    case "already-granted":
      if (rule !== undefined && rule.line === undefined && (rule.do === "copy" || rule.do === "reencrypt"))
        return (
          `the bucket owner's FULL_CONTROL is in effect in its ACL, and no rule matches; only a rule reaches objects that are granted already, ` +
          `and actions.default in ${file}, which says ${rule.do}, is none (as the last rule, { when: {}, do: ${rule.do} } would reach it)`
        );
      return `the bucket owner's FULL_CONTROL is in effect in its ACL, and ${ruleText(rule, file)} asks for no more than access`;
    case "skip":
      return `${ruleText(rule, file)} says skip`;
    case "planned":
      return `${facts.owner.kind === "account" ? `account ${facts.owner.account} owns it, ${rule?.line === undefined ? "" : "and "}` : ""}${ruleText(rule, file)} says ${rule?.do}`;
    case "held":
      if (rule === undefined) return decision.detail;
      if (decision.reason === "by-rule") return `${ruleText(rule, file)} says hold`;
      return `${ruleText(rule, file)} says ${rule.do}, but: ${decision.detail}`;
  }
}

export const grantText = (grant: Grant): string => `${grant.permission} to ${"id" in grant ? grant.id : grant.uri}`;

/** Requests in their order; none where nothing would be done. */
export function stepsOf({ decision, facts }: Decided): string[] {
  if (decision.what !== "planned") return [];
  const { acl } = facts;
  const first = acl.state === "known" ? [] : ["GetObjectAcl: the report does not have its ACL, and what others have must be merged"];
  const grants =
    acl.state !== "known"
      ? "the grants found there and the bucket owner's FULL_CONTROL"
      : acl.grants === null
        ? "the canned ACL bucket-owner-full-control, which is exact here"
        : `the grants ${parseGrants(acl.grants).map(grantText).join(", ")}`;
  const steps: Readonly<Record<Op, readonly string[]>> = {
    acl: [`PutObjectAcl with ${grants}`],
    copy: [
      "HeadObject",
      "CopyObject onto itself with the canned ACL bucket-owner-full-control, in parts where it is larger than 5 GB",
      "HeadObject as the bucket owner, compared with the first",
      ...(acl.thirdParty.length > 0 && acl.grants !== null ? [`PutObjectAcl as the bucket owner with ${grants}, put back`] : []),
    ],
    reencrypt: ["UpdateObjectEncryption with actions.kmsKey", `PutObjectAcl with ${grants}`],
  };
  return [...first, ...steps[decision.op]];
}
