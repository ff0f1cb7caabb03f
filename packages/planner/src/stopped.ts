// The end of planning that somebody asked for.
import { PlanError } from "./error.ts";

export const stopped = (): PlanError => new PlanError("aborted", "Planning was stopped. There is no plan; run the same command again.");

/** `work`, or PlanError as soon as the signal says stop, and not when whoever was asked answers at last: for what changes nothing, and can be left at any moment. */
export function unlessStopped<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(stopped());
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    if (signal.aborted) stop();
  });
}
