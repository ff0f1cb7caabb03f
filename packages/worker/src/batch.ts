// One batch, from its job to its ledger file.
//
// Its states here, and what moves it:
//   found     a ledger file exists already: the counters follow it, and it is finished
//   claimed   the fence is ours; rows that an earlier holder noted, or a retry did not select, are taken as they stand
//   working   rows run in parallel, each through its operation, under gate and fence; results are noted at least every 250 ms
//   draining  no row begins any more; those in flight come to their answer
//   stopped   by a StopReason. What has an answer is noted if the fence is still ours; what has none stays untouched for the next holder
//   complete  every row has its result: noted, then the ledger file is written whole (the first complete write wins), then finished
//
// The fence may be lost in any state after `claimed`; from then on nothing is sent, noted or written.

import type { Answer } from "@quitclaim/aws";
import {
  type BatchHold,
  type BatchRef,
  batchId,
  type CampaignStore,
  type Checkpoints,
  createLedger,
  DamagedFile,
  type PlanRow,
  type ResultRow,
  type RetryClaim,
  readLedgerSummary,
  replaceLedger,
  StoreError,
  sum,
  summarize,
} from "@quitclaim/campaign";
import type { Breaker, Decision } from "./breaker.ts";
import type { DeniedBatches } from "./denied-batches.ts";
import { type Denial, deniedCause } from "./denied-cause.ts";
import { LEAVE_MS_MAX, NOTE_RETRY_MS_MAX } from "./limits.ts";
import { Notes } from "./notes.ts";
import { forgetAcls } from "./operations/acl-record.ts";
import type { Verdict } from "./operations/outcome.ts";
import type { PlanParts } from "./plan-parts.ts";
import type { Gate } from "./rate/gate.ts";
import type { Turnstile } from "./retry/send.ts";
import { type StopReason, stopReasonOf } from "./stop-reason.ts";
import { Stopped } from "./stopped.ts";
import { batchTurnstile } from "./turnstile.ts";

export type Operate = (row: PlanRow) => Promise<Verdict>;
/** Called once for a batch. Throws what halt.ts has, SessionError or StoreError where the batch cannot be begun. */
export type PrepareOperation = (ref: BatchRef, rows: readonly PlanRow[], turnstile: Turnstile) => Promise<Operate>;

export interface BatchSurroundings {
  readonly store: CampaignStore;
  readonly checkpoints: Pick<Checkpoints, "claim">;
  readonly parts: PlanParts;
  readonly gate: Gate;
  readonly breaker: Breaker;
  readonly denied: DeniedBatches;
  /** Asked of S3 once, by the uploading account, when a denial's cause is looked for. */
  readonly readAcl: (row: PlanRow) => Promise<Answer<unknown>>;
  readonly prepare: PrepareOperation;
  readonly worker: string;
  /** Rows of this batch in flight at once. */
  readonly lanes: number;
}

export type BatchEnd =
  | { readonly kind: "finished"; readonly rows: number; readonly failed: number }
  | { readonly kind: "stopped"; readonly reason: StopReason; readonly noted: number };

export class BatchRun {
  readonly #ref: BatchRef;
  readonly #around: BatchSurroundings;
  readonly #retry: RetryClaim | undefined;
  readonly #abort = new AbortController();
  #reason: StopReason | undefined;
  #draining = false;
  /** Results by row index; rows without one are still to be done. */
  #results: (ResultRow | undefined)[] = [];
  #next = 0;
  /** Denials that may yet turn out to be the account's, with the successes that the breaker had counted when they came. */
  #held: { index: number; row: ResultRow; successes: number }[] = [];
  #notes: Notes | undefined;
  #denial: (Pick<Denial, "refusal" | "owner"> & { readonly row: PlanRow }) | undefined;
  /** What is denied here is the objects' own failure (denied-batches.ts). */
  #own = false;

  constructor(ref: BatchRef, around: BatchSurroundings, retry?: RetryClaim) {
    this.#ref = ref;
    this.#around = around;
    this.#retry = retry;
  }

  /** Milliseconds since Redis last confirmed this batch's fence; 0 before it is claimed. */
  get silentMs(): number {
    return this.#notes?.silentMs ?? 0;
  }

  /** Begins no further row; those in flight finish. The first reason given counts. */
  drain(): void {
    this.#reason ??= { kind: "drain" };
    this.#draining = true;
  }

