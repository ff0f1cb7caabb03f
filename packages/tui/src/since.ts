// What happened between two snapshots of one campaign: for whoever comes back in the morning.
import type { ProgressSnapshot } from "@quitclaim/campaign";
import { compact, grouped } from "./cells/number.ts";
import { moment, span } from "./cells/time.ts";
import { doneOf, failedOf } from "./tally.ts";

/** `since you detached 7 h ago (20:12): 9.1 M done, 12 failed, ml-research paused (02:14)`; "" for another campaign. */
export function sinceText(before: ProgressSnapshot, now: ProgressSnapshot): string {
  if (before.campaign !== now.campaign || before.at > now.at) return "";
  const parts = [`${compact(Math.max(0, doneOf(now) - doneOf(before)))} done`];
  const failed = failedOf(now) - failedOf(before);
  if (failed > 0) parts.push(`${grouped(failed)} failed`);
  if (failed < 0) parts.push(`${grouped(-failed)} fewer failed`);
  const running = new Set(before.accounts.filter((one) => one.pause === undefined).map((one) => one.account));
  for (const one of now.accounts) {
    if (one.pause !== undefined && running.has(one.account)) parts.push(`${one.name} paused (${moment(one.pause.at, now.at)})`);
  }
  return `since you detached ${span(now.at - before.at)} ago (${moment(before.at, now.at)}): ${parts.join(", ")}`;
}
