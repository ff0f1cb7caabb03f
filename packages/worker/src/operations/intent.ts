// The durable word that a batch is about to copy, written before its first CopyObject: whoever takes the batch up later, with or without
// Redis's memory, knows by it that a newer version may be our own copy. It lies outside results/, which is to be read as plain Parquet.
import { type BatchRef, batchId, type CampaignStore, jsonBytes, readJson, StoreError } from "@quitclaim/campaign";

export interface Intent {
  /** Epoch milliseconds, by the clock of the worker that wrote it. */
  readonly at: number;
  /** An earlier holder of this batch wrote it, and may have copied. */
  readonly earlier: boolean;
}

export const intentPath = (ref: BatchRef): string => `intents/account=${ref.account}/${batchId(ref)}.json`;

/** Writes the intent, or finds the one that is there: the first one counts. Throws StoreError. */
export async function declareIntent(store: CampaignStore, ref: BatchRef, worker: string, now: () => number = Date.now): Promise<Intent> {
  const path = intentPath(ref);
  const at = now();
  if (await store.create(path, jsonBytes({ batch: batchId(ref), op: ref.op, at, worker }))) return { at, earlier: false };
  const found = await readJson<{ at?: unknown }>(store, path);
  if (typeof found?.at !== "number")
    throw new StoreError(`${store.location}: ${path} was not written by quitclaim. Without it a copy could be made twice: restore it.`);
  return { at: found.at, earlier: true };
}
