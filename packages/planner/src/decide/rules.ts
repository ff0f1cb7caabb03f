// The campaign file's rules: conditions are and-ed, the members of a list or-ed, and the first rule that matches decides.
import type { Action, CampaignConfig, RuleCondition } from "@quitclaim/campaign";
import type { RowFacts } from "./facts.ts";
import { globMatches } from "./glob.ts";

const DAY_MS = 86_400_000;

/** An object whose age or size is not in the report matches no condition about it. */
function matches(when: RuleCondition, facts: RowFacts, reportCreated: number): boolean {
  const { owner, lastModified } = facts;
  if (when.account !== undefined && !(owner.kind === "account" && when.account.includes(owner.account))) return false;
  if (when.latest !== undefined && when.latest !== facts.isLatest) return false;
  if (when.storageClass !== undefined && !when.storageClass.includes(facts.storageClass)) return false;
  if (when.encryption !== undefined && !when.encryption.includes(facts.encryption)) return false;
  if (when.largerThan !== undefined && !(facts.size > when.largerThan)) return false;
  if (when.smallerThan !== undefined && !(facts.size < when.smallerThan)) return false;
  if (when.olderThanDays !== undefined || when.newerThanDays !== undefined) {
    if (lastModified === null) return false;
    const days = (reportCreated - lastModified) / DAY_MS;
    if (when.olderThanDays !== undefined && !(days > when.olderThanDays)) return false;
    if (when.newerThanDays !== undefined && !(days < when.newerThanDays)) return false;
  }
  if (when.prefix === undefined && when.glob === undefined) return true;
  const key = facts.key();
  if (when.prefix !== undefined && !when.prefix.some((prefix) => key.startsWith(prefix))) return false;
  return when.glob === undefined || when.glob.some((glob) => globMatches(glob, key));
}

/** Which action applies, and the line of the rule that says so (undefined: the default). */
export function actionFor(
  facts: RowFacts,
  actions: CampaignConfig["actions"],
  reportCreated: number,
): { action: Action; line: number | undefined } {
  for (const rule of actions.rules) if (matches(rule.when, facts, reportCreated)) return { action: rule.do, line: rule.line };
  return { action: actions.default, line: undefined };
}
