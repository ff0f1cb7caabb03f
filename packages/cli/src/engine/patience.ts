// How long an engine works on without its store. Workers hand back what they cannot write, and Redis keeps what they noted: an outage that
// ends costs the night nothing. One that does not end is told.

/** A StoreError, or a SessionError met on the way to a store in S3. */
export type StoreTrouble = Error & { readonly passing: boolean };

export interface PatienceBounds {
  /** For what may pass by itself, in milliseconds. */
  readonly passingMs: number;
  /** For what a person has to mend, in milliseconds. */
  readonly refusedMs: number;
}

/** A night's outage, and long enough for one refusal among many answers to be no more than that. */
export const WORKING_PATIENCE: PatienceBounds = { passingMs: 30 * 60_000, refusedMs: 60_000 };
/** For the last figures, with an operator who waits for them. */
export const LEAVING_PATIENCE: PatienceBounds = { passingMs: 20_000, refusedMs: 2_000 };

export class StorePatience {
  readonly #bounds: PatienceBounds;
  /** When the outage began, by the monotonic clock. */
  #since: number | undefined;

  constructor(bounds: PatienceBounds) {
    this.#bounds = bounds;
  }

  /** The store answered. */
  answered(): void {
    this.#since = undefined;
  }

  /** The store failed. "first": of an outage, which is to be told; "over": it has lasted too long for this trouble. */
  failed({ passing }: StoreTrouble): "first" | "again" | "over" {
    const first = this.#since === undefined;
    const now = performance.now();
    this.#since ??= now;
    if (now - this.#since > (passing ? this.#bounds.passingMs : this.#bounds.refusedMs)) return "over";
    return first ? "first" : "again";
  }
}
