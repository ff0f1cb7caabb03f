// Retry requests: which failed rows of which batches go to work again. They lie in the store, numbered from 1, and are never changed;
// a request is answered for a batch when the batch's ledger file carries its number or a later one.
import { type BatchRef, batchId } from "../batch.ts";
import type { RetryClaim, RetrySelection } from "../ledger/checkpoint.ts";
import { readLedger, readLedgerSummary } from "../ledger/ledger.ts";
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
