// Commands as far as they go without Redis: kept in the store, where reconcile finds them.

import type { BatchId } from "../batch.ts";
import type { CampaignConfig } from "../config/model.ts";
import type { AccountId } from "../identity.ts";
import { LedgerCatalog } from "../ledger/catalog.ts";
import { type RetrySelection, selects } from "../ledger/checkpoint.ts";
import type { LedgerSummary } from "../ledger/result.ts";
import type { PlanSummary } from "../plan/summary.ts";
import type { Pause } from "../progress/snapshot.ts";
import { type CampaignStore, StoreError } from "../store/store.ts";
import { writeCeiling } from "./ceiling.ts";
import type { EngineControl } from "./control.ts";
import { readPauses, removePause, writePause } from "./pauses.ts";
import { createRetry, pendingRetry, type RetryRequest, readRetries, retriesByBatch } from "./retries.ts";

/** For when no Redis runs: the next `run` follows what is asked here. */
export function storeOnlyControl(store: CampaignStore, plan: PlanSummary, config: CampaignConfig): EngineControl {
  const catalog = new LedgerCatalog(store);
  return {
    async pause(account, pause) {
      await keepPauses(store, selectAccounts(plan, config, account), pause);
    },
    async resume(account) {
      for (const one of selectAccounts(plan, config, account)) await removePause(store, one);
    },
    retry: async (selection) => (await requestRetry(store, plan, config, selection, (account) => catalog.summaries(account))).rows,
    setCeiling: (requestsPerSecond) => writeCeiling(store, requestsPerSecond),
    // Nothing runs that could be stopped.
    requestStop: () => Promise.resolve(),
  };
}

/** One account of the plan, or all. Throws where the account is not of this campaign. */
export function selectAccounts(plan: PlanSummary, config: CampaignConfig, account: AccountId | undefined): AccountId[] {
  const all = Object.keys(plan.accounts) as AccountId[];
  if (account === undefined) return all;
  if (all.includes(account)) return [account];
  const known = config.accounts.some((a) => a.id === account);
  throw new StoreError(
    `${known ? `the plan has no objects of account ${account}` : `account ${account} is not of this campaign`}; it has ${all.join(", ")}`,
  );
}

/** A pause that stands is kept as it is: its cause is what a person must see. Answers what now stands. */
export async function keepPauses(store: CampaignStore, accounts: readonly AccountId[], pause: Pause): Promise<Map<AccountId, Pause>> {
  const standing = await readPauses(store);
  const all = new Map<AccountId, Pause>();
  for (const account of accounts) {
    const before = standing.get(account);
    if (before === undefined) await writePause(store, account, pause);
    all.set(account, before ?? pause);
  }
  return all;
}

export interface AskedRetry {
  /** Objects that go to work again and were not asked for before. */
  readonly rows: number;
  /** Undefined where there are none. */
  readonly request: RetryRequest | undefined;
}

/** Writes the request. Objects that an unanswered request covers are not asked for twice. */
export async function requestRetry(
  store: CampaignStore,
  plan: PlanSummary,
  config: CampaignConfig,
  selection: RetrySelection,
  summaries: (account: AccountId) => Promise<ReadonlyMap<BatchId, LedgerSummary>>,
): Promise<AskedRetry> {
  const earlier = retriesByBatch(await readRetries(store));
  const batches: BatchId[] = [];
  let rows = 0;
  for (const account of selectAccounts(plan, config, selection.account))
    for (const [batch, summary] of await summaries(account)) {
      const covered = pendingRetry(earlier.get(batch), summary.retry)?.selections ?? [];
      let wanted = 0;
      for (const [code, n] of Object.entries(summary.failed)) if (selects([selection], code) && !selects(covered, code)) wanted += n;
      if (wanted === 0) continue;
      batches.push(batch);
      rows += wanted;
    }
  return { rows, request: batches.length === 0 ? undefined : await createRetry(store, selection, batches) };
}
