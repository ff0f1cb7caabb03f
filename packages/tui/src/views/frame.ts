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
import { helpLines } from "./help.ts";
import { objectLines } from "./object.ts";
import { objectsLines } from "./objects.ts";
import { progressLine, rateLine } from "./progress.ts";
import { reasonLines } from "./reasons.ts";
import { rule, type Stage } from "./stage.ts";

/** The screen for a model: `model.rows` lines of at most `model.columns` cells. */
export function frame(stage: Stage): Line[] {
  const { model, theme } = stage;
  const rows = Math.max(1, model.rows);
  const foot: Line[] = [];
  if (rows >= 3) foot.push(keysLine(stage));
  if (rows >= 14 || (model.notice !== undefined && rows >= 6)) foot.unshift(noticeLine(stage));
  const body = bodyLines(stage, rows - foot.length);
  const blank = Array.from({ length: Math.max(0, rows - foot.length - body.length) }, (): Line => []);
  const lines = [...body, ...blank, ...foot].slice(0, rows).map((line) => cutLine(line, model.columns, theme));
  return silentFor(model) === undefined || model.snapshot === undefined ? lines : greyed(lines, theme);
}

/** Old figures must not look like new ones: all but what says so is dimmed. */
const greyed = (lines: readonly Line[], theme: Theme): Line[] =>
  lines.map((line) => line.map((span) => (span.tone === "bad" || span.tone === "warn" ? span : theme.text(span.text, "dim"))));

function bodyLines(stage: Stage, rows: number): Line[] {
  const { model } = stage;
  const view = top(model);
  const { snapshot } = model;
  if (model.dialog === undefined && view.kind === "campaign") return campaignLines(stage, rows);
  // Below the first screen the two lines that matter stay on top while there is room for them.
  const head: Line[] = [];
  if (rows >= 6) head.push(headerLine(stage));
  if (rows >= 16) head.push(...bannerLines(stage, 1));
  if (snapshot !== undefined && rows >= 12) head.push(progressLine(stage, snapshot));
  if (snapshot !== undefined && rows >= 18) head.push(rateLine(stage, snapshot, false));
  if (model.dialog !== undefined) {
    const box = confirmLines(stage, model.dialog, rows - head.length);
    const above = Math.max(0, Math.floor((rows - head.length - box.length) / 2));
    return [...head, ...Array.from({ length: above }, (): Line => []), ...box];
  }
  if (rows >= 3) head.push(rule(stage, breadcrumbs(model)));
  return [...head, ...viewLines(stage, view, rows - head.length)];
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
      return objectLines(stage, view, rows);
    case "help":
      return helpLines(stage, rows);
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
