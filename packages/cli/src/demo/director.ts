// What goes wrong in the rehearsal, on cue: a worker is killed in the middle of its batches, and the account whose role refuses us is
// mended by its administrator and resumed. It acts from outside, as an operator at a second terminal would.
import { setTimeout as sleep } from "node:timers/promises";
import {
  accountId,
  type CampaignConfig,
  type CampaignStore,
  embeddedRuns,
  openProgress,
  openRedis,
  type PlanSummary,
  type ProgressSnapshot,
} from "@quitclaim/campaign";
import type { Stage } from "./stage.ts";

export interface Direction {
  readonly killedWorker: string | undefined;
  readonly deniedCause: string | undefined;
}

/** Share of the work after which the worker is killed. */
const KILL_AT = 0.25;
/** Share after which the trust policy is mended. */
const MEND_AT = 0.5;

/** Resolves when both cues were given, or when `over` aborts. */
export async function direct(
  stage: Stage,
  config: CampaignConfig,
  store: CampaignStore,
  plan: PlanSummary,
  over: AbortSignal,
): Promise<Direction> {
  const silent = { info: () => undefined, warn: () => undefined };
  while (!(await embeddedRuns(config.store, config.campaign))) {
    if (over.aborted) return { killedWorker: undefined, deniedCause: undefined };
    await sleep(100);
  }
  const redis = await openRedis({ redis: config.redis, store: config.store, campaign: config.campaign }, silent);
  let progress: Awaited<ReturnType<typeof openProgress>> | undefined;
  let killedWorker: string | undefined;
  let deniedCause: string | undefined;
  let mended = false;
  try {
    progress = await openProgress({ redis, store, plan, config });
    while (!over.aborted && (killedWorker === undefined || !mended)) {
      await sleep(250);
      const snapshot: ProgressSnapshot = await progress.view.snapshot();
      const share = 1 - snapshot.remaining / Math.max(1, snapshot.planned);
      const worker = snapshot.workers.find((w) => w.batchesInFlight > 0);
      if (killedWorker === undefined && share >= KILL_AT && worker !== undefined) {
        process.kill(worker.pid, "SIGKILL");
        killedWorker = worker.id;
      }
      const denied = snapshot.accounts.find((a) => a.account === stage.denied.id);
      if (
        !mended &&
        denied?.pause !== undefined &&
        (share >= MEND_AT || snapshot.accounts.every((a) => a === denied || a.remaining === 0))
      ) {
        deniedCause = denied.pause.cause;
        await stage.mendTrust();
        await progress.control.resume(accountId(stage.denied.id));
        mended = true;
      }
    }
  } finally {
    await progress?.close();
    await redis.stop({ server: false });
  }
  return { killedWorker, deniedCause };
}
