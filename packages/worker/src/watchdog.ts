// A BullMQ worker can stop consuming without a word (its blocking connection parked for ever, stack.md). Work that waits while nobody
// works, in a queue that is not paused, for a minute: then the worker is built anew.
import type { AccountId } from "@quitclaim/campaign";
import { WATCHDOG_MS } from "./limits.ts";

export interface QueueLook {
  readonly waiting: number;
  readonly active: number;
  readonly paused: boolean;
}

export class Watchdog {
  /** Since when (ms) each idle queue has waited. */
  readonly #idleSince = new Map<AccountId, number>();

  /** True where the account's worker is to be rebuilt; then the minute begins again. */
  stuck(account: AccountId, look: QueueLook, now: number): boolean {
    if (look.waiting === 0 || look.active > 0 || look.paused) {
      this.#idleSince.delete(account);
      return false;
    }
    const since = this.#idleSince.get(account);
    if (since === undefined) {
      this.#idleSince.set(account, now);
      return false;
    }
    if (now - since < WATCHDOG_MS) return false;
    this.#idleSince.set(account, now);
    return true;
  }
}
