// The contract of a batch in flight. Redis keeps, for each batch that a worker holds: the fence (who may write), a bitmap of
// finished rows, and those rows' results until the ledger file is written.
//
// A batch's states in Redis, and what moves it:
//   unknown   nothing kept; its rows count as remaining
//   open      `claim` opened it; `note` moves rows from remaining to done or failed
//   settled   `finish`, or reconcile, found its ledger file; the counters are that file's. Only a retry's `claim` opens it again.
//
// What must always hold:
//   - one holder: `claim` moves the fence to the caller; every later note or finish by an earlier holder answers "fenced".
//   - counters move only where a bit does, in the same script, so a repeated note counts nothing twice.
//   - a result that was noted is in the ledger file in the end, whoever writes it.
//   - losing Redis loses nothing that the ledger holds; it costs at most the batches in flight.
import type { BatchRef } from "../batch.ts";
import type { AccountId } from "../identity.ts";
import type { LedgerSummary, ResultRow } from "./result.ts";

export interface BatchHold {
  readonly ref: BatchRef;
  /**
   * True where the counters hold this batch's ledger already: there is nothing to do but `finish`, and `note` answers "fenced".
   * A worker that looks for the ledger file before it claims meets this only in a race with another worker.
   */
  readonly settled: boolean;
  /** Rows that need no work in this hold, by their index: finished by an earlier holder or, in a retry, not selected. */
  readonly finished: ReadonlyMap<number, ResultRow>;
  /** Note finished rows; one atomic script. Safe to send again. */
  note(results: readonly { index: number; row: ResultRow }[]): Promise<"noted" | "fenced">;
  /**
   * Called after the ledger file is written (or found written): forget the batch's state in flight. Idempotent.
   * `found`: the footer of a ledger file that somebody else wrote (createLedger answered false), which the counters then follow.
   * Throws where rows are missing that were neither noted nor found.
   */
  finish(found?: LedgerSummary): Promise<"finished" | "fenced">;
}

/** What makes a claim one of a retry: the ledger as it stands, and which of its failed rows go to work again. `readRetryClaim` makes it. */
export interface RetryClaim {
  /** Number of the newest retry request for the batch; the ledger file that answers carries it. */
  readonly number: number;
  /** The whole ledger of the batch. */
  readonly rows: readonly ResultRow[];
  /** `retry` in the footer of that ledger. */
  readonly answered: number;
  /** Of every request that is not answered; a failed row that any of them selects goes to work again. */
  readonly selections: readonly RetrySelection[];
}

export interface RetrySelection {
  readonly account?: AccountId;
  /** Only failures of this code. */
  readonly code?: string;
}

/** Whether a retry puts failures of this code to work again. */
export const selects = (selections: readonly RetrySelection[], code: string): boolean =>
  selections.some((s) => s.code === undefined || s.code === code);

/** Indexes of the ledger rows that a retry puts to work again: failed ones, of a selected code. */
export function rowsToRetry(rows: readonly ResultRow[], selections: readonly RetrySelection[]): number[] {
  return rows.flatMap((row, index) => (row.outcome === "failed" && selects(selections, row.code) ? [index] : []));
}

/** What a worker counts besides objects. Any name will do; requests and throttled feed the dashboard. */
export interface RequestCounts {
  readonly requests?: number;
  /** Answered with SlowDown or 429. */
  readonly throttled?: number;
  readonly denied?: number;
  readonly [name: string]: number | undefined;
}

export interface InFlightBatch {
  readonly batch: string;
  readonly op: BatchRef["op"];
  readonly rows: number;
  readonly finished: number;
  /** As given to `claim`. */
  readonly worker: string;
  /** Epoch milliseconds of the claim. */
  readonly since: number;
}

export interface Checkpoints {
  /** Take the batch over: `token` is unique to this attempt at it. */
  claim(ref: BatchRef, token: string, worker: string, retry?: RetryClaim): Promise<BatchHold>;
  /** Adds to the account's counters; kept in memory until the next `note` of that account or `seen`, whichever is first. */
  count(account: AccountId, counts: RequestCounts): void;
  /** A worker's heartbeat, to be given every few seconds; sends what `count` has kept. */
  seen(worker: { id: string; host: string; pid: number; startedAt: number; batchesInFlight: number }): Promise<void>;
  /** A worker left in good order. */
  gone(worker: string): Promise<void>;
  inFlight(account: AccountId): Promise<InFlightBatch[]>;
}
