// One read-only request brought to an answer: at the pace, and again where it may go otherwise next time.
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "@quitclaim/aws";
import {
  EXPIRED_ANSWERS_MAX,
  LISTING_BACKOFF_MS,
  LISTING_BACKOFF_MS_MAX,
  THROTTLED_ANSWERS_MAX,
  TRANSIENT_ANSWERS_MAX,
} from "../limits.ts";
import type { Pace } from "./pace.ts";

const MOST: Readonly<Record<string, number>> = {
  throttled: THROTTLED_ANSWERS_MAX,
  transient: TRANSIENT_ANSWERS_MAX,
  expired: EXPIRED_ANSWERS_MAX,
};

/** Rejects with the signal's reason once it is aborted. Only for requests that change nothing. */
export async function patiently<T>(pace: Pace, signal: AbortSignal, request: () => Promise<Answer<T>>): Promise<Answer<T>> {
  const had: Record<string, number> = {};
  for (;;) {
    await pace.enter(signal);
    const answer = await request().finally(() => pace.leave());
    signal.throwIfAborted();
    if (answer.ok) return answer;
    if (answer.kind === "throttled") pace.throttled();
    const most = MOST[answer.kind];
    const times = (had[answer.kind] ?? 0) + 1;
    had[answer.kind] = times;
    if (most === undefined || times >= most) return answer;
    await sleep(Math.random() * Math.min(LISTING_BACKOFF_MS_MAX, LISTING_BACKOFF_MS * 2 ** times), undefined, { signal });
  }
}
