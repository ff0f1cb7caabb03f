/** Counts every answer of the sandbox by operation and outcome. */
import type { CallSummary, Observer } from "../http/hooks.ts";

/** operation -> outcome (`200`, `403 AccessDenied`, `0 ConnectionReset`) -> answers. */
export type Stats = Readonly<Record<string, Readonly<Record<string, number>>>>;

export class AnswerCounter implements Observer {
  readonly #counts = new Map<string, Map<string, number>>();

  answered(call: CallSummary, status: number, code: string | undefined): void {
    let outcomes = this.#counts.get(call.op);
    if (outcomes === undefined) {
      outcomes = new Map();
      this.#counts.set(call.op, outcomes);
    }
    const outcome = code === undefined ? String(status) : `${status} ${code}`;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }

  /** A copy of the counts. */
  get(): Stats {
    return Object.fromEntries([...this.#counts].map(([op, outcomes]) => [op, Object.fromEntries(outcomes)]));
  }
}
