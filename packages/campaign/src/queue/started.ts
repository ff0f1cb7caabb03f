// When the first work of a campaign began and on which plan, kept in the store so that it outlives Redis.
import { createHash } from "node:crypto";
import type { PlanSummary } from "../plan/summary.ts";
import { type CampaignStore, jsonBytes, readJson, StoreError } from "../store/store.ts";

export const STARTED_PATH = "control/started.json";

export interface Started {
  /** Epoch milliseconds. */
  readonly at: number;
  /** What the plan's batches mean: the same for every plan from the same report that cut the same batches. */
  readonly plan: string;
}

function shapeOf(plan: PlanSummary): string {
  const accounts = Object.entries(plan.accounts).map(([id, a]) => [id, a.parts, a.batches, a.planned]);
  return createHash("sha256")
    .update(JSON.stringify([plan.campaign, plan.bucket, plan.provenance.manifestMd5, plan.rows, accounts]))
    .digest("hex")
    .slice(0, 16);
}

/**
 * The moment of the first work on this plan, whoever asks later. Throws StoreError where the store has results of another plan: a batch ID
 * that meant other objects when they were worked on would make the ledger lie.
 */
export async function startedAt(store: CampaignStore, plan: PlanSummary): Promise<number> {
  const begun: Started = { at: Date.now(), plan: shapeOf(plan) };
  if (await store.create(STARTED_PATH, jsonBytes(begun))) return begun.at;
  const before = await readJson<Started>(store, STARTED_PATH);
  if (before?.plan === begun.plan) return before.at;
  for await (const path of store.list("results/"))
    throw new StoreError(
      `${store.location}: work was done on another plan than the one that is there now (${path} is a result of it). Give the new plan a store of its own, or restore plan/ as it was.`,
    );
  await store.write(STARTED_PATH, jsonBytes(begun));
  return begun.at;
}
