// How fast a listing asks: at most the campaign's rate and so many requests at once; slower where the server says SlowDown, and faster again with time.

interface Waiter {
  go(): void;
  stop(): void;
}

/** Of the ceiling, regained in a second without SlowDown. */
const REGAIN = 0.05;
/** Requests that may go at once after a pause, as a part of a second's. */
const BURST_SECONDS = 0.05;

export class Pace {
  readonly #ceiling: number;
  readonly #atOnce: number;
  readonly #now: () => number;
  readonly #waiting = new Set<Waiter>();
  #rate: number;
  #tokens = 1;
  #filledAt: number;
  #slowedAt = Number.NEGATIVE_INFINITY;
  #inFlight = 0;
  /** Answers since then: what is really asked may be far below the rate. */
  #answers = 0;
  #countedFrom: number;
  #timer: NodeJS.Timeout | undefined;

  /** `now`: milliseconds of a steady clock. */
  constructor(options: { readonly requestsPerSecond: number; readonly atOnce: number; readonly now?: () => number }) {
    this.#ceiling = this.#rate = options.requestsPerSecond;
    this.#atOnce = options.atOnce;
    this.#now = options.now ?? (() => performance.now());
    this.#filledAt = this.#countedFrom = this.#now();
  }

  /** Requests a second, as the server permits them now. */
  get perSecond(): number {
    return this.#rate;
  }

  /** Resolves when a request may go; `leave` after its answer. Rejects with the signal's reason once it is aborted. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.size === 0 && this.#take()) return;
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { go: resolve, stop: () => reject(signal.reason) };
      const stop = (): void => {
        if (this.#waiting.delete(waiter)) waiter.stop();
      };
      signal.addEventListener("abort", stop, { once: true });
      waiter.go = () => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      this.#waiting.add(waiter);
      this.#serve();
    });
  }

  leave(): void {
    this.#inFlight--;
    this.#answers++;
    this.#serve();
  }

  /** The server asked for fewer requests. Many such answers of one moment count once. */
  throttled(): void {
    const now = this.#now();
    if (now - this.#slowedAt < 1_000) return;
    this.#fill();
    this.#slowedAt = now;
    const asked = (this.#answers * 1_000) / Math.max(100, now - this.#countedFrom);
    this.#rate = Math.max(1, Math.min(this.#rate, asked) / 2);
    this.#answers = 0;
    this.#countedFrom = now;
  }

  #take(): boolean {
    this.#fill();
    if (this.#tokens < 1 || this.#inFlight >= this.#atOnce) return false;
    this.#tokens--;
    this.#inFlight++;
    return true;
  }

  #fill(): void {
    const now = this.#now();
    const seconds = (now - this.#filledAt) / 1_000;
    this.#filledAt = now;
    if (now - this.#slowedAt >= 1_000) this.#rate = Math.min(this.#ceiling, this.#rate + this.#ceiling * REGAIN * seconds);
    this.#tokens = Math.min(Math.max(1, this.#rate * BURST_SECONDS), this.#tokens + this.#rate * seconds);
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      if (!this.#take()) break;
      this.#waiting.delete(waiter);
      waiter.go();
    }
    // Where every place is taken, the next answer serves; where only the rate is short, time does.
    if (this.#waiting.size === 0 || this.#inFlight >= this.#atOnce || this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#serve();
      },
      Math.ceil(((1 - this.#tokens) / this.#rate) * 1_000),
    );
  }
}
