// The contract of a batch in flight. Redis keeps, for each batch that a worker holds: the fence (who may write), a bitmap of
// finished rows, and those rows' results until the ledger file is written.
//
// What must always hold:
//   - one holder: `claim` moves the fence to the caller; every later note or finish by an earlier holder answers "fenced".
//   - counters move only where a bit does, in the same script, so a repeated note counts nothing twice.
//   - a result that was noted is in the ledger file in the end, whoever writes it.
//   - losing Redis loses nothing that the ledger holds; it costs at most the batches in flight.
import type { BatchRef } from "../batch.ts";
import type { ResultRow } from "./result.ts";

export interface BatchHold {
  readonly ref: BatchRef;
  /** Rows that an earlier holder finished, by their index in the batch. */
  readonly finished: ReadonlyMap<number, ResultRow>;
  /** Note finished rows; one atomic script. */
  note(results: readonly { index: number; row: ResultRow }[]): Promise<"noted" | "fenced">;
  /** Called after the ledger file is written (or found written): forget the batch's state in flight. Idempotent. */
  finish(): Promise<"finished" | "fenced">;
}

export interface Checkpoints {
  /** Take the batch over: `token` is unique to this attempt at it. */
  claim(ref: BatchRef, token: string, worker: string): Promise<BatchHold>;
}
