// What became of one planned object: a row of the ledger (design.md 3).
import type { ObjectKey, VersionId } from "../identity.ts";
import type { Op } from "../plan/row.ts";

/**
 * granted / copied / reencrypted: S3 said yes. already: nothing was needed. vanished: gone since the inventory.
 * changed: rewritten since, plan it again. failed: see `code`.
 */
export const OUTCOMES = ["granted", "copied", "reencrypted", "already", "vanished", "changed", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type DoneOutcome = Exclude<Outcome, "failed">;
export const DONE_OUTCOMES: readonly DoneOutcome[] = OUTCOMES.filter((o) => o !== "failed");

export interface ResultRow {
  readonly key: ObjectKey;
  readonly versionId: VersionId | null;
  readonly op: Op;
  readonly outcome: Outcome;
  /** S3's error code where the outcome has one, "" otherwise. */
  readonly code: string;
  /** 0 where no answer was had. */
  readonly httpStatus: number;
  readonly requestId: string;
  /** Requests that changed or tried to change the object; 0 where none was sent. */
  readonly attempts: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Of a copy on a versioned bucket. */
  readonly newVersionId: VersionId | null;
  /** One sentence for a person where the outcome is `failed` or `changed`, "" otherwise. */
  readonly detail: string;
}

/** Totals of a ledger file, kept in its footer so that status needs no row. */
export interface LedgerSummary {
  rows: number;
  done: Partial<Record<DoneOutcome, number>>;
  failed: Record<string, number>;
  /** Which `retry` request these results answer; 0: the first run. */
  retry: number;
}

export function summarize(rows: readonly ResultRow[], retry: number): LedgerSummary {
  const summary: LedgerSummary = { rows: rows.length, done: {}, failed: {}, retry };
  for (const row of rows) {
    if (row.outcome === "failed") summary.failed[row.code] = (summary.failed[row.code] ?? 0) + 1;
    else summary.done[row.outcome] = (summary.done[row.outcome] ?? 0) + 1;
  }
  return summary;
}
