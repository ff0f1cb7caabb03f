// Where every request of one batch passes: the gate of the process, and, last thing before it is sent, the batch's fence.
import type { AccountId } from "@quitclaim/campaign";
import type { Notes } from "./notes.ts";
import type { Gate } from "./rate/gate.ts";
import type { Turnstile } from "./retry/send.ts";

export function batchTurnstile(gate: Gate, notes: Notes, signal: AbortSignal): Turnstile {
  async function waitForTurn(account: AccountId, turn: Promise<void> | undefined): Promise<void> {
    let waiting = turn;
    for (;;) {
      if (waiting !== undefined) await waiting;
      if (notes.fresh && !signal.aborted) return;
      // The wait was so long (or the process was stopped) that the fence must be confirmed before anything is sent.
      gate.yield();
      await notes.confirmed();
      waiting = gate.enter(account, signal);
    }
  }
  return {
    signal,
    enter(account) {
      const turn = gate.enter(account, signal);
      return turn === undefined && notes.fresh ? undefined : waitForTurn(account, turn);
    },
    leave: (account, throttled) => gate.leave(account, throttled),
  };
}
