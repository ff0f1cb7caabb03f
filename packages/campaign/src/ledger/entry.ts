// How Redis names counts: `done:<outcome>` and `failed:<code>` everywhere, `[retry, {name: n}]` for a batch that is settled.
import { DONE_OUTCOMES, type DoneOutcome, type LedgerSummary, type ResultRow } from "./result.ts";

export const tallyField = (row: Pick<ResultRow, "outcome" | "code">): string =>
  row.outcome === "failed" ? `failed:${row.code}` : `done:${row.outcome}`;

export function ledgerEntry(summary: LedgerSummary): string {
  const counts: Record<string, number> = {};
  for (const [outcome, n] of Object.entries(summary.done)) counts[`done:${outcome}`] = n;
  for (const [code, n] of Object.entries(summary.failed)) counts[`failed:${code}`] = n;
  return JSON.stringify([summary.retry, counts]);
}

/** The inverse of {@link ledgerEntry}. */
export function parseEntry(text: string): LedgerSummary {
  const [retry, counts] = JSON.parse(text) as [number, Record<string, number>];
  const { done, failed } = splitCounts(counts);
  return { retry, done, failed, rows: Object.values(counts).reduce((a, n) => a + n, 0) };
}

/** Picks done and failed counts out of a hash as Redis has it; other fields are left alone. */
export function splitCounts(fields: Readonly<Record<string, string | number>>): {
  done: Partial<Record<DoneOutcome, number>>;
  failed: Record<string, number>;
} {
  const done: Partial<Record<DoneOutcome, number>> = {};
  const failed: Record<string, number> = {};
  for (const [name, n] of Object.entries(fields)) {
    if (name.startsWith("failed:")) failed[name.slice("failed:".length)] = Number(n);
    const outcome = DONE_OUTCOMES.find((o) => name === `done:${o}`);
    if (outcome !== undefined) done[outcome] = Number(n);
  }
  return { done, failed };
}
