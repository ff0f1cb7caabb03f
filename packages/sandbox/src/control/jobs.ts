/** All Batch Operations jobs of the sandbox: takes them, runs them in the background, one list for each account. */
import { randomUUID } from "node:crypto";
import type { AccountBook } from "../account/book.ts";
import type { SessionPrincipal } from "../account/principal.ts";
import type { S3Service } from "../s3/service.ts";
import { Actor } from "./actor.ts";
import { Job, type JobRequest, type Task } from "./job.ts";
import { ControlError } from "./refusal.ts";
import { prepareJob, runJob } from "./run.ts";

export interface JobsParts {
  readonly book: AccountBook;
  readonly s3: S3Service;
  readonly now: () => number;
}

interface Kept {
  readonly job: Job;
  readonly actor: Actor;
  tasks: readonly Task[];
}

export class Jobs {
  readonly #parts: JobsParts;
  readonly #jobs = new Map<string, Kept>();
  readonly #running = new Set<Promise<void>>();

  constructor(parts: JobsParts) {
    this.#parts = parts;
  }

  /** Takes a job and starts it; the same token and body give the same job again. */
  create(request: JobRequest, priority: number): Job {
    for (const { job } of this.#jobs.values()) {
      if (job.request.accountId !== request.accountId || job.request.clientRequestToken !== request.clientRequestToken) continue;
      if (job.request.body === request.body) return job;
      throw new ControlError(400, "IdempotencyException", "A job with this ClientRequestToken but other parameters exists already");
    }
    const job = new Job(randomUUID(), request, priority, this.#parts.now());
    const kept: Kept = { job, actor: new Actor(this.#parts.s3, this.#roleSession(request, job.id), job.id), tasks: [] };
    this.#jobs.set(job.id, kept);
    this.#inBackground(async () => {
      kept.tasks = await prepareJob(job, kept.actor, this.#parts.now);
      if (job.status === "Ready") await runJob(job, kept.tasks, kept.actor, this.#parts.now);
    });
    return job;
  }

  /** A job of the account. Throws NoSuchJobException. */
  find(accountId: string, id: string): Job {
    return this.#kept(accountId, id).job;
  }

  /** Jobs of the account, newest first. */
  list(accountId: string): Job[] {
    const own = [...this.#jobs.values()].map(({ job }) => job).filter((job) => job.request.accountId === accountId);
    return own.reverse();
  }

  /** Confirms a Suspended job. Throws JobStatusException when it waits for nothing. */
  confirm(accountId: string, id: string): Job {
    const kept = this.#kept(accountId, id);
    if (kept.job.status !== "Suspended") throw wrongStatus(kept.job, "Ready");
    kept.job.moveTo("Ready");
    this.#inBackground(() => runJob(kept.job, kept.tasks, kept.actor, this.#parts.now));
    return kept.job;
  }

  /** Cancels a job that has not come to its end. Tasks done stay done. */
  cancel(accountId: string, id: string): Job {
    const { job } = this.#kept(accountId, id);
    if (!job.mayMoveTo("Cancelling")) throw wrongStatus(job, "Cancelled");
    const underWay = job.status === "Active" || job.status === "Preparing";
    job.moveTo("Cancelling");
    // A job under way notices between two tasks and ends itself.
    if (!underWay) {
      job.moveTo("Cancelled");
      job.endedAt = this.#parts.now();
    }
    return job;
  }

  /** Cancels what runs and waits for it; for the end of the sandbox. */
  async close(): Promise<void> {
    for (const { job } of this.#jobs.values()) if (job.mayMoveTo("Cancelling")) this.cancel(job.request.accountId, job.id);
    await Promise.all(this.#running);
  }

  #kept(accountId: string, id: string): Kept {
    const kept = this.#jobs.get(id);
    if (kept === undefined || kept.job.request.accountId !== accountId) {
      throw new ControlError(404, "NoSuchJobException", "The specified job does not exist");
    }
    return kept;
  }

  #inBackground(work: () => Promise<void>): void {
    const running = work().catch((error: unknown) => {
      process.stderr.write(`sandbox: a batch job broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    });
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  #roleSession({ accountId, role }: JobRequest, jobId: string): SessionPrincipal {
    const account = this.#parts.book.byAccountId(accountId);
    if (account === undefined) throw new ControlError(403, "AccessDenied", "Access Denied");
    return {
      kind: "session",
      accountId,
      canonicalId: account.canonicalId,
      arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/s3-batch-operations_${jobId}`,
      roleArn: role.arn,
      policies: role.policies,
      expiresAt: Number.POSITIVE_INFINITY,
    };
  }
}

function wrongStatus(job: Job, wanted: string): ControlError {
  return new ControlError(400, "JobStatusException", `The job is ${job.status} and cannot become ${wanted}`);
}
