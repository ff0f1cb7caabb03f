// One whole screen: exactly as many lines as the terminal has, none wider. Everything above is drawn by the other views; here they are put together.
import { cutLine } from "../line.ts";
import { accountOf } from "../listing.ts";
import { type Model, silentFor, top, type View } from "../model.ts";
import type { Line, Theme } from "../theme.ts";
import { accountLines } from "./account.ts";
import { campaignLines } from "./campaign.ts";
import { confirmLines } from "./confirm.ts";
import { keysLine, noticeLine } from "./foot.ts";
import { bannerLines, headerLine } from "./head.ts";
import { helpText } from "./help.ts";
import { objectText } from "./object.ts";
import { objectsLines } from "./objects.ts";
import { progressLine, rateLine } from "./progress.ts";
import { reasonLines } from "./reasons.ts";
import { plural, rule, type Stage } from "./stage.ts";

/** The screen for a model: `model.rows` lines of at most `model.columns` cells. */
export function frame(stage: Stage): Line[] {
  const { model, theme } = stage;
  const rows = Math.max(1, model.rows);
  const foot = footLines(stage);
  const body = bodyLines(stage, rows - foot.length);
  const blank = Array.from({ length: Math.max(0, rows - foot.length - body.length) }, (): Line => []);
  const lines = [...body, ...blank, ...foot].slice(0, rows).map((line) => cutLine(line, model.columns, theme));
  return silentFor(model) === undefined || model.snapshot === undefined ? lines : greyed(lines, theme);
}

/** How many lines the text view on the screen can scroll down; 0 for lists, which follow their cursor. */
export function scrollMax(stage: Stage): number {
  const text = textLines(stage);
  if (text === undefined) return 0;
  const rows = Math.max(1, stage.model.rows) - footLines(stage).length;
  return Math.max(0, text.length - (rows - headLines(stage, rows).length));
}

/** Old figures must not look like new ones: all but what says so is dimmed. */
const greyed = (lines: readonly Line[], theme: Theme): Line[] =>
  lines.map((line) => line.map((span) => (span.tone === "bad" || span.tone === "warn" ? span : theme.text(span.text, "dim"))));

function footLines(stage: Stage): Line[] {
  const { model } = stage;
  const foot: Line[] = [];
  if (model.rows >= 14 || (model.notice !== undefined && model.rows >= 6)) foot.push(noticeLine(stage));
  if (model.rows >= 3) foot.push(keysLine(stage));
  return foot;
}

/** Below the first screen the two lines that matter stay on top while there is room for them; help needs the room more. */
function headLines(stage: Stage, rows: number): Line[] {
  const { model } = stage;
  const { snapshot } = model;
  const figures = model.dialog !== undefined || top(model).kind !== "help";
  const head: Line[] = [];
  if (rows >= 6) head.push(headerLine(stage));
  if (rows >= 16 && figures) head.push(...bannerLines(stage, 1));
  if (snapshot !== undefined && rows >= 12 && figures) head.push(progressLine(stage, snapshot));
  if (snapshot !== undefined && rows >= 18 && figures) head.push(rateLine(stage, snapshot, false));
  if (model.dialog === undefined && rows >= 3) head.push(rule(stage, breadcrumbs(model)));
  return head;
}

function bodyLines(stage: Stage, rows: number): Line[] {
  const { model } = stage;
  const view = top(model);
  if (model.dialog === undefined && view.kind === "campaign") return campaignLines(stage, rows);
  const head = headLines(stage, rows);
  if (model.dialog !== undefined) {
    const box = confirmLines(stage, model.dialog, rows - head.length);
    const above = Math.max(0, Math.floor((rows - head.length - box.length) / 2));
    return [...head, ...Array.from({ length: above }, (): Line => []), ...box];
  }
  const text = textLines(stage);
  return [...head, ...(text === undefined ? viewLines(stage, view, rows - head.length) : scrolled(stage, text, rows - head.length))];
}

/** The whole text of a view that is one, as long as it is. */
function textLines(stage: Stage): Line[] | undefined {
  const view = top(stage.model);
  if (view.kind === "help") return helpText(stage);
  return view.kind === "object" ? objectText(stage, view.row) : undefined;
}

/** A text from the scroll position on; its last line says how much is below. */
function scrolled(stage: Stage, text: readonly Line[], rows: number): Line[] {
  const { model, theme } = stage;
  const first = Math.max(0, Math.min(top(model).cursor.at, text.length - rows));
  const below = text.length - first - rows;
  if (below <= 0 || rows < 3) return text.slice(first, first + rows);
  const more = theme.text(`   ${theme.glyphs.down} ${plural(below + 1, "more line")}`, "key");
  return [...text.slice(first, first + rows - 1), [more]];
}

function viewLines(stage: Stage, view: View, rows: number): Line[] {
  const { model, theme } = stage;
  switch (view.kind) {
    case "campaign":
      return campaignLines(stage, rows);
    case "account": {
      const account = accountOf(model.snapshot, view.account);
      return account === undefined
        ? [[theme.text("   this account is no longer in the plan", "warn")]]
        : accountLines(stage, account, rows);
    }
    case "failures":
      return reasonLines(stage, rows);
    case "objects":
      return objectsLines(stage, view, rows);
    case "object":
    case "help":
      return [];
  }
}

/** `accounts > ingest-eu > AccessDenied`, and the filter where there is one. */
function breadcrumbs(model: Model): string {
  const names = model.trail.map((view) => viewName(model, view));
  const { filter } = top(model);
  return names.slice(model.trail.length > 1 ? 1 : 0).join(" > ") + (filter === "" ? "" : `, filter: ${filter}`);
}

function viewName(model: Model, view: View): string {
  switch (view.kind) {
    case "campaign":
      return "accounts";
    case "account":
      return `${accountOf(model.snapshot, view.account)?.name ?? ""} ${view.account}`.trim();
    case "failures":
      return "failures by reason";
    case "objects":
      return view.code ?? "objects";
    case "object":
      return "one object";
    case "help":
      return "keys";
  }
}
