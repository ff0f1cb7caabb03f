// The lines above everything: which campaign, in which state, how far in its phases, and what must not be overlooked.
import type { ProgressSnapshot } from "@quitclaim/campaign";
import { campaignState, phaseState } from "../cells/state.ts";
import { clock, moment, span } from "../cells/time.ts";
import { joinFitting, lineWidth, paragraph, spread } from "../line.ts";
import { silentFor } from "../model.ts";
import type { Line, Span } from "../theme.ts";
import { plural, type Stage } from "./stage.ts";

/** The campaign and its state; while no snapshot comes, since when instead. */
export function headerLine(stage: Stage): Line {
  const { model, theme, width } = stage;
  const { glyphs } = theme;
  const { snapshot } = model;
  const silent = silentFor(model);
  const left: Span[] = [theme.text(width < 60 ? " " : " quitclaim  ", "dim")];
  if (snapshot !== undefined) {
    left.push(theme.text(snapshot.campaign, "title"));
    left.push(theme.text(` ${glyphs.dot} ${snapshot.bucket} ${glyphs.arrow} ${snapshot.owner}`));
  }
  const right: Span[] = [];
  if (silent !== undefined) right.push(theme.text(`${glyphs.failed} no connection for ${span(silent)} `, "bad"));
  else if (snapshot === undefined) right.push(theme.text(`${glyphs.waiting} connecting `, "dim"));
  else {
    const state = model.interrupts > 0 ? campaignState("draining", glyphs) : campaignState(snapshot.state, glyphs);
    right.push(theme.text(`${state.glyph} ${state.word} `, state.tone));
  }
  return spread(left, right, width, theme);
}

/** The phases in their order, the clock of the snapshot at the right edge. */
export function phasesLine(stage: Stage, snapshot: ProgressSnapshot): Line {
  const { theme, width } = stage;
  const right = [theme.text(`${clock(snapshot.at)} `, "dim")];
  const named: Line[] = snapshot.phases.map(({ name, state }) => {
    const cell = phaseState(state, theme.glyphs);
    return [theme.text(`${cell.glyph} ${name}`, cell.tone)];
  });
  const room = width - lineWidth(right) - 2;
  const all = joinFitting(named, theme.text("  "), Number.MAX_SAFE_INTEGER);
  const current = snapshot.phases.find(({ state }) => state === "running" || state === "failed");
  const short: Line = [
    ...snapshot.phases.map(({ state }) => {
      const cell = phaseState(state, theme.glyphs);
      return theme.text(cell.glyph, cell.tone);
    }),
    theme.text(current === undefined ? "" : ` ${current.name}`),
  ];
  return spread([theme.text(" "), ...(lineWidth(all) <= room ? all : short)], right, width, theme);
}

/** What stands above all else, and stays: stopping, a pause and its cause, what stopped the work. Empty where there is nothing. */
function bannerText(stage: Stage): string {
  const { model } = stage;
  const { snapshot } = model;
  if (model.interrupts > 0)
    return "stopping: what is in flight is finished first, nothing new starts. Ctrl-C again leaves at once; that loses nothing either.";
  if (snapshot === undefined) return model.failing ?? "";
  if (model.failing !== undefined) return `The figures below are from ${clock(snapshot.at)}: ${model.failing}`;
  if (snapshot.banner !== undefined) return snapshot.banner;
  const paused = snapshot.accounts.filter((account) => account.state === "paused");
  const first = paused.find((account) => account.pause?.by === "breaker") ?? paused[0];
  if (first === undefined) return "";
  const others = paused.length > 1 ? ` (${plural(paused.length - 1, "more account")} paused too)` : "";
  if (first.pause === undefined) return `${first.name} is paused${others}`;
  const by = first.pause.by === "breaker" ? "paused by the breaker" : "paused by an operator";
  return `${first.name} ${by} at ${moment(first.pause.at, snapshot.at)}${others}: ${first.pause.cause}`;
}

/** The banner in at most `most` lines, one or two; the rest of a longer cause stands in the account's own view. */
export function bannerLines(stage: Stage, most: 1 | 2): Line[] {
  const { model, theme, width } = stage;
  const text = bannerText(stage);
  if (text === "") return [];
  const bad = model.failing !== undefined && model.interrupts === 0;
  const tone = bad ? "bad" : "warn";
  const mark = theme.text(` ${bad ? theme.glyphs.failed : theme.glyphs.paused} `, tone);
  const room = Math.max(0, width - 4);
  const lines = paragraph(text, room, 0, theme, tone);
  if (most === 1 || lines.length === 1) return [[mark, theme.cell(text, room, "left", tone)]];
  const rest = lines.slice(1).map((line) => line[0]?.text ?? "");
  return [
    [mark, ...(lines[0] ?? [])],
    [theme.text("   "), theme.cell(rest.join(" "), room, "left", tone)],
  ];
}
