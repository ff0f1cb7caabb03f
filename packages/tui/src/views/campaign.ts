// The first screen: at one look, is it moving, how fast against what it may, when will it end, what needs me.
import { allot, type Wish } from "../layout.ts";
import { itemsOf, placeOf } from "../listing.ts";
import { top } from "../model.ts";
import type { Line } from "../theme.ts";
import { hiddenText, tableHead, tableRows } from "./accounts.ts";
import { bannerLines, headerLine, phasesLine } from "./head.ts";
import { machineLines, needLines } from "./needs.ts";
import { chartLines, limitLine, outcomesLine, progressLine, rateLine } from "./progress.ts";
import { rule, type Stage } from "./stage.ts";

type Part =
  | "header"
  | "phases"
  | "banner"
  | "ruleTop"
  | "progress"
  | "outcomes"
  | "rate"
  | "limit"
  | "chart"
  | "ruleTable"
  | "tableHead"
  | "table"
  | "needs"
  | "machines";

/** Lines of the first screen in at most `rows`; what matters least goes first. */
export function campaignLines(stage: Stage, rows: number): Line[] {
  const { model, theme } = stage;
  const { snapshot } = model;
  if (snapshot === undefined) {
    return [headerLine(stage), ...bannerLines(stage, 2), [], [theme.text("   waiting for the first figures", "dim")]].slice(0, rows);
  }
  const view = top(model);
  const items = itemsOf(model, view);
  const place = placeOf(view.cursor, items);
  const accounts = items.filter((item) => item.kind === "account").length;
  const onFailures = items[place]?.kind === "failures";
  const needs = needLines(stage, onFailures);
  const machines = machineLines(stage);
  // One line where rows are few, so that its end shows that there is more.
  const banner = bannerLines(stage, rows >= 18 ? 2 : 1);
  const history = snapshot.history.length > 2;
  const wishes: Wish<Part>[] = [
    { part: "progress", lines: 1 },
    { part: "rate", lines: 1 },
    { part: "header", lines: 1 },
    { part: "banner", lines: banner.length },
    { part: "needs", lines: 1 },
    { part: "table", lines: Math.min(accounts, 3), partly: true },
    { part: "tableHead", lines: 1 },
    { part: "limit", lines: 1 },
    { part: "phases", lines: 1 },
    { part: "ruleTable", lines: 1 },
    { part: "ruleTop", lines: 1 },
    { part: "needs", lines: Math.min(2, needs.length - 1), partly: true },
    { part: "table", lines: Math.min(accounts - 3, 5), partly: true },
    { part: "machines", lines: machines.length, partly: true },
    { part: "outcomes", lines: 1 },
    { part: "table", lines: Math.min(accounts - 8, 8), partly: true },
    { part: "chart", lines: history ? 4 : 0 },
    { part: "needs", lines: Math.min(3, needs.length - 3), partly: true },
    { part: "table", lines: accounts - 16, partly: true },
    { part: "chart", lines: history ? 8 : 0, partly: true },
    { part: "needs", lines: needs.length - 6, partly: true },
  ];
  const lines = allot(rows, wishes);
  const drawn: Line[] = [];
  if (lines.header > 0) drawn.push(headerLine(stage));
  if (lines.phases > 0) drawn.push(phasesLine(stage, snapshot));
  drawn.push(...banner.slice(0, lines.banner));
  if (lines.ruleTop > 0) drawn.push(rule(stage));
  if (lines.progress > 0) drawn.push(progressLine(stage, snapshot));
  if (lines.outcomes > 0) drawn.push(outcomesLine(stage, snapshot));
  if (lines.rate > 0) drawn.push(rateLine(stage, snapshot, lines.chart > 0));
  if (lines.limit > 0) drawn.push(limitLine(stage, snapshot));
  if (lines.chart > 0) drawn.push(...chartLines(stage, snapshot, lines.chart));
  if (lines.ruleTable > 0) drawn.push(rule(stage, filterTitle(stage)));
  if (lines.tableHead > 0) drawn.push(tableHead(stage, snapshot, hiddenText(Math.min(place, accounts - 1), accounts, lines.table, theme)));
  drawn.push(...tableRows(stage, snapshot, items, onFailures ? items.length : place, lines.table));
  if (accounts === 0 && drawn.length < rows - lines.needs - lines.machines) drawn.push([theme.text("   no account to show here", "dim")]);
  const bottom = [...needs.slice(0, lines.needs), ...machines.slice(0, lines.machines)];
  const blank = Math.max(0, rows - drawn.length - bottom.length);
  return [...drawn, ...Array.from({ length: blank }, (): Line => []), ...bottom].slice(0, rows);
}

function filterTitle(stage: Stage): string {
  const { model } = stage;
  const view = top(model);
  const parts = [
    ...(model.faultsOnly ? ["faults only (f: all)"] : []),
    ...(view.filter === "" ? [] : [`filter: ${view.filter} (esc: all)`]),
  ];
  return parts.join(", ");
}
