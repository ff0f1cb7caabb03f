// Finished rows on their way to Redis: noted at least every 250 ms, and with them the word that the fence is still ours.
//
// It is confirmed (Redis answered "noted" lately), stale (no answer for FENCE_CONFIRMED_MS_MAX: nothing may be sent until there is one), or
// lost ("fenced", or no answer for as long as the job's lock lives): then somebody else may hold the batch, and nothing is sent or noted again.
import type { BatchHold, ResultRow } from "@quitclaim/campaign";
import {
  FENCE_CONFIRM_INTERVAL_MS,
  FENCE_CONFIRMED_MS_MAX,
  NOTE_INTERVAL_MS,
  NOTE_RETRY_INTERVAL_MS,
  NOTE_RETRY_MS_MAX,
} from "./limits.ts";
import { Stopped } from "./stopped.ts";

export type LossReason = "fenced" | "redis-unreachable";

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

export class Notes {
  readonly #hold: Pick<BatchHold, "note">;
  readonly #onLost: (reason: LossReason) => void;
  readonly #now: () => number;
  #pending: { index: number; row: ResultRow }[] = [];
  #confirmedAt: number;
  #lost: LossReason | undefined;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #noting: Promise<void> | undefined;
  #waiters: Waiter[] = [];

  /** The claim just answered, so the fence is ours now. `onLost` is called once. */
  constructor(hold: Pick<BatchHold, "note">, onLost: (reason: LossReason) => void, now: () => number = Date.now) {
    this.#hold = hold;
    this.#onLost = onLost;
    this.#now = now;
    this.#confirmedAt = now();
  }

  start(): void {
    this.#timer = setTimeout(() => this.#tick(), NOTE_INTERVAL_MS);
  }

  add(index: number, row: ResultRow): void {
    this.#pending.push({ index, row });
  }

  get lost(): LossReason | undefined {
    return this.#lost;
  }

  /** Milliseconds since Redis last confirmed that the fence is ours. */
  get silentMs(): number {
    return this.#now() - this.#confirmedAt;
  }

  /** True where a request may be sent now. */
  get fresh(): boolean {
    return this.#lost === undefined && this.#now() - this.#confirmedAt < FENCE_CONFIRMED_MS_MAX;
  }

  /** Resolves at the next confirmation; throws Stopped where there will be none. */
  confirmed(): Promise<void> {
    if (this.#lost !== undefined || this.#closed) return Promise.reject(new Stopped());
    if (this.fresh) return Promise.resolve();
    const waiting = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    // A process that was stopped asks at once, rather than at the next tick.
    this.#note().catch(() => undefined /* told to the waiters and to the next tick */);
    return waiting;
  }

  /**
   * Notes everything that is left. False where the fence is lost. Throws Redis's error where it cannot be reached within `patienceMs`, which is
   * asked again each time, because a stop can shorten it.
   */
  async flush(patienceMs: () => number = () => NOTE_RETRY_MS_MAX): Promise<boolean> {
    const from = this.#now();
    for (;;) {
      try {
        await this.#note();
        if (this.#lost !== undefined) return false;
        if (this.#pending.length === 0) return true;
      } catch (error) {
        if (this.#now() - from >= patienceMs()) throw error;
        await new Promise((resolve) => setTimeout(resolve, NOTE_RETRY_INTERVAL_MS));
      }
    }
  }

  /** Nothing runs any more; whoever waits is stopped. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#release(new Stopped());
  }

  #tick(): void {
    const due = this.#pending.length > 0 || this.#now() - this.#confirmedAt >= FENCE_CONFIRM_INTERVAL_MS;
    const noted = due ? this.#note() : Promise.resolve();
    noted
      .then(
        () => NOTE_INTERVAL_MS,
        () => {
          // Redis's own clients report why. The job's lock lives about as long as this patience.
          if (this.#now() - this.#confirmedAt >= NOTE_RETRY_MS_MAX) this.#lose("redis-unreachable");
          return NOTE_RETRY_INTERVAL_MS;
        },
      )
      .then((next) => {
        if (!this.#closed && this.#lost === undefined) this.#timer = setTimeout(() => this.#tick(), next);
      });
  }

  /** One note at a time; later results join the next one. Rejects where Redis does not answer; the results stay pending. */
  #note(): Promise<void> {
    this.#noting ??= this.#send().finally(() => {
      this.#noting = undefined;
    });
    return this.#noting;
  }

  async #send(): Promise<void> {
    if (this.#lost !== undefined) return;
    const results = this.#pending;
    this.#pending = [];
    const askedAt = this.#now();
    let answer: "noted" | "fenced";
    try {
      answer = await this.#hold.note(results);
    } catch (error) {
      this.#pending = [...results, ...this.#pending];
      throw error;
    }
    if (answer === "fenced") {
      this.#lose("fenced");
      return;
    }
    // What Redis said, it said no earlier than it was asked: a process stopped in between must not take it for fresh.
    this.#confirmedAt = askedAt;
    if (this.fresh) this.#release(undefined);
    else if (this.#waiters.length > 0) queueMicrotask(() => this.#note().catch(() => undefined /* as in confirmed() */));
  }

  #lose(reason: LossReason): void {
    if (this.#lost !== undefined) return;
    this.#lost = reason;
    clearTimeout(this.#timer);
    this.#release(new Stopped());
    this.#onLost(reason);
  }

  #release(error: Error | undefined): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if (error === undefined) waiter.resolve();
      else waiter.reject(error);
    }
  }
}
