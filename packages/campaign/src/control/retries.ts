// Retry requests: which failed rows of which batches go to work again. They lie in the store, numbered from 1, and are never changed;
// a request is answered for a batch when the batch's ledger file carries its number or a later one.
import { type BatchRef, batchId } from "../batch.ts";
import type { AccountId } from "../identity.ts";
import { type RetryClaim, type RetrySelection, selects } from "../ledger/checkpoint.ts";
import { parseEntry } from "../ledger/entry.ts";
import { readLedger, readLedgerSummary } from "../ledger/ledger.ts";
import type { PlanSummary } from "../plan/summary.ts";
import { campaignKeys } from "../queue/keys.ts";
import { type CampaignRedis, explainRedisError } from "../redis/connection.ts";
import { type CampaignStore, jsonBytes, readJson, StoreError } from "../store/store.ts";

const FOLDER = "control/";

export interface RetryRequest {
  readonly retry: number;
  readonly selection: RetrySelection;
  /** ISO 8601. */
  readonly at: string;
  readonly batches: readonly string[];
}

/** In the order of their numbers. */
export async function readRetries(store: CampaignStore): Promise<RetryRequest[]> {
  const requests: RetryRequest[] = [];
  for await (const path of store.list(FOLDER)) {
    const match = /^control\/retry-(\d+)\.json$/.exec(path);
    const request = match ? await readJson<RetryRequest>(store, path) : undefined;
    if (!match || request === undefined) continue;
    if (request.retry !== Number(match[1]) || !Array.isArray(request.batches))
      throw new StoreError(`${store.location}: ${path} was not written by quitclaim. Remove it.`);
    requests.push(request);
  }
  return requests.sort((a, b) => a.retry - b.retry);
}

/** Takes the next free number; two processes that ask at once get two. */
export async function createRetry(store: CampaignStore, selection: RetrySelection, batches: readonly string[]): Promise<RetryRequest> {
  let retry = ((await readRetries(store)).at(-1)?.retry ?? 0) + 1;
  for (;;) {
    const request: RetryRequest = { retry, selection, at: new Date().toISOString(), batches };
    if (await store.create(`${FOLDER}retry-${retry}.json`, jsonBytes(request))) return request;
    retry++;
  }
}

/** What is not yet answered for one batch: the newest number, and what to select. undefined: nothing. */
export interface PendingRetry {
  readonly number: number;
  readonly selections: readonly RetrySelection[];
}

/** Batch id -> the requests that name it, oldest first. */
export function retriesByBatch(requests: readonly RetryRequest[]): Map<string, RetryRequest[]> {
  const byBatch = new Map<string, RetryRequest[]>();
  for (const request of requests)
    for (const batch of request.batches) {
      const known = byBatch.get(batch);
      if (known === undefined) byBatch.set(batch, [request]);
      else known.push(request);
    }
  return byBatch;
}

/** Requests that overlap are answered together, by the newest number, so that none of them is forgotten. */
export function pendingRetry(requests: readonly RetryRequest[] | undefined, answered: number): PendingRetry | undefined {
  const open = (requests ?? []).filter((r) => r.retry > answered);
  const newest = open.at(-1);
  return newest === undefined ? undefined : { number: newest.retry, selections: open.map((r) => r.selection) };
}

/**
 * Accounts with a retry that no ledger file answers yet. Until a worker claims its batch, the rows that it selects count as failed, so
 * `remaining` does not show them.
 */
export async function accountsToRetry(redis: CampaignRedis, store: CampaignStore, plan: PlanSummary): Promise<Set<AccountId>> {
  const byBatch = retriesByBatch(await readRetries(store));
  const open = new Set<AccountId>();
  if (byBatch.size === 0) return open;
  const keys = campaignKeys(redis.campaign);
  try {
    for (const account of Object.keys(plan.accounts) as AccountId[]) {
      const settled = await redis.connection("command").hgetall(keys.settled(account));
      for (const [batch, entry] of Object.entries(settled)) {
        const asked = byBatch.get(batch);
        if (asked === undefined) continue;
        const { retry, failed } = parseEntry(entry);
        const pending = pendingRetry(asked, retry);
        if (pending !== undefined && Object.keys(failed).some((code) => selects(pending.selections, code))) open.add(account);
      }
    }
  } catch (error) {
    throw explainRedisError(error, redis);
  }
  return open;
}

/**
 * What a worker claims a retry's batch with; its new ledger file then carries the claim's number (replaceLedger).
 * undefined: every request for this batch is answered, and its job has nothing to do. Throws StoreError where the batch has no ledger.
 */
export async function readRetryClaim(store: CampaignStore, ref: BatchRef): Promise<RetryClaim | undefined> {
  const [summary, rows, requests] = await Promise.all([readLedgerSummary(store, ref), readLedger(store, ref), readRetries(store)]);
  if (summary === undefined || rows === undefined)
    throw new StoreError(
      `${store.location}: batch ${batchId(ref)} is to be retried but has no ledger file. \`quitclaim run\` works on it anew.`,
    );
  const pending = pendingRetry(retriesByBatch(requests).get(batchId(ref)), summary.retry);
  return pending && { ...pending, rows, answered: summary.retry };
}
