// Rebuilds Redis from the campaign store: jobs, counters, pauses. The one way in which Redis comes to know a campaign.
//
// Nothing here needs to run alone. A batch's counters are replaced by those of its ledger file in one script that knows what the batch
// contributes already; a job's id is its batch's, so adding it twice adds it once; the epoch comes last, so that a process that is
// killed before leaves a Redis that asks to be reconciled again.
import type { CampaignConfig } from "../config/model.ts";
import { readCeiling } from "../control/ceiling.ts";
import { readRetries, retriesByBatch } from "../control/retries.ts";
import type { AccountId } from "../identity.ts";
import type { PlanSummary } from "../plan/summary.ts";
import { type CampaignRedis, explainRedisError, RedisProblem } from "../redis/connection.ts";
import { type CampaignStore, StoreError } from "../store/store.ts";
import { planMark, readEpoch, writeEpoch } from "./epoch.ts";
import { campaignKeys } from "./keys.ts";
import { openQueues } from "./queues.ts";
import { reconcileAccount } from "./reconcile-account.ts";
import { reconcilePauses } from "./reconcile-pauses.ts";
import { startedAt } from "./started.ts";
import { wipeCampaign } from "./wipe.ts";

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

/** A worker that was seen this recently lives. */
const ALIVE_MS = 30_000;

/**
 * Makes Redis agree with the store: every planned batch without a ledger file has a job that can still run, every retry request that is not
 * answered has its jobs, counters are those of the ledger and the batches in flight, pauses are what the store says. Writes the epoch last.
 * Safe to run again, beside workers and beside another reconcile; safe to be killed anywhere.
 * Throws StoreError where plan and ledger contradict each other, RedisProblem where Redis cannot be used or belongs to another campaign.
 */
export async function reconcile(
  redis: CampaignRedis,
  store: CampaignStore,
  plan: PlanSummary,
  config: CampaignConfig,
): Promise<ReconcileReport> {
  if (plan.campaign !== config.campaign)
    throw new StoreError(
      `${store.location}: plan/plan.json is of campaign ${plan.campaign}, the campaign file says ${config.campaign}. Give each campaign a store of its own.`,
    );
  const report: ReconcileReport = {
    rebuilt: false,
    jobsAdded: 0,
    jobsReplaced: 0,
    retryJobsAdded: 0,
    batchesSettled: 0,
    batchesReopened: 0,
    mended: [],
  };
  try {
    await mend(redis, store, plan, report);
  } catch (error) {
    throw explainRedisError(error, redis);
  }
  return report;
}

async function mend(redis: CampaignRedis, store: CampaignStore, plan: PlanSummary, report: ReconcileReport): Promise<void> {
  const connection = redis.connection("command");
  const keys = campaignKeys(redis.campaign);
  const accounts = Object.keys(plan.accounts) as AccountId[];
  const mark = planMark(plan);
  // Before anything of an earlier plan is taken away.
  const started = await startedAt(store, plan);
  const epoch = await readEpoch(connection, keys);
  if (epoch !== undefined && epoch.plan !== mark) {
    await assertReplaceable(redis, epoch.store, store.location);
    await wipeCampaign(redis, [...new Set([...epoch.accounts, ...accounts])]);
  }
  report.rebuilt = epoch?.plan !== mark;

  const retries = retriesByBatch(await readRetries(store));
  const queues = await openQueues(redis, accounts);
  try {
    for (const [account, queue] of queues.all) await reconcileAccount({ redis, store, plan, account, queue, retries, report });
    await reconcilePauses(redis, store, queues);
  } finally {
    await queues.close();
  }

  const ceiling = await readCeiling(store);
  if (ceiling === undefined) await connection.hdel(keys.control, "ceiling");
  else await connection.hset(keys.control, "ceiling", ceiling);
  await connection.hset(keys.meta, "startedAt", started);
  await writeEpoch(connection, keys, { plan: mark, store: store.location, accounts, at: new Date().toISOString() });
}

/** Another plan may take this one's place only in the same store, and only where nobody works on the old one. */
async function assertReplaceable(redis: CampaignRedis, before: string, now: string): Promise<void> {
  const what = `${redis.describe()} holds another campaign named ${redis.campaign}`;
  if (before !== now)
    throw new RedisProblem(
      `${what}, whose store is ${before}. Rename one of the two in its campaign file, or give this one a Redis of its own.`,
    );
  const keys = campaignKeys(redis.campaign);
  const [seconds] = await redis.connection("command").time();
  const workers = Object.values(await redis.connection("command").hgetall(keys.workers)).map(
    (text) => JSON.parse(text) as { id: string; seenAt: number },
  );
  const alive = workers.filter((w) => w.seenAt > Number(seconds) * 1_000 - ALIVE_MS);
  if (alive.length > 0)
    throw new RedisProblem(
      `${what}: an earlier plan in this store, on which ${alive.map((w) => w.id).join(", ")} still work. Stop them, wait ${ALIVE_MS / 1_000} s, and try again.`,
    );
}

/** One GET: true where Redis came back empty, or knows another plan. */
export async function needsReconcile(redis: CampaignRedis, plan: PlanSummary): Promise<boolean> {
  try {
    return (await readEpoch(redis.connection("command"), campaignKeys(redis.campaign)))?.plan !== planMark(plan);
  } catch (error) {
    throw explainRedisError(error, redis);
  }
}