  /** Sends nothing more and cuts off what is in flight. */
  stop(reason: StopReason): void {
    if (this.#reason === undefined || this.#reason.kind === "drain" || reason.kind === "lost") this.#reason = reason;
    this.#draining = true;
    this.#abort.abort(this.#reason);
    this.#around.gate.sweep();
  }

  /** `token` is unique to this attempt. Throws what Redis throws where the batch cannot even be claimed, and bugs. */
  async run(token: string): Promise<BatchEnd> {
    const { store, checkpoints, worker } = this.#around;
    try {
      const found = this.#retry === undefined ? await readLedgerSummary(store, this.#ref) : undefined;
      const hold = await checkpoints.claim(this.#ref, token, worker, this.#retry);
      if (found !== undefined || hold.settled) {
        const summary = found ?? (await readLedgerSummary(store, this.#ref));
        await hold.finish(summary);
        return { kind: "finished", rows: this.#ref.rows, failed: sum(summary?.failed ?? {}) };
      }
      return await this.#work(hold);
    } catch (error) {
      this.#stopFor(error);
      return this.#stopped(0);
    }
  }

  async #work(hold: BatchHold): Promise<BatchEnd> {
    const rows = await this.#load(hold);
    this.#own = await this.#around.denied.own(this.#ref);
    const notes = new Notes(hold, (why) => this.stop({ kind: "lost", why: lossText(why) }));
    this.#notes = notes;
    notes.start();
    try {
      await this.#runRows(rows, notes);
      this.#settleHeld(notes);
      await this.#explainPause();
      if (!(await notes.flush(() => (this.#reason?.kind === "leave" ? LEAVE_MS_MAX : NOTE_RETRY_MS_MAX))))
        return this.#stopped(this.#count());
      if (this.#count() < rows.length) return this.#stopped(this.#count());
      return await this.#write(hold, notes);
    } finally {
      notes.close();
    }
  }

  async #load(hold: BatchHold): Promise<PlanRow[]> {
    const { account, part, rowGroup, rows: expected } = this.#ref;
    const rows = await (await this.#around.parts.get(account, part)).read(rowGroup);
    if (rows.length !== expected)
      throw new DamagedFile(`the plan's batch ${batchId(this.#ref)} has ${rows.length} rows, its job says ${expected}. Plan again.`);
    this.#results = new Array<ResultRow | undefined>(rows.length);
    for (const [index, row] of hold.finished) {
      if (rows[index]?.key !== row.key)
        throw new DamagedFile(`the plan's batch ${batchId(this.#ref)} is not the one that was worked on. Plan again.`);
      this.#results[index] = row;
    }
    return rows;
  }

  /** Never throws; whatever went wrong is the reason of the stop. */
  async #runRows(rows: readonly PlanRow[], notes: Notes): Promise<void> {
    this.#keepForPeople(notes);
    if (this.#count() === rows.length) return;
    let operate: Operate;
    try {
      operate = await this.#around.prepare(
        this.#ref,
        rows.filter((_, index) => this.#results[index] === undefined),
        batchTurnstile(this.#around.gate, notes, this.#abort.signal),
      );
    } catch (error) {
      this.#stopFor(error);
      return;
    }
    const lane = async (): Promise<void> => {
      for (let index = this.#nextRow(rows); index !== undefined; index = this.#nextRow(rows)) {
        const row = rows[index] as PlanRow;
        try {
          this.#take(index, row, await operate(row), notes);
        } catch (error) {
          this.#stopFor(error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#around.lanes, rows.length) }, lane));
  }

  /** A copy that came out different is for a person: done again, it would be recognised as done, and the difference forgotten. */
  #keepForPeople(notes: Notes): void {
    this.#retry?.rows.forEach((row, index) => {
      if (row.code === "CopyDiffers" && this.#results[index] === undefined) this.#finished(index, row, notes);
    });
  }

  #nextRow(rows: readonly PlanRow[]): number | undefined {
    if (this.#draining) return undefined;
    while (this.#next < rows.length && this.#results[this.#next] !== undefined) this.#next += 1;
    return this.#next < rows.length ? this.#next++ : undefined;
  }

  #take(index: number, row: PlanRow, verdict: Verdict, notes: Notes): void {
    const { breaker } = this.#around;
    if (verdict.kind === "enforced") {
      this.stop({ kind: "enforced" });
      return;
    }
    const result: ResultRow = { ...verdict.finding, key: row.key, versionId: row.versionId, op: row.op, at: Date.now() };
    if (verdict.kind === "denied") {
      const { code, detail: message, httpStatus } = result;
      this.#denial = { row, refusal: { code, message, httpStatus }, owner: verdict.owner };
      this.#held.push({ index, row: result, successes: breaker.successes });
      // What comes in after the batch was stopped says nothing that was not known when it was.
      if (!this.#own && !this.#abort.signal.aborted) this.#decide(breaker.denied());
      return;
    }
    if (PROOFS.has(result.outcome)) {
      breaker.succeeded();
      if (this.#held.length > 0) this.#settleHeld(notes);
    }
    this.#finished(index, result, notes);
  }

  #finished(index: number, result: ResultRow, notes: Notes): void {
    this.#results[index] = result;
    notes.add(index, result);
  }

  /** Denials become the objects' own failures where the account is known to work, and stay un-noted where it is not. */
  #settleHeld(notes: Notes): void {
    const { breaker, denied } = this.#around;
    const proven = this.#held.filter((h) => breaker.successes > h.successes);
    this.#held = this.#held.filter((h) => breaker.successes <= h.successes);
    for (const { index, row } of proven) this.#finished(index, row, notes);
    const over = this.#count() + this.#held.length === this.#results.length;
    if (this.#held.length === 0 || this.#reason !== undefined || !over) return;
    const decision = this.#own ? "own" : breaker.settleBatch(denied.isAside(this.#ref));
    if (decision === "own") {
      for (const { index, row } of this.#held) this.#finished(index, row, notes);
      this.#held = [];
    } else this.#decide(decision);
  }

  #decide(decision: Decision): void {
    if (decision === "trip") this.stop({ kind: "pause", cause: "" });
    if (decision !== "set aside") return;
    this.#around.denied.setAside(this.#ref);
    const { row, refusal } = this.#denial ?? {};
    this.stop({
      kind: "aside",
      why: `S3 denies its objects in a row (${refusal?.code}, the last ${JSON.stringify(row?.key)}): other batches come first`,
    });
  }

  /** A pause for denials gets its words, and the store is told of the batches first: a resume is the word of somebody who knew. */
  async #explainPause(): Promise<void> {
    const denial = this.#denial;
    if (this.#reason?.kind !== "pause" || this.#reason.cause !== "" || denial === undefined) return;
    const { breaker, denied, readAcl } = this.#around;
    const { row, refusal, owner } = denial;
    const denials = breaker.denialsInARow;
    try {
      await denied.paused(this.#ref);
      const worked = await denied.worked();
      const reading = await readAcl(row);
      const { key, op } = row;
      this.#reason = {
        kind: "pause",
        cause: deniedCause({ refusal, owner, denials, key, op, versioned: row.versionId !== null, reading, worked }),
      };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#reason = { kind: "store", message: error.message };
    }
  }

  async #write(hold: BatchHold, notes: Notes): Promise<BatchEnd> {
    const { store } = this.#around;
    const rows = this.#results as ResultRow[];
    let written = summarize(rows, this.#retry?.number ?? 0);
    // Somebody else's file is complete too, and it came first; or, where this process was stopped meanwhile, it is of a later retry.
    const mine =
      this.#retry === undefined
        ? await createLedger(store, this.#ref, rows)
        : await replaceLedger(store, this.#ref, rows, this.#retry.number, () => notes.confirmed());
    if (!mine) written = (await readLedgerSummary(store, this.#ref)) ?? written;
    // The counters follow the file, not the notes: a Redis that was killed may have forgotten its last second.
    await hold.finish(written);
    if (this.#own) await this.#around.denied.finished(this.#ref);
    if (this.#ref.op !== "acl") await forgetAcls(store, this.#ref, rows);
    return { kind: "finished", rows: written.rows, failed: sum(written.failed) };
  }

  #stopFor(error: unknown): void {
    // The reason is known already: this lane only noticed it.
    if (error instanceof Stopped && this.#reason !== undefined) return;
    this.stop(stopReasonOf(error));
  }

  #stopped(noted: number): BatchEnd {
    const reason = this.#reason ?? { kind: "error", error: new Error(`batch ${batchId(this.#ref)} ended without a reason`) };
    return { kind: "stopped", reason, noted };
  }

  #count(): number {
    let n = 0;
    for (const result of this.#results) if (result !== undefined) n += 1;
    return n;
  }
}

/** Outcomes that only an account that works can bring about. */
const PROOFS: ReadonlySet<ResultRow["outcome"]> = new Set(["granted", "copied", "reencrypted", "already"]);

const lossText = (why: "fenced" | "redis-unreachable"): string =>
  why === "fenced" ? "another worker holds this batch now" : "Redis has not answered for as long as a job's lock lives";
