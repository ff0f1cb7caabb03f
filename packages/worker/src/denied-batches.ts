// Batches of one account that were set aside for their denials, and what makes those denials the objects' own: the account did other
// objects since, or a person who was told of them resumed an account that had worked. The latter is known from the store, so that it
// outlives the process: denials/account=<id>/<batch>.json, written before the pause.
import {
  type AccountId,
  type BatchId,
  type BatchRef,
  batchId,
  type CampaignStore,
  jsonBytes,
  readLedgerSummary,
  sum,
} from "@quitclaim/campaign";
import type { Breaker } from "./breaker.ts";

export class DeniedBatches {
  readonly #account: AccountId;
  readonly #store: CampaignStore;
  readonly #breaker: Breaker;
  /** The successes that the breaker had counted when each was set aside. */
  readonly #aside = new Map<BatchId, number>();

  constructor(account: AccountId, store: CampaignStore, breaker: Breaker) {
    this.#account = account;
    this.#store = store;
    this.#breaker = breaker;
  }

  setAside(ref: BatchRef): void {
    this.#aside.set(batchId(ref), this.#breaker.successes);
  }

  isAside(ref: BatchRef): boolean {
    return this.#aside.has(batchId(ref));
  }

  /** Whether what is denied in this batch is its objects' own failure. Throws StoreError. */
  async own(ref: BatchRef): Promise<boolean> {
    const since = this.#aside.get(batchId(ref));
    if (since !== undefined && this.#breaker.successes > since) return true;
    return (await this.#store.size(this.#path(batchId(ref)))) !== undefined;
  }

  /** To be called before the account is paused for denials. Throws StoreError. */
  async paused(ref: BatchRef): Promise<void> {
    if (!(await this.worked())) return;
    for (const id of new Set([...this.#aside.keys(), batchId(ref)])) await this.#store.write(this.#path(id), jsonBytes({ at: Date.now() }));
  }

  /** Every row has its result. Throws StoreError. */
  async finished(ref: BatchRef): Promise<void> {
    const id = batchId(ref);
    this.#aside.delete(id);
    await this.#store.remove(this.#path(id));
  }

  /** Whether any object of the account was done, by this process or by the ledger. Throws StoreError. */
  async worked(): Promise<boolean> {
    if (this.#breaker.successes > 0) return true;
    for await (const path of this.#store.list(`results/account=${this.#account}/`)) {
      const match = /-(\d+)-(\d+)\.parquet$/.exec(path);
      if (match === null) continue;
      const summary = await readLedgerSummary(this.#store, { account: this.#account, part: Number(match[1]), rowGroup: Number(match[2]) });
      if (sum(summary?.done ?? {}) - (summary?.done.vanished ?? 0) - (summary?.done.changed ?? 0) > 0) return true;
    }
    return false;
  }

  readonly #path = (id: BatchId): string => `denials/account=${this.#account}/${id}.json`;
}
