// Opens a campaign for looking at and for commanding, over Redis and the store.
import type { CampaignConfig } from "../config/model.ts";
import type { ControlFeed, EngineControl } from "../control/control.ts";
import { redisControl, redisFeed } from "../control/redis-control.ts";
import type { AccountId } from "../identity.ts";
import type { PlanSummary } from "../plan/summary.ts";
import { openQueues } from "../queue/queues.ts";
import type { CampaignRedis } from "../redis/connection.ts";
import type { CampaignStore } from "../store/store.ts";
import { redisView } from "./redis-view.ts";
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

/** Changes nothing by itself; safe to open any number of times beside a running engine. */
export async function openProgress(source: ProgressSource): Promise<CampaignProgress> {
  const { redis, store, plan, config } = source;
  const queues = await openQueues(redis, Object.keys(plan.accounts) as AccountId[]);
  // Fails here, with a sentence, rather than at the first tick.
  await redis.roundTripMs();
  return {
    view: redisView(redis, store, plan, config),
    control: redisControl({ ...source, queues }),
    feed: redisFeed(redis),
    close: () => queues.close(),
  };
}
