// Where every request of one batch passes: the gate of the process, and, last thing before it is sent, the batch's fence.
import type { AccountId } from "@quitclaim/campaign";
import { LAST_WORD_MS_MAX } from "./limits.ts";
import type { Notes } from "./notes.ts";
import type { Gate } from "./rate/gate.ts";
import type { Turnstile } from "./retry/send.ts";
import type { StopReason } from "./stop-reason.ts";

/** By the signal of their batch. */
const fences = new WeakMap<AbortSignal, () => boolean>();

/**
 * Whether the batch that a request was signed for is still known to be ours. For the wire, which asks as it writes: a request may wait for a connection,
 * and a process that is stopped between its turn and its first byte would otherwise wake up and send it.
 */
export const mayStart = (signal: AbortSignal): boolean => fences.get(signal)?.() ?? true;

export function batchTurnstile(gate: Gate, notes: Notes, signal: AbortSignal): Turnstile {
  const sure = (): boolean => notes.fresh && !signal.aborted;
  fences.set(signal, sure);

  /** The wait was so long (or the process was stopped) that the fence must be confirmed before anything is sent. */
  async function makeSure(account: AccountId): Promise<void> {
    while (!sure()) {
      gate.yield();
      await notes.confirmed();
      await gate.enter(account, signal);
    }
  }
  return {
    signal,
    enter(account) {
      const turn = gate.enter(account, signal);
      if (turn !== undefined) return turn.then(() => (sure() ? undefined : makeSure(account)));
      return notes.fresh ? undefined : makeSure(account);
    },
    leave: (account, throttled) => gate.leave(account, throttled),
    lastWord() {
      const leaves = signal.aborted && (signal.reason as StopReason).kind === "leave";
      return leaves && notes.fresh ? lastTurnstile(notes) : undefined;
    },
  };
}

/** A few small requests of a process whose gate has closed already: unpaced, bounded in time, still under the fence. */
function lastTurnstile(notes: Notes): Turnstile {
  const signal = AbortSignal.timeout(LAST_WORD_MS_MAX);
  fences.set(signal, () => notes.fresh && !signal.aborted);
  return { signal, enter: () => undefined, leave: () => undefined, lastWord: () => undefined };
}
