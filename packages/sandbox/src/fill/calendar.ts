/**
 * The life of the filled bucket in dates, the same for every seed. It ends before today: where the clock stands earlier than its
 * last day, the whole life moves back, so that nothing is dated after the fill (a report of it would tell of the future).
 */

export const firstUpload = Date.UTC(2016, 2, 1);
/** Keys begin up to here; their later versions come up to `lastWrite`. */
export const lastUpload = Date.UTC(2026, 5, 30);
export const versioningSince = Date.UTC(2018, 5, 1);
export const suspendedFrom = Date.UTC(2021, 1, 1);
export const suspendedUntil = Date.UTC(2021, 3, 15);
/** Replication went to another Region between these days; its marks are still on the objects. */
export const replicatedFrom = Date.UTC(2021, 5, 1);
export const replicatedUntil = Date.UTC(2022, 10, 1);
/** S3 encrypts everything since then; what is older and was sent without encryption has none. */
export const encryptedByDefaultSince = Date.UTC(2023, 0, 5);
/** When the bucket got the ownership mode it has today, if any. */
export const modeSince = Date.UTC(2023, 8, 1);
/** Object Lock can be had for existing buckets since November 2023. */
export const lockSince = Date.UTC(2024, 0, 15);
const lastWrite = Date.UTC(2026, 8, 30);

export const dayMs = 86_400_000;
/** A write never follows the one before by more than this. */
export const gapMsMax = 200 * dayMs;
const beforeFillMs = 60_000;

/** A day of the calendar as a date: the day itself, unless the clock stands too early for it. */
export class Calendar {
  readonly #back: number;

  /** `now`: epoch milliseconds of the fill. */
  constructor(now: number) {
    this.#back = Math.max(0, Math.ceil((lastWrite - (now - beforeFillMs)) / 1000) * 1000);
  }

  /** What is written into the store for a day of the calendar. */
  dated(at: number): number {
    return at - this.#back;
  }

  /** When the write after the one at `at` comes: `gap` later, sooner where the calendar ends. Whole seconds, never the same one. */
  after(at: number, gap: number): number {
    if (at + gap <= lastWrite) return at + gap;
    const share = ((lastWrite - at) / 2) * (gap / gapMsMax);
    return at + Math.max(1, Math.floor(share / 1000)) * 1000;
  }
}
