// Failed and changed objects out of the ledger, and for the chosen one S3's whole answer.
import { dateTime, moment } from "../cells/time.ts";
import { firstVisible } from "../layout.ts";
import { cutLine, joinFitting, paragraph } from "../line.ts";
import { accountOf } from "../listing.ts";
import type { LedgerRow, View } from "../model.ts";
import type { Line } from "../theme.ts";
import { explanation } from "./reasons.ts";
import { dot, plural, rule, type Stage } from "./stage.ts";

type Objects = Extract<View, { kind: "objects" }>;

/** The list and the answer below it, in at most `rows` lines. */
export function objectsLines(stage: Stage, view: Objects, rows: number): Line[] {
  const { model, theme, width } = stage;
  const load = model.loads.failures;
  if (load?.error !== undefined)
    return [cutLine([theme.text(`   the ledger could not be read: ${load.error}`, "bad")], width, theme)].slice(0, rows);
  const page = load?.value;
  if (page === undefined) return [[theme.text("   reading the ledger", "dim")]].slice(0, rows);
  if (page.total === 0) return [[theme.text("   no object here", "dim")]].slice(0, rows);
  const at = Math.min(view.cursor.at, page.total - 1);
  const chosen = page.rows[at - page.offset];
  const answer = chosen === undefined ? [] : answerLines(stage, chosen);
  const below =
    answer.length > 0 && rows - answer.length - 1 >= 3 ? [rule(stage, `${plural(page.total, "object")}, ${at + 1} chosen`), ...answer] : [];
  const height = Math.max(0, rows - below.length);
  const first = firstVisible(at, page.total, height);
  const listed = Array.from({ length: Math.min(height, page.total - first) }, (_, line) => {
    const row = page.rows[first + line - page.offset];
    return row === undefined ? [theme.text("   reading", "dim")] : rowLine(stage, view, row, first + line === at);
  });
  return [...listed, ...below];
}

function rowLine(stage: Stage, view: Objects, row: LedgerRow, selected: boolean): Line {
  const { model, theme, width } = stage;
  const failed = row.outcome === "failed";
  const mark = theme.text(selected ? theme.glyphs.cursor : " ", "key");
  const shape = theme.text(`${failed ? theme.glyphs.failed : theme.glyphs.waiting} `, failed ? "bad" : "warn");
  const fields: Line[] = [];
  if (width >= 60) fields.push([theme.text(moment(row.at, model.snapshot?.at ?? row.at), "dim")]);
  if (view.code === undefined)
    fields.push([theme.cell(row.outcome === "changed" ? "changed since" : row.code, 22, "left", failed ? "plain" : "warn")]);
  if (view.account === undefined && width >= 100)
    fields.push([theme.cell(accountOf(model.snapshot, row.account)?.name ?? row.account, 14, "left", "dim")]);
  if (width >= 100) fields.push([theme.cell(row.httpStatus === 0 ? "no answer" : row.httpStatus.toString(), 9, "right", "dim")]);
  fields.push([theme.text(row.key, selected ? "strong" : "plain")]);
  if (row.versionId !== null && width >= 100) fields.push([theme.text(`version ${row.versionId}`, "dim")]);
  const line: Line = [mark, shape, ...fields.flatMap((field) => [...field, theme.text("  ")])];
  return cutLine(line, width, theme);
}

/** S3's answer as a few lines: code, status, request ID, attempts, when, and what it means. */
export function answerLines(stage: Stage, row: LedgerRow): Line[] {
  const { theme, width } = stage;
  const parts: Line[] = [
    [theme.text(row.outcome === "changed" ? "changed since the inventory" : row.code, row.outcome === "changed" ? "warn" : "bad")],
    [theme.text(row.httpStatus === 0 ? "no answer" : `HTTP ${row.httpStatus}`)],
    [theme.text(plural(row.attempts, "attempt"), "dim")],
    [theme.text(dateTime(row.at), "dim")],
    ...(row.requestId === "" ? [] : [[theme.text(`request ${row.requestId}`, "dim")]]),
  ];
  const facts: Line = [theme.text("   "), ...joinFitting(parts, dot(theme), width - 4)];
  const detail = row.detail === "" ? [] : paragraph(row.detail, width - 1, 3, theme);
  return [facts, ...detail, ...(row.code === "" ? [] : explanation(stage, row.code, row.op))];
}
