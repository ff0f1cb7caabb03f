// One account: how far it is, what it has in flight, and why objects failed.
import type { AccountProgress } from "@quitclaim/campaign";
import { bar } from "../cells/bar.ts";
import { leftText } from "../cells/left.ts";
import { grouped, percent, perSecond } from "../cells/number.ts";
import { accountState } from "../cells/state.ts";
import { moment, span } from "../cells/time.ts";
import { accountLeft } from "../eta.ts";
import { allot } from "../layout.ts";
import { cutLine, joinFitting, lineWidth, paragraph, spread } from "../line.ts";
import { itemsOf } from "../listing.ts";
import { type BatchInFlight, top } from "../model.ts";
import { finishedOf, shareOf } from "../tally.ts";
import type { Line } from "../theme.ts";
import { leftTone, outcomesLine } from "./progress.ts";
import { reasonLines } from "./reasons.ts";
import { dot, plural, rule, type Stage } from "./stage.ts";

/** The account's view in at most `rows` lines. */
export function accountLines(stage: Stage, account: AccountProgress, rows: number): Line[] {
  const { model } = stage;
  const facts = [doneLine(stage, account), paceLine(stage, account)];
  const cause = causeLines(stage, account);
  const more = [outcomesLine(stage, account), planLine(stage, account)];
  const batches = batchLines(stage, account);
  const reasons = itemsOf(model, top(model)).length;
  const lines = allot(rows, [
    { part: "facts", lines: 2, partly: true },
    { part: "cause", lines: Math.min(2, cause.length), partly: true },
    { part: "reasonsRule", lines: 1 },
    { part: "reasons", lines: Math.min(3, Math.max(1, reasons)), partly: true },
    { part: "more", lines: 2, partly: true },
    { part: "cause", lines: cause.length - 2, partly: true },
    { part: "batches", lines: Math.min(4, batches.length) },
    // What a reason means stands below the list: a rule and a few lines.
    { part: "reasons", lines: Math.min(8, reasons + 4), partly: true },
    { part: "batches", lines: batches.length - 4, partly: true },
    { part: "reasons", lines: rows, partly: true },
  ]);
  const title = reasons > 0 ? "failures by reason" : "failures";
  return [
    ...facts.slice(0, lines.facts),
    ...cause.slice(0, lines.cause),
    ...more.slice(0, lines.more),
    ...batches.slice(0, lines.batches),
    ...(lines.reasonsRule > 0 ? [rule(stage, title)] : []),
    ...reasonLines(stage, lines.reasons),
  ].slice(0, rows);
}

function doneLine(stage: Stage, account: AccountProgress): Line {
  const { theme, width } = stage;
  const state = accountState(account.state, theme.glyphs);
  const left: Line = [
    theme.text(` ${state.glyph} ${state.word.padEnd(9)} `, state.tone),
    theme.text(`${grouped(finishedOf(account))} of ${grouped(account.planned)} objects  `, "strong"),
  ];
  const right: Line = [theme.text(`${percent(shareOf(account), 1).padStart(7)} `, "strong")];
  const room = width - lineWidth(left) - lineWidth(right) - 1;
  const middle = room >= 6 ? [theme.text(bar(shareOf(account), room, theme.glyphs.bar), state.tone)] : [];
  return spread([...left, ...middle], right, width, theme);
}

function paceLine(stage: Stage, account: AccountProgress): Line {
  const { model, theme, width } = stage;
  const left = accountLeft(model.watched, account);
  const parts: Line[] = [
    [theme.text(perSecond(account.ratePerSecond).replace("/s", " objects/s"), account.ratePerSecond > 0 ? "strong" : "plain")],
    [theme.text(left.kind === "range" ? "left " : "", "dim"), theme.text(leftText(left, theme.glyphs), leftTone(left))],
    [theme.text(`S3 said slow down to ${percent(account.throttledShare, 1)}`, account.throttledShare >= 0.05 ? "warn" : "dim")],
    [theme.text(plural(account.batchesInFlight, "batch").replace("batchs", "batches").concat(" in flight"), "dim")],
  ];
  return [theme.text("   "), ...joinFitting(parts, dot(theme), width - 4)];
}

function planLine(stage: Stage, account: AccountProgress): Line {
  const { theme, width } = stage;
  const words = { acl: "to be granted access", copy: "to be copied in place", reencrypt: "to be re-encrypted" } as const;
  const parts: Line[] = (["acl", "copy", "reencrypt"] as const)
    .filter((op) => (account.plannedByOp[op] ?? 0) > 0)
    .map((op) => [theme.text(`${grouped(account.plannedByOp[op] ?? 0)} ${words[op]}`, "dim")]);
  parts.push([theme.text(`${grouped(account.held)} held`, account.held > 0 ? "plain" : "dim")]);
  return [theme.text("   "), ...joinFitting(parts, dot(theme), width - 4)];
}

function causeLines(stage: Stage, account: AccountProgress): Line[] {
  const { model, theme, width } = stage;
  if (account.pause === undefined) return [];
  const by = account.pause.by === "breaker" ? "the breaker" : "an operator";
  const when = moment(account.pause.at, model.snapshot?.at ?? model.now);
  return paragraph(`paused by ${by} at ${when}: ${account.pause.cause}`, width - 1, 3, theme, "warn");
}

function batchLines(stage: Stage, account: AccountProgress): Line[] {
  const { model, theme, width } = stage;
  const load = model.loads.batches;
  const head = rule(stage, "batches in flight");
  if (load === undefined) return account.batchesInFlight > 0 ? [head, [theme.text("   reading", "dim")]] : [];
  if (load.error !== undefined) return [head, cutLine([theme.text(`   could not be read: ${load.error}`, "warn")], width, theme)];
  const batches = load.value ?? [];
  if (batches.length === 0) return account.batchesInFlight > 0 ? [head, [theme.text("   none at this moment", "dim")]] : [];
  const now = model.snapshot?.at ?? model.now;
  return [head, ...[...batches].sort((a, b) => a.since - b.since).map((batch) => batchLine(stage, batch, now))];
}

function batchLine(stage: Stage, batch: BatchInFlight, now: number): Line {
  const { theme, width } = stage;
  const share = batch.rows === 0 ? 1 : batch.finished / batch.rows;
  const line: Line = [
    theme.text(`   ${batch.batch}  `),
    theme.cell(batch.op, width >= 100 ? 9 : 4, "left", "dim"),
    ...(width >= 70 ? [theme.text(`  ${bar(share, width >= 100 ? 10 : 5, theme.glyphs.bar)}`, "work")] : []),
    theme.text(` ${grouped(batch.finished).padStart(5)} of ${grouped(batch.rows)}`),
    theme.text(`  for ${span(now - batch.since)}  ${batch.worker}`, "dim"),
  ];
  return cutLine(line, width, theme);
}
