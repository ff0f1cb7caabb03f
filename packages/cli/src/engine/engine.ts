// The engine of a campaign: makes Redis agree with the store, keeps a crew of workers on it, and knows when it is over.
//
//   starting    Redis opened, lease taken, reconciled, jobs of dead workers handed back
//   working     once a second: the lease, Redis (came back empty? rebuild), the figures, the operator's orders
//   draining    asked to stop: workers finish what is in flight and hand the rest back
//   ended       finished | stopped | blocked (all that is left is paused) | enforced (the bucket is switched already) | taken (another engine)
//
// Whatever state it is killed in, starting again leads back to working: nothing here is the truth, the store is.
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { SessionError } from "@quitclaim/aws";
import {
  type AccountId,
  accountsToRetry,
  type CampaignConfig,
  type CampaignProgress,
  type CampaignRedis,
  type CampaignStore,
  explainRedisError,
  needsReconcile,
  openProgress,
  openQueues,
  openRedis,
  type PlanSummary,
  type ProgressSnapshot,
  RedisCheckpoints,
  RedisProblem,
  reconcile,
  releaseDeadWorkers,
  StoreError,
  storeOnlyView,
} from "@quitclaim/campaign";
import { brokenCrew } from "./broken-crew.ts";
import { Crew } from "./crew.ts";
import { JobWatch } from "./job-watch.ts";
import { alive, engineHolder, takeLease } from "./lease.ts";
import type { EngineLog } from "./log.ts";
import { LEAVING_PATIENCE, StorePatience, type StoreTrouble, WORKING_PATIENCE } from "./patience.ts";

export interface EngineOptions {
  readonly config: CampaignConfig;
  readonly store: CampaignStore;
  readonly plan: PlanSummary;
  readonly log: EngineLog;
  /** Program and arguments of one worker process. */
  readonly workerCommand: readonly string[];
  readonly processes: number;
  /** Stay when all that is left is paused: somebody looks at the dashboard and may resume. */
  readonly waitWhilePaused: boolean;
  /** First abort: drain. */
  readonly drain: AbortSignal;
  /** Second: leave at once. */
  readonly leaveNow: AbortSignal;
  /** Redis is up and the campaign can be watched. */
  readonly onReady?: (progress: CampaignProgress, redis: CampaignRedis) => void;
}

export type EngineEnd = { readonly why: "finished" | "stopped" | "blocked" | "enforced"; readonly snapshot: ProgressSnapshot };

/** Another engine has the campaign already. */
export class EngineRunning extends Error {
  override readonly name = "EngineRunning";
}

const TICK_MS = 500;
/** Workers that all die this often, each within seconds and none with a batch done, will not come right by themselves. */
const FRUITLESS_ROUNDS_MAX = 6;
/** The same where they say what a person has to mend. */
const REFUSED_ROUNDS_MAX = 3;

