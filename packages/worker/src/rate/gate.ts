// Where every request of this process waits for its turn: within the bucket's rate, within the process's concurrency, and fairly among accounts, and
// among the batches of each, which take turns however many requests each has waiting: a batch that is taken over begins at once.
import type { AccountId } from "@quitclaim/campaign";
import { LEASE_INTERVAL_MS } from "../limits.ts";
import { Stopped } from "../stopped.ts";
import type { Budget } from "./budget.ts";

interface Waiter {
  go(): void;
  stop(): void;
}

/** An account's waiters by the signal of their batch, in the order of the batches' turns. No entry is empty. */
type Line = Map<AbortSignal, Waiter[]>;

export interface GateCounts {
  requests: number;
  throttled: number;
}

export class Gate {
  readonly #budget: Budget;
  readonly #concurrency: number;
  /** Accounts with waiters, in the order of their turns. */
  readonly #lines = new Map<AccountId, Line>();
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
    if (this.#lines.size === 0 && this.#inFlight < this.#concurrency && !signal.aborted && this.#budget.take()) {
      this.#inFlight += 1;
      return undefined;
    }
    if (signal.aborted || this.#closed) return Promise.reject(new Stopped());
    return new Promise((go, reject) => {
      const waiter: Waiter = { go, stop: () => reject(new Stopped()) };
      const line = this.#lines.get(account);
      if (line === undefined) this.#lines.set(account, new Map([[signal, [waiter]]]));
      else {
        const waiters = line.get(signal);
        if (waiters === undefined) line.set(signal, [waiter]);
        else waiters.push(waiter);
      }
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
    if (this.#lines.size > 0) this.#admit();
  }

  /** Gives a turn back unused. */
  yield(): void {
    this.#inFlight -= 1;
    if (this.#lines.size > 0) this.#admit();
  }

  /** What an account's requests came to since the last time. */
  takeCounts(account: AccountId): GateCounts | undefined {
    const counts = this.#counts.get(account);
    this.#counts.delete(account);
    return counts;
  }

  /** Sends waiters whose signal was aborted away: to be called after every abort. */
  sweep(): void {
    for (const [account, line] of this.#lines) {
      for (const [signal, waiters] of line) {
        if (!signal.aborted) continue;
        line.delete(signal);
        for (const waiter of waiters) waiter.stop();
      }
      if (line.size === 0) this.#lines.delete(account);
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
    for (const line of this.#lines.values()) for (const waiters of line.values()) for (const waiter of waiters) waiter.stop();
    this.#lines.clear();
    await this.#refilling;
    clearTimeout(this.#timer);
    await this.#budget.leave();
  }

  /** One request of each account in turn, and of each of its batches, for as long as there are tokens and room. */
  #admit(): void {
    while (this.#lines.size > 0 && this.#inFlight < this.#concurrency) {
      const [account, line] = first(this.#lines);
      const [signal, waiters] = first(line);
      if (signal.aborted) {
        for (const waiter of waiters) waiter.stop();
        waiters.length = 0;
      } else {
        if (!this.#budget.take()) return;
        this.#inFlight += 1;
        waiters.shift()?.go();
      }
      turn(line, signal, waiters.length > 0 ? waiters : undefined);
      turn(this.#lines, account, line.size > 0 ? line : undefined);
    }
  }
}

function first<K, V>(map: ReadonlyMap<K, V>): [K, V] {
  const next = map.entries().next();
  if (next.done === true) throw new Error("nobody waits");
  return next.value;
}

/** To the end of the line, or out of it; Map keeps the order of insertion. */
function turn<K, V>(line: Map<K, V>, who: K, what: V | undefined): void {
  if (what !== undefined && line.size === 1) return;
  line.delete(who);
  if (what !== undefined) line.set(who, what);
}
