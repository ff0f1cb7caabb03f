// The campaign file's rules: conditions are and-ed, the members of a list or-ed, and the first rule that matches decides.
import type { Action, CampaignConfig, RuleCondition } from "@quitclaim/campaign";
import type { RowFacts } from "./facts.ts";
import { globMatches } from "./glob.ts";

const DAY_MS = 86_400_000;

/**
 * The first condition that does not hold; undefined: the rule matches. An object whose age or size is not in the report matches no condition about it. Facts that each
 * row has for itself are looked at only where a condition is about them: rows that differ in nothing else are decided together.
 */
function failing(when: RuleCondition, facts: RowFacts, reportCreated: number): keyof RuleCondition | undefined {
  const { owner } = facts;
  if (when.account !== undefined && !(owner.kind === "account" && when.account.includes(owner.account))) return "account";
  if (when.latest !== undefined && when.latest !== facts.isLatest) return "latest";
  if (when.storageClass !== undefined && !when.storageClass.includes(facts.storageClass)) return "storageClass";
  if (when.encryption !== undefined && !when.encryption.includes(facts.encryption)) return "encryption";
  if (when.largerThan !== undefined && !(facts.sizeKnown && facts.size > when.largerThan)) return "largerThan";
  if (when.smallerThan !== undefined && !(facts.sizeKnown && facts.size < when.smallerThan)) return "smallerThan";
  if (when.olderThanDays !== undefined || when.newerThanDays !== undefined) {
    const { lastModified } = facts;
    const days = lastModified === null ? Number.NaN : (reportCreated - lastModified) / DAY_MS;
    if (when.olderThanDays !== undefined && !(days > when.olderThanDays)) return "olderThanDays";
    if (when.newerThanDays !== undefined && !(days < when.newerThanDays)) return "newerThanDays";
  }
  if (when.prefix === undefined && when.glob === undefined) return undefined;
  const key = facts.key();
  if (when.prefix !== undefined && !when.prefix.some((prefix) => key.startsWith(prefix))) return "prefix";
  return when.glob === undefined || when.glob.some((glob) => globMatches(glob, key)) ? undefined : "glob";
}

/** Which action applies, and the line of the rule that says so (undefined: the default). */
export function actionFor(
  facts: RowFacts,
  actions: CampaignConfig["actions"],
  reportCreated: number,
): { action: Action; line: number | undefined } {
  for (const rule of actions.rules) if (failing(rule.when, facts, reportCreated) === undefined) return { action: rule.do, line: rule.line };
  return { action: actions.default, line: undefined };
}

/** A rule that did not match, and the first of its conditions that did not hold. */
export interface RulePassedOver {
  /** In the campaign file. */
  readonly line: number;
  readonly condition: keyof RuleCondition;
}

/** The rules before the one that decided. */
export function rulesPassedOver(facts: RowFacts, actions: CampaignConfig["actions"], reportCreated: number): RulePassedOver[] {
  const passed: RulePassedOver[] = [];
  for (const { when, line } of actions.rules) {
    const condition = failing(when, facts, reportCreated);
    if (condition === undefined) break;
    passed.push({ line, condition });
  }
  return passed;
}
