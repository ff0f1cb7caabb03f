// Planning over a campaign folder that has something in it already. Without results the old plan goes, plan.json first. With results it must stay: a batch ID that
// meant other objects when they were worked on would make the ledger lie. Then the new plan is only compared with the old one.
import type { CampaignStore, PlanSummary } from "@quitclaim/campaign";
import { PlanError } from "../error.ts";

export const PLAN_JSON = "plan/plan.json";
/** Of everything that a plan writes. */
export const DATASET_FOLDERS = ["plan/", "held/", "grants/"] as const;

export async function hasResults(store: CampaignStore): Promise<boolean> {
  for await (const _ of store.list("results/")) return true;
  return false;
}

/** plan.json goes first, so that half a removal is not half a plan. What a killed planner left unfinished goes too. */
export async function removePlan(store: CampaignStore): Promise<void> {
  await store.remove(PLAN_JSON);
  for (const folder of DATASET_FOLDERS) {
    const paths: string[] = [];
    for await (const path of store.list(folder)) paths.push(path);
    for (const path of paths) await store.remove(path);
    await store.sweep(folder);
  }
}

const refuse = (store: CampaignStore, what: string): PlanError =>
  new PlanError(
    "store-has-results",
    `${store.location} has results of work already, and this plan is not the one they belong to: ${what}. Nothing was changed. ` +
      "Plan into a new campaign folder (store: in the campaign file), or put back the report and the settings that the plan was made from.",
  );

/** A store that writes nothing: each blob has to be there already, byte for byte. `check` finds blobs that the new plan does not have. */
export function comparing(store: CampaignStore): CampaignStore & { check(): Promise<void> } {
  const written = new Set<string>();
  return {
    ...store,
    async write(path, bytes) {
      written.add(path);
      const old = await store.read(path);
      if (old === undefined || Buffer.compare(old, bytes) !== 0)
        throw refuse(store, `${path} would be ${old === undefined ? "new" : "different"}`);
    },
    async create(path) {
      throw new Error(`${path}: a plan is compared, not written`);
    },
    async remove(path) {
      throw new Error(`${path}: a plan is compared, not written`);
    },
    async check() {
      for (const folder of DATASET_FOLDERS) {
        for await (const path of store.list(folder))
          if (path !== PLAN_JSON && !written.has(path)) throw refuse(store, `${path} would not be there`);
      }
    },
  };
}

/**
 * Refuses where plan.json says other things than when, how old, and what it was thought to cost: prices and rates may change under a campaign. Nor does it matter
 * whether it says of how many objects nobody knows the grants: older plans do not, and the same report has the same number.
 */
export function assertSameSummary(store: CampaignStore, old: PlanSummary, now: PlanSummary): void {
  const timeless = (s: PlanSummary): string =>
    JSON.stringify({
      ...s,
      forecast: undefined,
      grantsUnknown: undefined,
      provenance: { ...s.provenance, plannedAt: "", ageHours: 0, manifest: "", columnsAbsent: undefined },
    });
  if (timeless(old) !== timeless(now)) throw refuse(store, `${PLAN_JSON} would be different`);
}
