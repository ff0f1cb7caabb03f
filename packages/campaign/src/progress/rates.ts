// Rates and history from the timestamped counts that the checkpoint script leaves in Redis, so that every viewer sees the same at once.
import { HISTORY_SLOT_S, HISTORY_SLOTS_MAX } from "../ledger/scripts/note.ts";

const WINDOW_S = 10;

export interface Rates {
  objects: number;
  requests: number;
  throttled: number;
}

/**
 * Per second over the last ten full seconds, or since the first sample where that is later. `samples`: `<second>`, `r<second>`,
 * `t<second>` -> count. `now`: epoch milliseconds by the clock that wrote them.
 */
export function ratesOf(samples: Readonly<Record<string, string>>, now: number): Rates {
  const second = Math.floor(now / 1_000);
  const sums: Rates = { objects: 0, requests: 0, throttled: 0 };
  let first = second - 1;
  for (const [field, count] of Object.entries(samples)) {
    const kind = field.startsWith("r") ? "requests" : field.startsWith("t") ? "throttled" : "objects";
    const at = Number(kind === "objects" ? field : field.slice(1));
    if (kind === "objects") first = Math.min(first, at);
    // The second that is still filling would make the figure jump.
    if (at >= second - WINDOW_S && at < second) sums[kind] += Number(count);
  }
  const span = Math.max(1, Math.min(WINDOW_S, second - first));
  return { objects: sums.objects / span, requests: sums.requests / span, throttled: sums.throttled / span };
}

/** Share of requests that S3 answered with SlowDown, 0 to 1. */
export const throttledShare = (rates: Rates): number => (rates.requests > 0 ? Math.min(1, rates.throttled / rates.requests) : 0);

/** Objects in each slot from the first that counted, at most twelve hours ago, to the one that is filling; gaps are zeros. */
export function historyOf(slots: ReadonlyMap<number, number>, now: number): number[] {
  const last = Math.floor(now / 1_000 / HISTORY_SLOT_S);
  let first = Number.POSITIVE_INFINITY;
  for (const slot of slots.keys()) if (slot > last - HISTORY_SLOTS_MAX) first = Math.min(first, slot);
  return first > last ? [] : Array.from({ length: last - first + 1 }, (_, i) => slots.get(first + i) ?? 0);
}
