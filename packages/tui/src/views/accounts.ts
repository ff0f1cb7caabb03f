// The table of accounts: as many columns as the terminal is wide, as many rows as it is high, the cursor always among them.
import type { AccountProgress, ProgressSnapshot } from "@quitclaim/campaign";
import { bar } from "../cells/bar.ts";
import { leftShort, leftText } from "../cells/left.ts";
import { compact, grouped, percent, perSecond } from "../cells/number.ts";
import { accountState } from "../cells/state.ts";
import { moment } from "../cells/time.ts";
import { accountLeft } from "../eta.ts";
import { type ColumnWish, firstVisible, fitColumns } from "../layout.ts";
import type { Item } from "../listing.ts";
import { failedOf, failuresByCode, finishedOf, shareOf } from "../tally.ts";
import { widthOf } from "../text/width.ts";
import type { Line, Span, Theme } from "../theme.ts";
import { leftTone } from "./progress.ts";
import type { Stage } from "./stage.ts";

type Column =
  | "account"
  | "name"
  | "state"
  | "bar"
  | "share"
  | "done"
  | "rate"
  | "slow"
  | "failed"
  | "changed"
  | "held"
  | "batches"
  | "left"
  | "work"
  | "why";

const TITLES: Record<Column, string> = {
  account: "account",
  name: "name",
  state: "state",
  bar: "done",
  share: "",
  done: "objects",
  rate: "rate",
  slow: "slow down",
  failed: "failed",
  changed: "changed",
  held: "held",
  batches: "batches",
  left: "left",
  work: "work",
  why: "failures",
};
const RIGHT: ReadonlySet<Column> = new Set(["share", "done", "rate", "slow", "failed", "changed", "held", "batches", "left"]);
/** Cursor, state and a space. */
const MARK = 3;

function columnsFor(snapshot: ProgressSnapshot, width: number, theme: Theme): { column: Column; width: number }[] {
  const longest = (of: (account: AccountProgress) => string): number =>
    Math.max(0, ...snapshot.accounts.map((one) => widthOf(theme.text(of(one)).text)));
  const name = Math.max(
    4,
    Math.min(
      24,
      longest((one) => one.name),
    ),
  );
  const account = Math.max(
    7,
    Math.min(
      20,
      longest((one) => one.account),
    ),
  );
  const anyFailed = Object.keys(snapshot.failed).length > 0;
  const wishes: ColumnWish<Column>[] = [
    { column: "account", min: account, want: account, rank: 7 },
    { column: "name", min: Math.min(name, 9), want: name, rank: 0 },
    { column: "state", min: 9, want: 9, rank: 10 },
    { column: "bar", min: width >= 160 ? 16 : width >= 80 ? 10 : 6, want: width >= 160 ? 30 : width >= 100 ? 16 : 10, rank: 6 },
    { column: "share", min: 5, want: 5, rank: 1 },
    { column: "done", min: 18, want: 18, rank: 11 },
    { column: "rate", min: 9, want: 9, rank: 3 },
    { column: "slow", min: 9, want: 9, rank: 9 },
    { column: "failed", min: 7, want: 7, rank: 4 },
    { column: "changed", min: 7, want: 7, rank: 13 },
    { column: "held", min: 6, want: 7, rank: 8 },
    { column: "batches", min: 7, want: 7, rank: 12 },
    { column: "left", min: width >= 110 ? 19 : 10, want: width >= 110 ? 19 : 10, rank: 2 },
    { column: "work", min: 23, want: 36, rank: 15 },
    ...(anyFailed ? [{ column: "why" as const, min: 24, want: 60, rank: 14 }] : []),
  ];
  return fitColumns(wishes, width - MARK - 1, gapFor(width));
}

const gapFor = (width: number): number => (width < 60 ? 1 : 2);

/** The titles; where rows are hidden, which are visible. */
export function tableHead(stage: Stage, snapshot: ProgressSnapshot, hidden: string): Line {
  const { theme, width } = stage;
  const columns = columnsFor(snapshot, width, theme);
  const gap = " ".repeat(gapFor(width));
  const line: Span[] = [theme.text(" ".repeat(MARK), "dim")];
  columns.forEach(({ column, width: cells }, place) => {
    const title = place === 0 && hidden !== "" && cells >= 12 ? hidden : TITLES[column];
    line.push(theme.cell(title, cells, RIGHT.has(column) ? "right" : "left", "dim"), theme.text(place < columns.length - 1 ? gap : ""));
  });
  return line;
}

