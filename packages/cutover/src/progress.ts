// What a step that takes longer than a moment tells while it works.
import { PROGRESS_INTERVAL_MS } from "./limits.ts";

export interface StepProgress {
  /** e.g. "counting what is done", "verifying". */
  readonly what: string;
  readonly done: number;
  /** Absent where it cannot be known beforehand. */
  readonly of?: number;
}

export type OnProgress = (progress: StepProgress) => void;

/** Counts, and tells at most every half second, and at the end. */
export class Counting {
  #done = 0;
  #toldAt = 0;
  readonly #what: string;
  readonly #of: number | undefined;
  readonly #tell: OnProgress | undefined;

  constructor(what: string, tell: OnProgress | undefined, of?: number) {
    this.#what = what;
    this.#tell = tell;
    this.#of = of;
  }

  add(count: number): void {
    this.#done += count;
    const now = Date.now();
    if (now - this.#toldAt < PROGRESS_INTERVAL_MS && this.#done !== this.#of) return;
    this.#toldAt = now;
    this.#tell?.({ what: this.#what, done: this.#done, ...(this.#of === undefined ? {} : { of: this.#of }) });
  }
}
