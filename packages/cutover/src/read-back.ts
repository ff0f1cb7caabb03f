// A change counts when S3 shows it, not when S3 takes it: read until it is seen, for a bounded time.
import { setTimeout as pause } from "node:timers/promises";
import { READ_BACK_MS_MAX, READ_BACK_PAUSE_MS } from "./limits.ts";
import { CutoverRefusal } from "./refusal.ts";

export interface Waiting {
  readonly signal?: AbortSignal;
  /** Milliseconds; READ_BACK_MS_MAX unless given. */
  readonly patienceMs?: number;
}

/** The first reading that `wanted` holds for. Throws CutoverRefusal when the time is up, with what was seen last. */
export async function readUntil<T>(what: string, read: () => Promise<T>, wanted: (value: T) => boolean, waiting: Waiting = {}): Promise<T> {
  const patience = waiting.patienceMs ?? READ_BACK_MS_MAX;
  for (let waited = 0; ; waited += READ_BACK_PAUSE_MS) {
    const value = await read();
    if (wanted(value)) return value;
    if (waited >= patience)
      throw new CutoverRefusal(
        "read-back",
        `${what}: S3 took the change but still shows ${JSON.stringify(value)} after ${Math.round(patience / 1000)} s. ` +
          "Something else may be setting it (a CloudFormation stack, Terraform, an AWS Config rule); look there, then run the same command again.",
      );
    await pause(READ_BACK_PAUSE_MS, undefined, waiting.signal === undefined ? {} : { signal: waiting.signal });
  }
}
