// Where every request of this process waits for its turn: within the bucket's rate, within the process's concurrency, and fairly among
// accounts, which take turns however many requests each has waiting.
import type { AccountId } from "@quitclaim/campaign";
import { LEASE_INTERVAL_MS } from "../limits.ts";
import { Stopped } from "../stopped.ts";
import type { Budget } from "./budget.ts";

interface Waiter {
  readonly signal: AbortSignal;
  go(): void;
  stop(): void;
}

export interface GateCounts {
  requests: number;
  throttled: number;
}

export class Gate {
  readonly #budget: Budget;
  readonly #concurrency: number;
  /** Accounts with waiters, in the order of their turns. */
  readonly #queues = new Map<AccountId, Waiter[]>();
  readonly #counts = new Map<AccountId, GateCounts>();
  #inFlight = 0;
  #timer: NodeJS.Timeout | undefined;
  #refilling: Promise<void> | undefined;
  #closed = false;

  constructor(budget: Budget, concurrency: number) {
    this.#budget = budget;
    this.#concurrency = concurrency;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** undefined: go at once, and `leave` afterwards. Otherwise waits; throws Stopped once `signal` is aborted (see {@link sweep}). */
  enter(account: AccountId, signal: AbortSignal): Promise<void> | undefined {
    if (this.#queues.size === 0 && this.#inFlight < this.#concurrency && !signal.aborted && this.#budget.take()) {
      this.#inFlight += 1;
      return undefined;
    }
    if (signal.aborted || this.#closed) return Promise.reject(new Stopped());
    return new Promise((go, reject) => {
      const waiter: Waiter = { signal, go, stop: () => reject(new Stopped()) };
      const queue = this.#queues.get(account);
      if (queue === undefined) this.#queues.set(account, [waiter]);
      else queue.push(waiter);
    });
  }

  leave(account: AccountId, throttled: boolean): void {
    this.#inFlight -= 1;
    this.#budget.answered(throttled);
    let counts = this.#counts.get(account);
    if (counts === undefined) {
      counts = { requests: 0, throttled: 0 };
      this.#counts.set(account, counts);
    }
    counts.requests += 1;
    if (throttled) counts.throttled += 1;
    if (this.#queues.size > 0) this.#admit();
  }

  /** Gives a turn back unused. */
  yield(): void {
    this.#inFlight -= 1;
    if (this.#queues.size > 0) this.#admit();
  }

  /** What an account's requests came to since the last time. */
  takeCounts(account: AccountId): GateCounts | undefined {
    const counts = this.#counts.get(account);
    this.#counts.delete(account);
    return counts;
  }

  /** Sends waiters whose signal was aborted away: to be called after every abort. */
  sweep(): void {
    for (const [account, queue] of this.#queues) {
      const stay = queue.filter((w) => !w.signal.aborted);
      for (const waiter of queue) if (waiter.signal.aborted) waiter.stop();
      if (stay.length === 0) this.#queues.delete(account);
      else this.#queues.set(account, stay);
    }
  }

  /** Leases tokens from now on. */
  open(): void {
    const tick = (): void => {
      this.#refilling = this.#budget.refill().then(() => {
        this.#admit();
        if (!this.#closed) this.#timer = setTimeout(tick, LEASE_INTERVAL_MS);
      });
    };
    tick();
  }

  /** Lets nobody in any more; whoever waits is stopped. Resolves when nothing of it runs. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const queue of this.#queues.values()) for (const waiter of queue) waiter.stop();
    this.#queues.clear();
    await this.#refilling;
    clearTimeout(this.#timer);
    await this.#budget.leave();
  }

  /** One request of each account in turn, for as long as there are tokens and room. */
  #admit(): void {
    while (this.#queues.size > 0 && this.#inFlight < this.#concurrency) {
      const next = this.#queues.entries().next().value;
      if (next === undefined) return;
      const [account, queue] = next;
      const waiter = queue[0];
      if (waiter === undefined || waiter.signal.aborted) {
        queue.shift();
        waiter?.stop();
      } else {
        if (!this.#budget.take()) return;
        queue.shift();
        this.#inFlight += 1;
        waiter.go();
      }
      // The account goes to the end of the line; Map keeps the order of insertion.
      this.#queues.delete(account);
      if (queue.length > 0) this.#queues.set(account, queue);
    }
  }
}
