// Commands to a running campaign: the store first, because it is the truth, then Redis, which the workers feel at once.
import type { BatchId } from "../batch.ts";
import type { CampaignConfig } from "../config/model.ts";
import type { AccountId } from "../identity.ts";
import { LedgerCatalog } from "../ledger/catalog.ts";
import { readLedgerSummary } from "../ledger/ledger.ts";
import type { PlanSummary } from "../plan/summary.ts";
import { ensureJobs, type WantedJob } from "../queue/ensure-jobs.ts";
import { type CampaignKeys, campaignKeys } from "../queue/keys.ts";
import type { CampaignQueues } from "../queue/queues.ts";
import { plannedBatches } from "../queue/reconcile-account.ts";
import { type CampaignRedis, explainRedisError } from "../redis/connection.ts";
import type { CampaignStore } from "../store/store.ts";
import { writeCeiling } from "./ceiling.ts";
import type { ControlFeed, EngineControl } from "./control.ts";
import { removePause } from "./pauses.ts";
import type { RetryRequest } from "./retries.ts";
import { keepPauses, requestRetry, selectAccounts } from "./store-control.ts";

export interface ControlSource {
  readonly redis: CampaignRedis;
  readonly store: CampaignStore;
  readonly plan: PlanSummary;
  readonly config: CampaignConfig;
  readonly queues: CampaignQueues;
}

export function redisControl(source: ControlSource): EngineControl {
  const { redis, store, plan, config, queues } = source;
  const connection = redis.connection("command");
  const keys = campaignKeys(redis.campaign);
  // The ledger, not Redis's memory of it: what is asked for again must be in a file.
  const catalog = new LedgerCatalog(store);
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explainRedisError(error, redis);
    }
  };
  return {
    pause: (account, pause) =>
      told(async () => {
        const standing = await keepPauses(store, selectAccounts(plan, config, account), pause);
        for (const [one, cause] of standing) {
          await connection.hset(keys.pauses, one, JSON.stringify(cause));
          await queues.get(one).pause();
        }
      }),
    resume: (account) =>
      told(async () => {
        for (const one of selectAccounts(plan, config, account)) {
          await removePause(store, one);
          await connection.hdel(keys.pauses, one);
          await queues.get(one).resume();
        }
      }),
    retry: (selection) =>
      told(async () => {
        const { rows, request } = await requestRetry(store, plan, config, selection, (account) => catalog.summaries(account));
        if (request !== undefined) await enqueueRetry(source, request);
        return rows;
      }),
    setCeiling: (requestsPerSecond) =>
      told(async () => {
        await writeCeiling(store, requestsPerSecond);
        await connection.hset(keys.control, "ceiling", requestsPerSecond);
      }),
    requestStop: (by) =>
      told(async () => {
        const [seconds, micros] = await connection.time();
        const at = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
        await connection.hset(keys.control, "stop", JSON.stringify({ at, by }));
      }),
  };
}

async function enqueueRetry({ redis, store, plan, queues }: ControlSource, request: RetryRequest): Promise<void> {
  const batches = new Set(request.batches);
  for (const [account, queue] of queues.all) {
    if (request.selection.account !== undefined && request.selection.account !== account) continue;
    const refs = await plannedBatches(store, plan, account as AccountId);
    const wanted: WantedJob[] = [];
    for (const [id, ref] of refs)
      if (batches.has(id as BatchId))
        wanted.push({
          ref,
          retry: request.retry,
          stillWanted: async () => ((await readLedgerSummary(store, ref))?.retry ?? 0) < request.retry,
        });
    await ensureJobs(queue, redis.campaign, wanted);
  }
}

export function redisFeed(redis: CampaignRedis): ControlFeed {
  const connection = redis.connection("command");
  const keys: CampaignKeys = campaignKeys(redis.campaign);
  return {
    async read() {
      try {
        const [stop, ceiling] = await connection.hmget(keys.control, "stop", "ceiling");
        return {
          ...(typeof stop === "string" ? { stop: JSON.parse(stop) as { at: number; by: string } } : {}),
          ...(typeof ceiling === "string" ? { ceilingPerSecond: Number(ceiling) } : {}),
        };
      } catch (error) {
        throw explainRedisError(error, redis);
      }
    },
    async clearStop() {
      try {
        await connection.hdel(keys.control, "stop");
      } catch (error) {
        throw explainRedisError(error, redis);
      }
    },
  };
}
