// The campaign in a few lines that may stay in a scrollback: for the end of the dashboard, of a plain run, of the demo.
import type { ProgressSnapshot } from "@quitclaim/campaign";
import { grouped, percent } from "./cells/number.ts";
import { campaignState } from "./cells/state.ts";
import { moment } from "./cells/time.ts";
import { doneOf, failedOf, failuresByCode, finishedOf, OUTCOME_WORDS, shareOf } from "./tally.ts";
import { type Charset, legible } from "./text/legible.ts";
import { themeOf } from "./theme.ts";

/** What is done, what failed and why, what remains and what holds it back. Legible text without colours or line ends. */
export function finalSummary(snapshot: ProgressSnapshot, charset: Charset = "unicode"): string[] {
  const { glyphs } = themeOf(charset === "unicode" ? { LANG: "C.UTF-8" } : {});
  const { word } = campaignState(snapshot.state, glyphs);
  const outcomes = (Object.keys(OUTCOME_WORDS) as (keyof typeof OUTCOME_WORDS)[])
    .filter((outcome) => (snapshot.done[outcome] ?? 0) > 0)
    .map((outcome) => `${OUTCOME_WORDS[outcome]} ${grouped(snapshot.done[outcome] ?? 0)}`);
  const failed = failedOf(snapshot);
  const lines = [
    `${snapshot.campaign}: ${snapshot.bucket} ${glyphs.arrow} ${snapshot.owner}, ${word}`,
    `  ${grouped(finishedOf(snapshot))} of ${grouped(snapshot.planned)} objects (${percent(shareOf(snapshot), 1)}): ${grouped(doneOf(snapshot))} done, ${grouped(failed)} failed, ${grouped(snapshot.remaining)} remain, ${grouped(snapshot.held)} held`,
  ];
  if (outcomes.length > 0) lines.push(`  ${outcomes.join(", ")}`);
  const codes = failuresByCode(snapshot.failed).map(({ code, count }) => `${grouped(count)} ${code}`);
  if (codes.length > 0) lines.push(`  failed: ${codes.join(", ")}`);
  for (const account of snapshot.accounts) {
    if (account.pause === undefined) continue;
    const by = account.pause.by === "breaker" ? "the breaker" : "an operator";
    lines.push(
      `  ${account.name} (${account.account}) paused by ${by} at ${moment(account.pause.at, snapshot.at)}: ${account.pause.cause}`,
    );
  }
  // About pauses the banner says nothing that is not said above.
  const paused = snapshot.accounts.some((account) => account.pause !== undefined);
  if (snapshot.banner !== undefined && (!paused || snapshot.state === "draining")) lines.push(`  ${snapshot.banner}`);
  return lines.map((line) => legible(line, charset));
}
