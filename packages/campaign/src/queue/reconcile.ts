// Rebuilds Redis from the campaign store: jobs, counters, pauses. The one way in which Redis comes to know a campaign.
import type { CampaignConfig } from "../config/model.ts";
import type { PlanSummary } from "../plan/summary.ts";
import type { CampaignRedis } from "../redis/connection.ts";
import type { CampaignStore } from "../store/store.ts";

export interface ReconcileReport {
  /** True where Redis knew nothing of this plan. */
  rebuilt: boolean;
  jobsAdded: number;
  /** Jobs that were over in Redis although their ledger file is absent. */
  jobsReplaced: number;
  retryJobsAdded: number;
  /** Batches whose counters did not follow their ledger file until now. */
  batchesSettled: number;
  /** Batches that Redis thought finished and that have no ledger file. */
  batchesReopened: number;
  /** One sentence for each thing that was found wrong and mended. */
  mended: string[];
}

/**
 * Makes Redis agree with the store: every planned batch without a ledger file has a job that can still run, every retry request that is not
 * answered has its jobs, counters are those of the ledger and the batches in flight, pauses are what the store says. Writes the epoch last.
 * Safe to run again, beside workers and beside another reconcile; safe to be killed anywhere.
 * Throws StoreError where plan and ledger contradict each other, RedisProblem where Redis cannot be used or belongs to another campaign.
 */
export declare function reconcile(
  redis: CampaignRedis,
  store: CampaignStore,
  plan: PlanSummary,
  config: CampaignConfig,
): Promise<ReconcileReport>;

/** One GET: true where Redis came back empty, or knows another plan. */
export declare function needsReconcile(redis: CampaignRedis, plan: PlanSummary): Promise<boolean>;
