// Every BullMQ option this product relies on, stated rather than defaulted (stack.md, "what correctness needs").
import type { JobsOptions, QueueOptions, WorkerOptions } from "bullmq";
import type { Redis } from "ioredis";
import { JOB_DATA_BYTES_MAX } from "../limits.ts";
import { QUEUE_PREFIX } from "./keys.ts";

/** QUITCLAIM_LOCK_MS shortens a job's lock, and all that follows from it, for tests that stop a worker for longer than that. */
export const LOCK_MS = lockMs(process.env.QUITCLAIM_LOCK_MS);
export const STALLED_INTERVAL_MS = LOCK_MS / 2;
/** A batch survives this many killed workers before BullMQ calls it failed; reconcile then makes it anew. */
export const STALLED_MAX = 8;
export const JOB_ATTEMPTS_MAX = 5;
export const EVENTS_MAX = 1_000;
/** addBulk is a pipeline, not a transaction: small enough to be repeated cheaply. */
export const ADD_CHUNK_JOBS = 250;

function lockMs(text: string | undefined): number {
  if (text === undefined) return 60_000;
  const ms = Number(text);
  if (!Number.isInteger(ms) || ms < 2_000 || ms > 600_000)
    throw new Error(`QUITCLAIM_LOCK_MS is ${text}; whole milliseconds from 2000 to 600000 were expected. Leave it out outside of tests.`);
  return ms;
}

/**
 * Attempts are for infrastructure (Redis, store, credentials); an object's error never fails its job. Each word is kept in Redis with every job, so
 * that jobs stay after their end is said once, by the worker.
 */
export const JOB_OPTIONS: Readonly<JobsOptions> = Object.freeze({
  attempts: JOB_ATTEMPTS_MAX,
  backoff: { type: "exponential", delay: 5_000, jitter: 0.5 },
  stackTraceLimit: 3,
  sizeLimit: JOB_DATA_BYTES_MAX,
});

export const queueOptions = (connection: Redis): QueueOptions => ({
  connection,
  prefix: QUEUE_PREFIX,
  defaultJobOptions: JOB_OPTIONS,
  streams: { events: { maxLen: EVENTS_MAX } },
});

/** `concurrency`: batches that one process holds of one account. */
export const workerOptions = (connection: Redis, concurrency: number): WorkerOptions => ({
  connection,
  prefix: QUEUE_PREFIX,
  concurrency,
  autorun: false,
  lockDuration: LOCK_MS,
  lockRenewTime: LOCK_MS / 2,
  stalledInterval: STALLED_INTERVAL_MS,
  maxStalledCount: STALLED_MAX,
  drainDelay: 5,
  // All are kept until the campaign closes: BullMQ ignores a second job of the same id only while the first exists.
  removeOnComplete: { count: -1 },
  removeOnFail: { count: -1 },
});
