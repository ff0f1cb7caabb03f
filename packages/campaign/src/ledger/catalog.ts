// Which batches of an account have their ledger file, and what each file counts; footers are read once.
import { type BatchId, parseBatchId } from "../batch.ts";
import { pendingRetry, readRetries, retriesByBatch } from "../control/retries.ts";
import type { AccountId } from "../identity.ts";
import { inParallel } from "../in-parallel.ts";
import type { CampaignStore } from "../store/store.ts";
import { readLedgerSummary } from "./ledger.ts";
import type { LedgerSummary } from "./result.ts";

export const FOOTERS_AT_ONCE = 16;

/** Ids of the finished batches, in code-unit order. */
export async function listLedgers(store: CampaignStore, account: AccountId): Promise<BatchId[]> {
  const ids: BatchId[] = [];
  for await (const path of store.list(`results/account=${account}/`)) {
    const match = /([^/]+)\.parquet$/.exec(path);
    if (match !== null && parseBatchId(match[1] as string) !== undefined) ids.push(match[1] as BatchId);
  }
  return ids;
}

/** Remembers footers; only a retry changes a ledger file, so only what retries name is read again. */
export class LedgerCatalog {
  readonly #store: CampaignStore;
  readonly #known = new Map<AccountId, Map<BatchId, LedgerSummary>>();

  constructor(store: CampaignStore) {
    this.#store = store;
  }

  /** Batch id -> totals of its ledger file. The map must not be changed. */
  async summaries(account: AccountId): Promise<ReadonlyMap<BatchId, LedgerSummary>> {
    const known = this.#known.get(account) ?? new Map<BatchId, LedgerSummary>();
    this.#known.set(account, known);
    const [listed, requests] = await Promise.all([listLedgers(this.#store, account), readRetries(this.#store)]);
    const retries = retriesByBatch(requests);
    const present = new Set(listed);
    for (const id of known.keys()) if (!present.has(id)) known.delete(id);
    const unread = listed.filter((id) => {
      const before = known.get(id);
      return before === undefined || pendingRetry(retries.get(id), before.retry) !== undefined;
    });
    await inParallel(unread, FOOTERS_AT_ONCE, async (id) => {
      const ref = parseBatchId(id);
      const summary = ref && (await readLedgerSummary(this.#store, ref));
      if (summary !== undefined) known.set(id, summary);
    });
    return known;
  }
}
