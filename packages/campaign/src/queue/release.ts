// A worker that is known to be dead keeps its jobs' locks for up to a minute. Whoever knows it for certain (its parent, or anybody on
// the same machine) hands the jobs back at once instead of waiting for BullMQ's sweep.
import type { AccountId } from "../identity.ts";
import type { Checkpoints } from "../ledger/checkpoint.ts";
import type { CampaignRedis } from "../redis/connection.ts";
import { QUEUE_PREFIX, queueName } from "./keys.ts";
import type { CampaignQueues } from "./queues.ts";

/**
 * Hands back every job that one of these workers (`<host>/<pid>`, as in heartbeats) held; answers how many of each account. The
 * fence, not the lock, is what keeps a worker that was not dead after all from writing: its next note is refused.
 */
export async function releaseDeadWorkers(
  redis: CampaignRedis,
  queues: CampaignQueues,
  checkpoints: Pick<Checkpoints, "inFlight" | "gone">,
  dead: ReadonlySet<string>,
): Promise<Map<AccountId, number>> {
  const released = new Map<AccountId, number>();
  for (const [account, queue] of queues.all) {
    const claimed = new Set((await checkpoints.inFlight(account)).filter((b) => dead.has(b.worker)).map((b) => b.batch));
    for (const job of await queue.getActive()) {
      const held = dead.has(job.processedBy ?? "") || claimed.has(batchOf(job.id ?? ""));
      if (!held || job.id === undefined) continue;
      const token = await redis.connection("command").get(lockKey(redis.campaign, account, job.id));
      // No lock: the sweep has it already.
      if (token === null) continue;
      if (await movedToWait(job, token)) released.set(account, (released.get(account) ?? 0) + 1);
    }
  }
  for (const worker of dead) await checkpoints.gone(worker);
  return released;
}

const lockKey = (campaign: string, account: AccountId, job: string): string =>
  `${QUEUE_PREFIX}:${queueName(campaign, account)}:${job}:lock`;

/** `b-<batchId>[-r<n>]` -> batchId. */
const batchOf = (job: string): string => job.replace(/^b-/, "").replace(/-r\d+$/, "");

/** False where the job was finished, or taken over, between our look and our move. */
async function movedToWait(job: { moveToWait(token: string): Promise<unknown> }, token: string): Promise<boolean> {
  try {
    await job.moveToWait(token);
    return true;
  } catch (error) {
    if (error instanceof Error && /Missing (lock|key)|Lock mismatch|not in the active state/i.test(error.message)) return false;
    throw error;
  }
}
