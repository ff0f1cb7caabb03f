// Opens a campaign for looking at and for commanding, over Redis and the store.
import type { CampaignConfig } from "../config/model.ts";
import type { ControlFeed, EngineControl } from "../control/control.ts";
import type { PlanSummary } from "../plan/summary.ts";
import type { CampaignRedis } from "../redis/connection.ts";
import type { CampaignStore } from "../store/store.ts";
import type { CampaignView } from "./snapshot.ts";

export interface CampaignProgress {
  readonly view: CampaignView;
  readonly control: EngineControl;
  readonly feed: ControlFeed;
  /** Lets go of what it holds; the Redis connection stays the caller's. */
  close(): Promise<void>;
}

export interface ProgressSource {
  readonly redis: CampaignRedis;
  readonly store: CampaignStore;
  readonly plan: PlanSummary;
  readonly config: CampaignConfig;
}

export declare function openProgress(source: ProgressSource): Promise<CampaignProgress>;
/** For when no Redis runs: every figure from the ledger, nothing in flight, no rates. */
export declare function storeOnlyView(store: CampaignStore, plan: PlanSummary, config: CampaignConfig): CampaignView;
/** For when no Redis runs: pauses, retries and the ceiling are kept in the store, and the next `run` follows them. */
export declare function storeOnlyControl(store: CampaignStore, plan: PlanSummary, config: CampaignConfig): EngineControl;
