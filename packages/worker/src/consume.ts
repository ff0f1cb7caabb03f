// One account's queue, consumed by this process: a BullMQ worker whose jobs are batches.
//
// A job's states here, and what moves it (design.md 6; stack.md, BullMQ):
//   taken       the processor was called; the lock is renewed by BullMQ for as long as it runs
//   completed   the batch is finished: the job's result is its two counts
//   given back  the batch was stopped for a reason that is not the job's fault: moved to wait or delayed, which costs no attempt
//   failed      an error of Redis or of this program: BullMQ tries it again, a few times
//   lost        the lock could not be renewed: the batch is cut off, and whoever holds the job next goes on
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AccountId,
  type BatchRef,
  batchId,
  type CampaignRedis,
  type JobData,
  type JobResult,
  parseJob,
  queueName,
  type RetryClaim,
  readRetryClaim,
  StoreError,
  workerOptions,
} from "@quitclaim/campaign";
import { DelayedError, type Job, WaitingError, Worker } from "bullmq";
import { type BatchEnd, BatchRun, type BatchSurroundings } from "./batch.ts";
import { Complaints } from "./complaints.ts";
import type { WorkerEvent } from "./event.ts";
import {
  ACCOUNT_BATCHES_MAX,
  ASIDE_DELAY_MS,
  DENIED_BATCH_DELAY_MS,
  DRAIN_MS_MAX,
  DRAIN_SILENT_MS_MAX,
  LATER_DELAY_MS,
  LEAVE_MS_MAX,
  RELIEF_MS,
  TAKEN_OVER_BATCHES_MAX,
} from "./limits.ts";
import { describeStop, type StopReason, stopReasonOf } from "./stop-reason.ts";

export interface ConsumerOptions {
  readonly account: AccountId;
  readonly redis: CampaignRedis;
  readonly surroundings: BatchSurroundings;
  /** The account, or the whole campaign, cannot go on; must be durable before it resolves. */
  readonly paused: (account: AccountId, reason: Extract<StopReason, { kind: "pause" | "enforced" }>) => Promise<void>;
  readonly tell: (event: WorkerEvent) => void;
}

type BatchJob = Job<JobData, JobResult>;
type BatchWorker = Worker<JobData, JobResult>;

