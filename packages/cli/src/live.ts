// A campaign to look at and to command: over Redis where one runs, from the store alone where none does. Looking never starts a Redis.
import {
  type CampaignRedis,
  type CampaignView,
  type EngineControl,
  embeddedRuns,
  needsReconcile,
  openProgress,
  openRedis,
  type PlanSummary,
  storeOnlyControl,
  storeOnlyView,
} from "@quitclaim/campaign";
import type { Campaign } from "./invocation.ts";

export interface Live {
  readonly view: CampaignView;
  readonly control: EngineControl;
  /** undefined: nothing runs, the figures are the ledger's. */
  readonly redis: CampaignRedis | undefined;
  close(): Promise<void>;
}

export async function openLive(campaign: Campaign, plan: PlanSummary, say: (line: string) => void): Promise<Live> {
  const { config, store } = campaign;
  const fromStore: Live = {
    view: storeOnlyView(store, plan, config),
    control: storeOnlyControl(store, plan, config),
    redis: undefined,
    close: () => Promise.resolve(),
  };
  if (config.redis === "embedded" && !(await embeddedRuns(config.store, config.campaign))) return fromStore;
  const redis = await openRedis(
    { redis: config.redis, store: config.store, campaign: config.campaign },
    { info: () => undefined, warn: say },
  );
  try {
    // A Redis that knows nothing of this plan has no figures; `run` will teach it.
    if (await needsReconcile(redis, plan)) {
      await redis.stop();
      return fromStore;
    }
    const progress = await openProgress({ redis, store, plan, config });
    return {
      view: progress.view,
      control: progress.control,
      redis,
      async close() {
        await progress.close();
        await redis.stop();
      },
    };
  } catch (error) {
    await redis.stop();
    throw error;
  }
}
