// Checkpoints over Redis: each method is one atomic script (ledger/scripts/), so that a killed process leaves whole states only.
import type { Redis } from "ioredis";
import { type BatchRef, batchId } from "../batch.ts";
import type { AccountId } from "../identity.ts";
import { type CampaignKeys, campaignKeys } from "../queue/keys.ts";
import { type CampaignRedis, explainRedisError } from "../redis/connection.ts";
import { type BatchHold, type Checkpoints, type InFlightBatch, type RequestCounts, type RetryClaim, rowsToRetry } from "./checkpoint.ts";
import { ledgerEntry, tallyField } from "./entry.ts";
import { readInFlight } from "./in-flight.ts";
import { decodeNotes, encodeNote } from "./noted.ts";
import { type ResultRow, summarize } from "./result.ts";
import { CLAIM } from "./scripts/claim.ts";
import { FINISH } from "./scripts/finish.ts";
import { COUNT, NOTE } from "./scripts/note.ts";
import { type Call, script } from "./scripts/script.ts";
import { SEEN } from "./scripts/seen.ts";

type Answer<T extends string> = T;

export class RedisCheckpoints implements Checkpoints {
  readonly #redis: CampaignRedis;
  readonly #connection: Redis;
  readonly #keys: CampaignKeys;
  readonly #claim: Call;
  readonly #note: Call;
  readonly #finish: Call;
  readonly #count: Call;
  readonly #seen: Call;
  readonly #counted = new Map<AccountId, Record<string, number>>();

  constructor(redis: CampaignRedis) {
    this.#redis = redis;
    this.#connection = redis.connection("command");
    this.#keys = campaignKeys(redis.campaign);
    this.#claim = script(this.#connection, CLAIM);
    this.#note = script(this.#connection, NOTE);
    this.#finish = script(this.#connection, FINISH);
    this.#count = script(this.#connection, COUNT);
    this.#seen = script(this.#connection, SEEN);
  }

  async claim(ref: BatchRef, token: string, worker: string, retry?: RetryClaim): Promise<BatchHold> {
    // The ledger has answered this retry already: what is left is for the job to end.
    if (retry !== undefined && retry.answered >= retry.number) return settledHold(ref, retry.rows);
    const id = batchId(ref);
    const k = this.#keys;
    const again = retry === undefined ? [] : rowsToRetry(retry.rows, retry.selections);
    const answer = (await this.#ask(
      this.#claim(
        [k.batch(id), k.bits(id), k.results(id), k.inFlight(ref.account), k.settled(ref.account), k.tally(ref.account), k.meta],
        [
          id,
          token,
          worker,
          ref.rows,
          ref.op,
          retry?.number ?? 0,
          retry === undefined ? "" : ledgerEntry(summarize(retry.rows, retry.answered)),
          ...again.flatMap((index) => [index, tallyField(rowAt(retry?.rows, index))]),
        ],
      ),
    )) as [Answer<"open" | "settled">, ...string[]];
    const [state, ...noted] = answer;
    if (state === "settled") return settledHold(ref, retry?.rows ?? []);

    const finished = new Map<number, ResultRow>();
    const selected = new Set(again);
    retry?.rows.forEach((row, index) => {
      if (!selected.has(index)) finished.set(index, row);
    });
    const notes = Array.from({ length: noted.length / 2 }, (_, i) => [noted[2 * i] as string, noted[2 * i + 1] as string] as const);
    for (const [index, row] of decodeNotes(notes, ref.op)) finished.set(index, row);
    return this.#hold(ref, token, finished);
  }

  #hold(ref: BatchRef, token: string, finished: ReadonlyMap<number, ResultRow>): BatchHold {
    const id = batchId(ref);
    const k = this.#keys;
    return {
      ref,
      settled: false,
      finished,
      note: async (results) => {
        for (const { index } of results)
          if (!Number.isInteger(index) || index < 0 || index >= ref.rows)
            throw new Error(`batch ${id} has ${ref.rows} rows; row ${index} was noted`);
        return (await this.#ask(
          this.#note(
            [k.batch(id), k.bits(id), k.results(id), k.tally(ref.account), k.samples(ref.account), k.history, k.meta],
            [token, this.#takeCounts(ref.account), ...encodeNote(results, ref.rows)],
          ),
        )) as Answer<"noted" | "fenced">;
      },
      finish: async (found) =>
        (await this.#ask(
          this.#finish(
            [k.batch(id), k.bits(id), k.results(id), k.inFlight(ref.account), k.settled(ref.account), k.tally(ref.account)],
            [id, token, found === undefined ? "" : ledgerEntry(found)],
          ),
        )) as Answer<"finished" | "fenced">,
    };
  }

  count(account: AccountId, counts: RequestCounts): void {
    const kept = this.#counted.get(account) ?? {};
    for (const [name, n] of Object.entries(counts)) if (n !== undefined && n !== 0) kept[name] = (kept[name] ?? 0) + n;
    this.#counted.set(account, kept);
  }

  /** A request whose answer is lost may be counted twice or not at all; only objects are counted exactly. */
  #takeCounts(account: AccountId): string {
    const kept = this.#counted.get(account);
    this.#counted.delete(account);
    return kept === undefined || Object.keys(kept).length === 0 ? "" : JSON.stringify(kept);
  }

  async seen(worker: { id: string; host: string; pid: number; startedAt: number; batchesInFlight: number }): Promise<void> {
    const counts = [...this.#counted.keys()].map((account) => [account, this.#takeCounts(account)] as const);
    await this.#ask(
      Promise.all([
        this.#seen([this.#keys.workers], [worker.id, worker.host, worker.pid, worker.startedAt, worker.batchesInFlight]),
        ...counts
          .filter(([, text]) => text !== "")
          .map(([account, text]) => this.#count([this.#keys.tally(account), this.#keys.samples(account)], [text])),
      ]),
    );
  }

  async gone(worker: string): Promise<void> {
    await this.#ask(this.#connection.hdel(this.#keys.workers, worker));
  }

  inFlight(account: AccountId): Promise<InFlightBatch[]> {
    return this.#ask(readInFlight(this.#connection, this.#keys, account));
  }

  async #ask<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw explainRedisError(error, this.#redis);
    }
  }
}

function rowAt(rows: readonly ResultRow[] | undefined, index: number): ResultRow {
  const row = rows?.[index];
  if (row === undefined) throw new Error(`no ledger row ${index}`);
  return row;
}

/** Nothing is open in Redis: whatever is asked of it changes nothing. */
const settledHold = (ref: BatchRef, rows: readonly ResultRow[]): BatchHold => ({
  ref,
  settled: true,
  finished: new Map(rows.entries()),
  note: () => Promise.resolve("fenced"),
  finish: () => Promise.resolve("finished"),
});
