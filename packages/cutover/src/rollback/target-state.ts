// Which state a rollback goes back to: the one before the switch, without the fixes that were ordered for it. Pure.
import type { AnswerRecord } from "../answers/record.ts";
import { sameAcl } from "../bucket/acl.ts";
import type { BucketState } from "../bucket/state.ts";
import type { AnswerId } from "../finding.ts";
import { holdsStatements, withoutStatements } from "../policy/merge.ts";

export interface Restoration {
  readonly to: BucketState;
  /** Fixes that are taken back with it. */
  readonly undone: readonly AnswerId[];
  /** Parts of fixes that stay, and why. */
  readonly kept: readonly string[];
}

/**
 * Takes the fixes back, newest first. Where nothing else has touched the policy or the ACL since a fix, what was before it comes back to the byte;
 * where something has, only the fix's own statements leave the policy.
 */
export function restoration(from: BucketState, answers: readonly AnswerRecord[], whose: string): Restoration {
  let { policy, acl } = from;
  const undone: AnswerId[] = [];
  const kept: string[] = [];
  for (const answer of answers.filter((a) => a.stage !== "undone").toReversed()) {
    const { before, after } = answer;
    undone.push(answer.id);
    if (after !== undefined && policy === after.policy) policy = before.policy;
    else if (holdsStatements(policy, answer.statements, whose)) policy = withoutStatements(policy, answer.statements, whose);
    else if (policy !== before.policy)
      kept.push(`${answer.id}: the policy was changed after this fix, so its statements were left as somebody has changed them`);
    if (after === undefined || sameAcl(acl, after.acl)) acl = before.acl;
    else if (!sameAcl(acl, before.acl)) kept.push(`${answer.id}: the bucket ACL was changed after this fix, so it was left as it is`);
  }
  return { to: { ...from, policy, acl }, undone, kept };
}
