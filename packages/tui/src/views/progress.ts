// The two lines that matter, how much is done and how fast, and what belongs to them: outcomes, limits, the throughput of the night.
import type { DoneOutcome, ProgressSnapshot } from "@quitclaim/campaign";
import { bar } from "../cells/bar.ts";
import { leftText } from "../cells/left.ts";
import { compact, grouped, percent, perSecond } from "../cells/number.ts";
import { resample, sparkline } from "../cells/sparkline.ts";
import { moment } from "../cells/time.ts";
import { campaignLeft, type Left } from "../eta.ts";
import { joinFitting, lineWidth, spread } from "../line.ts";
import { finishedOf, OUTCOME_WORDS, shareOf } from "../tally.ts";
import type { Line, Theme, Tone } from "../theme.ts";
import { dot, type Stage } from "./stage.ts";

const OUTCOMES_SHOWN = Object.keys(OUTCOME_WORDS) as DoneOutcome[];
/** Below this share of throttled answers nothing is worth a colour. */
const THROTTLED_NOTABLE = 0.05;

export const leftTone = (left: Left): Tone => {
  if (left.kind === "range") return "strong";
  return left.word === "finished" ? "good" : left.word === "starting" || left.word === "waiting" ? "dim" : "warn";
};

/** `12,418,004 of 41,200,350 objects ████░░ 30.1 %`. */
export function progressLine(stage: Stage, snapshot: ProgressSnapshot): Line {
  const { theme, width } = stage;
  const narrow = width < 60;
  const show = narrow ? compact : grouped;
  const planned = show(snapshot.planned);
  const done = show(finishedOf(snapshot)).padStart(narrow ? 0 : planned.length);
  const share = shareOf(snapshot);
  const figures = theme.text(` ${done} of ${planned}${narrow ? "" : " objects"}`, "strong");
  const right = theme.text(`${percent(share, 1).padStart(7)} `, "strong");
  const room = width - lineWidth([figures, right]) - (narrow ? 1 : 3);
  if (room < 4) return spread([figures], [right], width, theme);
  return [
    figures,
    theme.text(narrow ? " " : "  "),
    theme.text(bar(share, room, theme.glyphs.bar), "work"),
    theme.text(narrow ? "" : " "),
    right,
  ];
}

/** `⠹ 3,214 objects/s ▁▂▃▅▇ left 2 h 20 – 2 h 40`; `chart`: whether the throughput has lines of its own. */
export function rateLine(stage: Stage, snapshot: ProgressSnapshot, chart: boolean): Line {
  const { model, theme, width } = stage;
  const { glyphs } = theme;
  const left = campaignLeft(model.watched, snapshot);
  const leftName = left.kind === "range" ? "left " : "";
  const right: Line = [theme.text(leftName, "dim"), theme.text(`${leftText(left, glyphs)} `, leftTone(left))];
  const moving = snapshot.ratePerSecond > 0;
  const turn = moving ? (glyphs.spinner[model.beats % glyphs.spinner.length] ?? "") : glyphs.dot;
  const narrow = width < 60;
  const rate = narrow ? perSecond(snapshot.ratePerSecond) : perSecond(snapshot.ratePerSecond).replace("/s", " objects/s");
  const widest = perSecond(Math.max(snapshot.ceilingPerSecond, snapshot.ratePerSecond)).length + (narrow ? 0 : 8);
  const figures: Line = [
    theme.text(` ${turn} `, moving ? "work" : "dim"),
    theme.cell(rate, Math.max(widest, rate.length), "left", moving ? "strong" : "plain"),
  ];
  const room = width - lineWidth(figures) - lineWidth(right) - 5;
  if (narrow) {
    const may: Line = [theme.text(` may ${grouped(snapshot.permittedPerSecond)}`, "dim")];
    return spread(room + 3 >= lineWidth(may) ? [...figures, ...may] : figures, right, width, theme);
  }
  if (chart || room < 8) return spread(figures, right, width, theme);
  return spread([...figures, theme.text("  "), theme.text(sparkText(snapshot, room, theme), "work")], right, width, theme);
}

/** Slots that are full: the last one is still filling, and would always look like a fall. */
const fullSlots = (snapshot: ProgressSnapshot): readonly number[] => snapshot.history.slice(0, -1);

function sparkText(snapshot: ProgressSnapshot, width: number, theme: Theme): string {
  const values = resample(fullSlots(snapshot), width, false);
  return sparkline(values, 1, Math.max(...values, 0), theme.glyphs.spark)[0] ?? "";
}

/** What may be sent, and how S3 takes it. */
export function limitLine(stage: Stage, snapshot: ProgressSnapshot): Line {
  const { theme, width } = stage;
  const { permittedPerSecond: permitted, ceilingPerSecond: ceiling, throttledShare } = snapshot;
  const lowered = permitted < ceiling * 0.95;
  const may = lowered
    ? `may ${grouped(permitted)} of ${grouped(ceiling)} requests/s: ${throttledShare > 0 ? "lowered, S3 asked to slow down" : "rising, step by step"}`
    : `may ${grouped(permitted)} requests/s, the ceiling`;
  const slow = `S3 said slow down to ${percent(throttledShare, 1)}`;
  const parts: Line[] = [
    [theme.text(may, lowered ? "warn" : "dim")],
    [theme.text(slow, throttledShare >= THROTTLED_NOTABLE ? "warn" : "dim")],
  ];
  return [theme.text("   "), ...joinFitting(parts, dot(theme), width - 4)];
}

/** `granted access 12,400,000 · already fine 18,000 · …`: nothing here says owned. */
export function outcomesLine(stage: Stage, tally: ProgressSnapshot["accounts"][number] | ProgressSnapshot): Line {
  const { theme, width } = stage;
  const parts: Line[] = OUTCOMES_SHOWN.filter((outcome) => (tally.done[outcome] ?? 0) > 0).map((outcome) => [
    theme.text(`${OUTCOME_WORDS[outcome]} ${grouped(tally.done[outcome] ?? 0)}`, outcome === "changed" ? "warn" : "dim"),
  ]);
  if (parts.length === 0) return [theme.text("   nothing done yet", "dim")];
  return [theme.text("   "), ...joinFitting(parts, dot(theme), width - 4)];
}

/** Throughput over the whole history, `lines` high with its time axis. */
export function chartLines(stage: Stage, snapshot: ProgressSnapshot, lines: number): Line[] {
  const { theme, width } = stage;
  const slots = fullSlots(snapshot);
  const label = perSecond(Math.max(...slots, 0) / snapshot.historySlotSeconds);
  const margin = Math.max(9, label.length + 2);
  const room = Math.max(1, width - margin - 3);
  const values = resample(slots, room, true);
  const most = Math.max(...values, 0);
  const height = Math.max(1, lines - 1);
  const top = perSecond(most / snapshot.historySlotSeconds);
  const side = ` ${theme.glyphs.side}`;
  const drawn = sparkline(values, height, most, theme.glyphs.spark).map((text, line): Line => {
    const name = line === 0 ? top : line === height - 1 ? "0" : "";
    return [theme.cell(name, margin - 1, "right", "dim"), theme.text(side, "dim"), theme.text(text, "work")];
  });
  const since = moment(snapshot.at - slots.length * snapshot.historySlotSeconds * 1000, snapshot.at);
  const axis = values.length >= since.length + 5 ? since + "now".padStart(values.length - since.length) : "now".padStart(values.length);
  return [...drawn, [theme.text(" ".repeat(margin + 1)), theme.cell(axis, Math.max(3, Math.min(room, axis.length)), "left", "dim")]].slice(
    0,
    lines,
  );
}