/** Runs until the campaign is finished, stopped, or blocked. Throws EngineRunning, StoreError, RedisProblem, and CommandError where no worker can work. */
export async function runEngine(options: EngineOptions): Promise<EngineEnd> {
  const { config, store, plan, log } = options;
  const accounts = Object.keys(plan.accounts) as AccountId[];
  const redis = await openRedis(
    { redis: config.redis, store: config.store, campaign: config.campaign },
    { info: (text) => log.write("info", text), warn: (text) => log.write("warn", text) },
  );
  try {
    const lease = await takeLease(redis);
    if (lease === undefined) {
      const holder = await engineHolder(redis);
      throw new EngineRunning(
        `campaign ${config.campaign} is running already (process ${holder?.pid ?? "?"} on ${holder?.host ?? "another machine"}). \`quitclaim watch\` shows it, \`quitclaim work\` adds a worker to it.`,
      );
    }
    const queues = await openQueues(redis, accounts);
    const checkpoints = new RedisCheckpoints(redis);
    const progress = await openProgress({ redis, store, plan, config });
    const dead = new Set<string>();
    let enforced = false;
    const oldVerdicts = new Set<string>();
    let stopOrdered = false;
    const jobs = new JobWatch(queues);
    const storePatience = new StorePatience(WORKING_PATIENCE);
    const crew = new Crew(options.processes, options.workerCommand, {
      started: (worker) => log.write("info", "worker started", { worker }),
      failed: (worker, error) => log.write("error", `worker process: ${error.message}`, { worker }),
      died(worker, how) {
        log.write("warn", "worker ended without being asked; its batches are handed back and another takes its place", { worker, how });
        dead.add(worker);
      },
      said(worker, event) {
        if (event.kind === "enforced") enforced = true;
        log.write("info", event.kind, { worker, ...event });
      },
    });
    let ended = false;
    try {
      await progress.feed.clearStop();
      await rebuild(options, redis);
      const before = await progress.view.snapshot();
      await releaseDeadWorkers(redis, queues, checkpoints, deadOnThisMachine(before));
      // A bucket may have been switched back since they were written: they are pauses like others, until somebody resumes.
      for (const pause of enforcedPauses(before)) oldVerdicts.add(pause);
      options.onReady?.(progress, redis);
      crew.start();
      const end = await work();
      ended = true;
      return end;
    } finally {
      if (!ended) crew.kill();
      await Promise.allSettled([progress.close(), queues.close(), lease.release()]);
    }

    async function work(): Promise<EngineEnd> {
      let stopping: Promise<void> | undefined;
      for (;;) {
        await sleep(TICK_MS);
        if (lease?.lost.aborted === true)
          throw new EngineRunning(`another engine has taken campaign ${config.campaign} over; this one leaves`);
        if (stopping === undefined && (options.drain.aborted || stopOrdered)) stopping = crew.leave("drain");
        if (options.leaveNow.aborted) {
          await crew.leave("now");
          return { why: "stopped", snapshot: await lastSnapshot() };
        }
        if (stopping !== undefined) {
          const left = await Promise.race([stopping.then(() => true), sleep(TICK_MS, false)]);
          if (left) return { why: "stopped", snapshot: await lastSnapshot() };
          continue;
        }
        const seen = await look();
        if (seen === undefined) {
          // They cannot start either.
          crew.forgive();
          continue;
        }
        storePatience.answered();
        if (crew.fruitlessRounds >= (crew.lastDeath.why === undefined ? FRUITLESS_ROUNDS_MAX : REFUSED_ROUNDS_MAX))
          throw brokenCrew(crew, log.path);
        if (enforced) return leave("enforced");
        if (seen === "finished" || (seen === "blocked" && !options.waitWhilePaused)) return leave(seen);
      }
    }

    async function leave(why: EngineEnd["why"]): Promise<EngineEnd> {
      await crew.leave("drain");
      return { why, snapshot: await lastSnapshot() };
    }

    /** How the campaign stands when the engine leaves; from the ledger where Redis went first. */
    async function lastSnapshot(): Promise<ProgressSnapshot> {
      const patience = new StorePatience(LEAVING_PATIENCE);
      for (;;) {
        try {
          return await snapshotFromAnywhere();
        } catch (error) {
          if (!isStoreTrouble(error) || patience.failed(error) === "over") throw error;
          await sleep(TICK_MS);
        }
      }
    }

    async function snapshotFromAnywhere(): Promise<ProgressSnapshot> {
      try {
        return await progress.view.snapshot();
      } catch (error) {
        if (!(explainRedisError(error, redis) instanceof RedisProblem)) throw error;
        return storeOnlyView(store, plan, config).snapshot();
      }
    }

    /** One look at Redis: mends what a restart of it broke, and tells how the campaign stands; undefined while Redis or the store does not answer. */
    async function look(): Promise<"working" | "finished" | "blocked" | undefined> {
      try {
        await redis.ensureRunning();
        if (dead.size > 0) {
          const known = new Set(dead);
          const released = await releaseDeadWorkers(redis, queues, checkpoints, known);
          if (released.size > 0) {
            log.write("info", "batches of a dead worker handed back", { released: [...released.values()].reduce((a, n) => a + n, 0) });
            crew.takeOver(released);
          }
          // Another may have died meanwhile: its batches are handed back at the next look.
          for (const worker of known) dead.delete(worker);
        }
        if (await needsReconcile(redis, plan)) await rebuild(options, redis);
        stopOrdered ||= (await progress.feed.read()).stop !== undefined;
        const snapshot = await progress.view.snapshot();
        enforced ||= enforcedPauses(snapshot).some((pause) => !oldVerdicts.has(pause));
        const toRetry = snapshot.remaining > 0 ? new Set<AccountId>() : await accountsToRetry(redis, store, plan);
        const open = snapshot.accounts.filter((a) => a.remaining > 0 || toRetry.has(a.account));
        if (open.length === 0) return snapshot.accounts.every((a) => a.batchesInFlight === 0) ? "finished" : "working";
        const free = open.filter((a) => a.pause === undefined);
        if (free.length === 0) return (await jobs.nobodyWorksOn(open)) ? "blocked" : "working";
        const missing = await jobs.missing(free.map((a) => a.account));
        if (missing !== undefined) {
          log.write("warn", missing.why, missing.facts);
          await rebuild(options, redis);
        }
        return "working";
      } catch (error) {
        const problem = explainRedisError(error, redis);
        if (isStoreTrouble(problem)) await withoutStore(problem);
        else if (problem instanceof RedisProblem) log.write("warn", problem.message);
        else throw error;
        return undefined;
      }
    }

    async function withoutStore(trouble: StoreTrouble): Promise<void> {
      const failed = storePatience.failed(trouble);
      if (failed === "first") log.write("warn", `${trouble.message} The work waits for the store; what was done is noted in Redis.`);
      if (failed !== "over") return;
      log.write("error", trouble.message);
      await crew.leave("drain");
      throw trouble;
    }
  } catch (error) {
    // Where Redis goes away before the first look, or after the last, that is what the operator is told.
    throw explainRedisError(error, redis);
  } finally {
    await redis.stop();
  }
}

const isStoreTrouble = (error: unknown): error is StoreTrouble => error instanceof StoreError || error instanceof SessionError;

async function rebuild(options: EngineOptions, redis: CampaignRedis): Promise<void> {
  const report = await reconcile(redis, options.store, options.plan, options.config);
  options.log.write("info", "Redis agrees with the campaign store", { ...report });
}

/** Workers that this machine's Redis still counts and whose processes are gone. */
function deadOnThisMachine({ workers }: ProgressSnapshot): Set<string> {
  return new Set(workers.filter((w) => w.host === hostname() && !alive(w.pid)).map((w) => w.id));
}

/** What workers, also of other machines, wrote where S3 told them that the bucket is switched already: one mark for each. */
function enforcedPauses({ accounts }: ProgressSnapshot): string[] {
  return accounts.flatMap(({ account, pause }) => (pause?.kind === "enforced" ? [`${account} ${pause.at}`] : []));
}
