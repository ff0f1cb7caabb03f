// How long to wait before an attempt: exponential, with full jitter, so that many workers do not come back at the same moment.

export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/** Milliseconds before attempt `failures + 1`: uniform in [0, min(cap, base * 2^failures)). `random` is in [0, 1). */
export function fullJitter({ baseMs, capMs }: Backoff, failures: number, random: () => number = Math.random): number {
  return random() * Math.min(capMs, baseMs * 2 ** Math.min(failures, 30));
}