/** Which of `count` rows are visible at a height, as `1-9 of 23`; "" where all are. */
export function hiddenText(place: number, count: number, height: number, theme: Theme): string {
  if (count <= height || height <= 0) return "";
  const first = firstVisible(place, count, height);
  return `${first + 1}${theme.glyphs.range}${Math.min(count, first + height)} of ${count}`;
}

/** The visible rows. `place`: where the cursor stands; beyond the last row where it is on none of these. */
export function tableRows(stage: Stage, snapshot: ProgressSnapshot, items: readonly Item[], place: number, height: number): Line[] {
  const columns = columnsFor(snapshot, stage.width, stage.theme);
  const accounts = items.flatMap((item) => (item.kind === "account" ? [item.account] : []));
  const first = firstVisible(Math.min(place, accounts.length - 1), accounts.length, height);
  return accounts.slice(first, first + height).map((account, line) => row(stage, snapshot, account, columns, first + line === place));
}

function row(
  stage: Stage,
  snapshot: ProgressSnapshot,
  account: AccountProgress,
  columns: { column: Column; width: number }[],
  selected: boolean,
): Line {
  const { theme, width } = stage;
  const state = accountState(account.state, theme.glyphs);
  const gap = theme.text(" ".repeat(gapFor(width)));
  const line: Span[] = [theme.text(selected ? theme.glyphs.cursor : " ", "key"), theme.text(`${state.glyph} `, state.tone)];
  const said = account.state === "paused" ? columns.findIndex(({ column }) => column === "rate" || column === "left") : -1;
  for (const [place, { column, width: cells }] of columns.entries()) {
    if (place === said) {
      // Where a number would lie, the words stand: the cause takes the place of rate, failures and end.
      const room = columns.slice(place).reduce((sum, one) => sum + one.width + gapFor(width), -gapFor(width));
      const when = account.pause === undefined ? "" : ` ${moment(account.pause.at, snapshot.at)}`;
      line.push(theme.cell(room < 20 ? "paused" : `paused${when}: ${account.pause?.cause ?? "no cause given"}`, room, "left", "warn"));
      break;
    }
    line.push(cell(stage, account, column, cells, selected));
    if (place < columns.length - 1) line.push(gap);
  }
  return line;
}

function cell(stage: Stage, account: AccountProgress, column: Column, width: number, selected: boolean): Span {
  const { model, theme } = stage;
  const { glyphs } = theme;
  const state = accountState(account.state, glyphs);
  const name = selected ? "strong" : "plain";
  const over = account.state === "finished";
  switch (column) {
    case "account":
      return theme.cell(account.account, width, "left", name);
    case "name":
      return theme.cell(account.name, width, "left", name);
    case "state":
      return theme.cell(state.word, width, "left", state.tone);
    case "bar":
      return theme.cell(bar(shareOf(account), width, glyphs.bar), width, "left", state.tone);
    case "share":
      return theme.cell(percent(shareOf(account), 0), width, "right", name);
    case "done":
      return theme.cell(`${compact(finishedOf(account))} of ${compact(account.planned)}`, width, "right");
    case "rate":
      return theme.cell(over ? "" : perSecond(account.ratePerSecond), width, "right");
    case "slow":
      return theme.cell(over ? "" : percent(account.throttledShare, 1), width, "right", account.throttledShare >= 0.05 ? "warn" : "dim");
    case "failed": {
      const failed = failedOf(account);
      return theme.cell(compact(failed), width, "right", failed > 0 ? "bad" : "dim");
    }
    case "changed": {
      const changed = account.done.changed ?? 0;
      return theme.cell(compact(changed), width, "right", changed > 0 ? "warn" : "dim");
    }
    case "held":
      return theme.cell(compact(account.held), width, "right", account.held > 0 ? "plain" : "dim");
    case "batches":
      return theme.cell(grouped(account.batchesInFlight), width, "right", "dim");
    case "left": {
      const left = accountLeft(model.watched, account);
      return theme.cell(width >= 19 ? leftText(left, glyphs) : leftShort(left, glyphs), width, "right", leftTone(left));
    }
    case "work":
      return theme.cell(
        Object.entries(account.plannedByOp)
          .filter(([, count]) => count > 0)
          .map(([op, count]) => `${op} ${compact(count)}`)
          .join(", "),
        width,
        "left",
        "dim",
      );
    case "why":
      return theme.cell(
        failuresByCode(account.failed)
          .map(({ code, count }) => `${compact(count)} ${code}`)
          .join(", "),
        width,
      );
  }
}
