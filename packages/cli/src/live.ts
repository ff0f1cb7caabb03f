// A campaign to look at and to command: over Redis where one runs, from the store alone where none does. Looking never starts a Redis.
import { setTimeout as sleep } from "node:timers/promises";
import {
  type CampaignRedis,
  type CampaignView,
  type EngineControl,
  embeddedRuns,
  needsReconcile,
  openProgress,
  openRedis,
  type PlanSummary,
  STARTED_PATH,
  storeOnlyControl,
  storeOnlyView,
} from "@quitclaim/campaign";
import { engineHolder, mayLive } from "./engine/lease.ts";
import type { Campaign } from "./invocation.ts";

const TEACHING_LOOK_MS = 100;

export interface Live {
  readonly view: CampaignView;
  readonly control: EngineControl;
  /** undefined: nothing runs, the figures are the ledger's. */
  readonly redis: CampaignRedis | undefined;
  close(): Promise<void>;
}

/** Said where the ledger's figures are shown: what a stopped run had done of a batch is known to Redis alone, until the batch is whole. */
export async function ledgerNote(campaign: Campaign, { redis }: Live, remaining: number): Promise<string | undefined> {
  if (redis !== undefined || remaining === 0 || (await campaign.store.size(STARTED_PATH)) === undefined) return undefined;
  return "nothing runs; these are the ledger's figures, which count an object when its batch is whole";
}

export interface LiveOptions {
  readonly say: (line: string) => void;
  /** Where Redis cannot be used, the ledger's figures are better than none. Not for orders: who works would not hear of them. */
  readonly orLedger: boolean;
  /** How long to wait, in milliseconds, for an engine that is only starting and still teaches Redis the plan. */
  readonly patienceMs: number;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** Throws RedisProblem where Redis cannot be used and the ledger will not do. */
export async function openLive(campaign: Campaign, plan: PlanSummary, { say, orLedger, patienceMs, signal }: LiveOptions): Promise<Live> {
  const { config, store } = campaign;
  const fromStore: Live = {
    view: storeOnlyView(store, plan, config),
    control: storeOnlyControl(store, plan, config),
    redis: undefined,
    close: () => Promise.resolve(),
  };
  if (config.redis === "embedded" && !(await embeddedRuns(config.store, config.campaign))) return fromStore;
  let redis: CampaignRedis;
  try {
    redis = await openRedis({ redis: config.redis, store: config.store, campaign: config.campaign }, { info: () => undefined, warn: say });
  } catch (error) {
    if (!orLedger || !(error instanceof Error) || error.name !== "RedisProblem") throw error;
    say(error.message);
    return fromStore;
  }
  try {
    // A Redis that knows nothing of this plan has no figures; `run` will teach it, or is at it.
    const until = Date.now() + patienceMs;
    while (await needsReconcile(redis, plan)) {
      const engine = await engineHolder(redis);
      if (engine === undefined || !mayLive(engine) || signal.aborted || Date.now() > until) {
        await redis.stop();
        return fromStore;
      }
      await sleep(TEACHING_LOOK_MS);
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
    if (!orLedger || !(error instanceof Error) || error.name !== "RedisProblem") throw error;
    say(error.message);
    return fromStore;
  }
}