export class AccountConsumer {
  readonly account: AccountId;
  /** BullMQ gives the abort signal only to a function that declares exactly these three parameters. */
  readonly processor = (job: BatchJob, token: string | undefined, signal: AbortSignal | undefined): Promise<JobResult> =>
    this.#process(job, token ?? "", signal);
  readonly #options: ConsumerOptions;
  readonly #runs = new Set<BatchRun>();
  #worker: BatchWorker;
  /** Beside `#worker` for a moment, or until what they took on is finished. */
  readonly #relief = new Set<BatchWorker>();
  #leaving = false;
  /** Batches that a pause found at work; what stops them is part of it. */
  readonly #pausing = new WeakMap<BatchRun, Promise<void>>();
  readonly #complaints: Complaints;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#complaints = new Complaints((message) => options.tell({ kind: "redis", message }));
    this.account = options.account;
    this.#worker = this.#build();
  }

  get batchesInFlight(): number {
    return this.#runs.size;
  }

  /** A stuck BullMQ worker is let go and another takes its place (stack.md, watchdog); jobs it holds keep running. */
  async rebuild(): Promise<void> {
    const stuck = this.#worker;
    this.#worker = this.#build();
    this.#options.tell({ kind: "worker-rebuilt", account: this.account });
    await Promise.race([stuck.close(true), sleep(LEAVE_MS_MAX)]);
  }

  /**
   * Another worker died, and so many of its batches were handed back to the head of the queue: takes them on at once, rather than when its own are
   * finished. Nothing waits for a process to start.
   */
  takeOver(batches: number): void {
    const room = TAKEN_OVER_BATCHES_MAX - Math.max(0, this.#runs.size - ACCOUNT_BATCHES_MAX);
    if (this.#leaving || batches === 0 || room <= 0) return;
    const relief = this.#build(Math.min(batches, room));
    this.#relief.add(relief);
    sleep(RELIEF_MS, undefined, { ref: false })
      // Claims no more, and resolves when what it claimed is done.
      .then(() => relief.close())
      .catch((error: unknown) => this.#complaints.say(error))
      .finally(() => this.#relief.delete(relief));
  }

  /**
   * Claims nothing more, lets rows in flight finish, hands batches back. Bounded by DRAIN_MS_MAX, after which it cuts off; at once where
   * Redis is silent: then every row in flight waits for a fence that nobody confirms.
   */
  async drain(): Promise<void> {
    this.#leaving = true;
    await Promise.all([this.#worker, ...this.#relief].map((worker) => worker.pause(true)));
    for (const run of this.#runs) run.drain();
    const until = Date.now() + DRAIN_MS_MAX;
    while (this.#runs.size > 0 && Date.now() < until && !this.#silent()) await sleep(20);
    this.cutOff();
  }

  /** Sends nothing more; batches go back at once. */
  cutOff(): void {
    this.#leaving = true;
    for (const run of this.#runs) run.stop({ kind: "leave" });
  }

  /** To be called after drain or cutOff. What has not been handed back by then waits for its lock to end. */
  async close(): Promise<void> {
    // Redis may be away: the jobs' locks run out by themselves.
    await Promise.all(
      [this.#worker, ...this.#relief].map(async (worker) => {
        const handedBack = worker.close(this.#silent());
        const inTime = await Promise.race([handedBack.then(() => true), sleep(LEAVE_MS_MAX, false)]);
        if (!inTime) await Promise.race([worker.close(true), sleep(LEAVE_MS_MAX)]);
      }),
    );
  }

  #silent(): boolean {
    return [...this.#runs].some((run) => run.silentMs >= DRAIN_SILENT_MS_MAX);
  }

  #build(batches = ACCOUNT_BATCHES_MAX): BatchWorker {
    const { redis, surroundings } = this.#options;
    const worker: BatchWorker = new Worker(queueName(redis.campaign, this.account), this.processor, {
      ...workerOptions(redis.connection("worker"), batches),
      name: surroundings.worker,
    });
    worker.on("error", (error) => this.#complaints.say(error));
    worker.on("lockRenewalFailed", (ids) => {
      for (const id of ids) worker.cancelJob(id);
    });
    worker.run().catch((error: unknown) => this.#complaints.say(error));
    return worker;
  }

  async #process(job: BatchJob, token: string, signal: AbortSignal | undefined): Promise<JobResult> {
    const { surroundings, redis } = this.#options;
    const { campaign, ref, retry } = parseJob(job.data);
    if (campaign !== redis.campaign || ref.account !== this.account)
      throw new Error(`job ${job.id} belongs to campaign ${campaign}, account ${ref.account}`);
    if (this.#leaving) return this.#giveBack(job, token, ref, { kind: "stopped", reason: { kind: "drain" }, noted: 0 });

    surroundings.breaker.begin();
    const claim = retry === 0 ? undefined : await this.#retryClaim(ref);
    if (claim instanceof StoreError) return this.#giveBack(job, token, ref, { kind: "stopped", reason: stopReasonOf(claim), noted: 0 });
    if (retry > 0 && claim === undefined) return { rows: 0, failed: 0 };
    const run = new BatchRun(ref, surroundings, claim);
    const cancelled = (): void => run.stop({ kind: "lost", why: "the job's lock could not be renewed" });
    signal?.addEventListener("abort", cancelled, { once: true });
    this.#runs.add(run);
    try {
      const end = await run.run(`${token}/${randomUUID()}`);
      if (end.kind === "stopped") return await this.#giveBack(job, token, ref, end, run);
      this.#options.tell({ kind: "batch-finished", account: ref.account, batch: batchId(ref), rows: end.rows, failed: end.failed });
      return { rows: end.rows, failed: end.failed };
    } finally {
      this.#runs.delete(run);
      signal?.removeEventListener("abort", cancelled);
    }
  }

  /** undefined: an earlier job answered this retry too. */
  async #retryClaim(ref: BatchRef): Promise<RetryClaim | StoreError | undefined> {
    try {
      return await readRetryClaim(this.#options.surroundings.store, ref);
    } catch (error) {
      if (error instanceof StoreError) return error;
      throw error;
    }
  }

  /**
   * The account's other batches stop for the same reason, or for one of their own that is the same, some of them seconds later: by then somebody may have resumed
   * the account, and is not to find it paused again.
   */
  #pauseOnce(reason: Extract<StopReason, { kind: "pause" | "enforced" }>, run: BatchRun | undefined): Promise<void> {
    const under = run === undefined ? undefined : this.#pausing.get(run);
    if (under !== undefined) return under;
    const pausing = this.#options.paused(this.account, reason);
    for (const other of this.#runs) {
      this.#pausing.set(other, pausing);
      other.stop(reason);
    }
    return pausing;
  }

  /** Always throws: BullMQ is told by an error that the job has been moved already, or is not ours any more. */
  async #giveBack(
    job: BatchJob,
    token: string,
    ref: BatchRef,
    end: Extract<BatchEnd, { kind: "stopped" }>,
    run?: BatchRun,
  ): Promise<never> {
    const { reason, noted } = end;
    const { account } = ref;
    const why = describeStop(reason);
    if (reason.kind === "error") {
      // Its queue tries it a few times more, and nobody looks there.
      this.#options.tell({ kind: "batch-error", account, batch: batchId(ref), why, noted, rows: ref.rows });
      throw reason.error instanceof Error ? reason.error : new Error(why);
    }
    if (reason.kind === "lost") {
      this.#options.tell({ kind: "batch-lost", account, batch: batchId(ref), why });
      throw new Error(`batch ${batchId(ref)}: ${why}`);
    }
    if (reason.kind === "pause" || reason.kind === "enforced") await this.#pauseOnce(reason, run);
    if (reason.kind === "store") this.#options.tell({ kind: "store-error", account, message: reason.message });
    this.#options.tell({ kind: "batch-handed-back", account, batch: batchId(ref), why, noted, rows: ref.rows });
    const delayMs = backAfterMs(reason);
    if (delayMs === 0) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    await job.moveToDelayed(Date.now() + delayMs, token);
    throw new DelayedError();
  }
}

function backAfterMs(reason: StopReason): number {
  switch (reason.kind) {
    case "pause":
    case "enforced":
      return DENIED_BATCH_DELAY_MS;
    case "aside":
      return ASIDE_DELAY_MS;
    case "later":
    case "store":
      return LATER_DELAY_MS;
    default:
      return 0;
  }
}
