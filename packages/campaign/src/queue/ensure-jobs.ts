// Sees to it that jobs exist and can still run. Adding is not atomic (stack.md), so what was added is looked at again.
import type { BatchRef } from "../batch.ts";
import { type JobData, jobData } from "./job.ts";
import { jobId } from "./keys.ts";
import { ADD_CHUNK_JOBS } from "./options.ts";
import type { BatchQueue } from "./queues.ts";
import { shuffled } from "./shuffle.ts";

/** A job over in Redis, looked at again before it is replaced: its worker may have ended it a moment ago. */
export interface WantedJob {
  readonly ref: BatchRef;
  readonly retry: number;
  stillWanted(): Promise<boolean>;
}

export interface EnsuredJobs {
  added: number;
  replaced: number;
}

const ROUNDS_MAX = 4;

/** Throws where a job cannot be made to stand in its queue. Safe to be killed between any two commands, and to run beside itself. */
export async function ensureJobs(queue: BatchQueue, campaign: string, wanted: readonly WantedJob[]): Promise<EnsuredJobs> {
  const ensured: EnsuredJobs = { added: 0, replaced: 0 };
  let left = wanted;
  for (let round = 0; ; round++) {
    left = await missing(queue, left, round > 0, ensured);
    if (left.length === 0) return ensured;
    if (round === ROUNDS_MAX)
      throw new Error(`queue ${queue.name}: ${left.length} jobs do not stay in it, e.g. ${left.map((w) => jobId(w.ref, w.retry))[0]}`);
    await add(queue, campaign, left);
    if (round === 0) ensured.added = left.length - ensured.replaced;
  }
}

async function add(queue: BatchQueue, campaign: string, wanted: readonly WantedJob[]): Promise<void> {
  const jobs = shuffled(wanted, queue.name).map(({ ref, retry }): { name: string; data: JobData; opts: { jobId: string } } => ({
    name: "batch",
    data: jobData(campaign, ref, retry),
    opts: { jobId: jobId(ref, retry) },
  }));
  for (let i = 0; i < jobs.length; i += ADD_CHUNK_JOBS) await queue.addBulk(jobs.slice(i, i + ADD_CHUNK_JOBS));
}

/** What must be added; jobs that are over are taken away so that their ids are free. */
async function missing(queue: BatchQueue, wanted: readonly WantedJob[], again: boolean, ensured: EnsuredJobs): Promise<WantedJob[]> {
  if (wanted.length === 0) return [];
  // In the order in which jobs move, so that one that ends meanwhile is seen at least once.
  const runnable = new Set(await queue.getRanges(["wait", "delayed", "prioritized", "active"], 0, -1));
  const over = new Set(await queue.getRanges(["completed", "failed"], 0, -1));
  const absent: WantedJob[] = [];
  for (const job of wanted) {
    const id = jobId(job.ref, job.retry);
    if (runnable.has(id)) continue;
    if (over.has(id)) {
      if (!(await job.stillWanted())) continue;
      await queue.remove(id);
      ensured.replaced++;
    } else if (again && (await queue.getJobState(id)) === "unknown") {
      // Its hash may stand without a place in any list; adding it again would then be ignored.
      await queue.remove(id);
    } else if (again) continue;
    absent.push(job);
  }
  return absent;
}
