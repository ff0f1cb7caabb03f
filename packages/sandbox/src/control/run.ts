/**
 * Runs one job from its manifest to its completion report, as the job's role. Tasks go one after another and give the event loop
 * back in between; a job of which more than half has failed after 1,000 tasks fails as a whole, as AWS's does.
 */
import { setImmediate } from "node:timers/promises";
import { S3Error } from "../http/s3-error.ts";
import type { Actor } from "./actor.ts";
import { reportSettings, writeCompletionReport } from "./completion-report.ts";
import type { Job, Task, TaskResult } from "./job.ts";
import { ManifestError, readManifest } from "./manifest.ts";
import { operationFrom, type TaskOperation } from "./operation.ts";

const tasksBeforeVerdict = 1_000;
const tasksBetweenYields = 16;

/** Reads the manifest and stops where the job waits: Suspended, Ready, or Failed. Returns the tasks. */
export async function prepareJob(job: Job, actor: Actor, now: () => number): Promise<readonly Task[]> {
  job.moveTo("Preparing");
  try {
    const tasks = await readManifest(job.request.manifest, actor);
    job.total = tasks.length;
    if (job.status === "Preparing") job.moveTo(job.request.confirmationRequired ? "Suspended" : "Ready");
    else cancelled(job, now());
    return tasks;
  } catch (error) {
    if (!(error instanceof ManifestError) && !(error instanceof S3Error)) throw error;
    fail(job, error.code, `Reading the manifest failed: ${error.message}`, now());
    return [];
  }
}

/** Does the tasks of a Ready job and brings it to its end. */
export async function runJob(job: Job, tasks: readonly Task[], actor: Actor, now: () => number): Promise<void> {
  job.moveTo("Active");
  job.activeSince = now();
  const { forTask } = operationFrom(job.request.operation);
  const results: TaskResult[] = [];
  for (const [index, task] of tasks.entries()) {
    if (index % tasksBetweenYields === 0) await setImmediate();
    if (job.status !== "Active") break;
    const result = await perform(task, forTask, actor);
    results.push(result);
    if (result.code === undefined) job.succeeded++;
    else job.failed++;
    const done = job.succeeded + job.failed;
    if (done >= tasksBeforeVerdict && job.failed > done / 2) {
      job.moveTo("Failing");
      job.failure = { code: "JobFailureThresholdExceeded", reason: "Job failed because more than 50% of tasks failed" };
    }
  }
  if (job.status === "Active") job.moveTo("Completing");
  await report(job, results, actor, now);
  if (job.status === "Completing") job.moveTo("Complete");
  else if (job.status === "Failing") job.moveTo("Failed");
  else if (job.status === "Cancelling") job.moveTo("Cancelled");
  job.endedAt = now();
}

async function perform(task: Task, forTask: TaskOperation, actor: Actor): Promise<TaskResult> {
  const answer = await actor.call(forTask(task));
  if (answer.ok) return { task, status: answer.reply.status, message: "Successful" };
  return { task, status: answer.error.status, code: answer.error.code, message: answer.error.message };
}

async function report(job: Job, results: readonly TaskResult[], actor: Actor, now: () => number): Promise<void> {
  const settings = reportSettings(job.request.report);
  if (settings === undefined) return;
  try {
    await writeCompletionReport(settings, job.id, results, actor, now());
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    job.failure = { code: error.code, reason: `Writing the completion report failed: ${error.message}` };
    if (job.mayMoveTo("Failing")) job.moveTo("Failing");
  }
}

function fail(job: Job, code: string, reason: string, at: number): void {
  job.failure = { code, reason };
  if (job.status === "Cancelling") {
    cancelled(job, at);
    return;
  }
  job.moveTo("Failing");
  job.moveTo("Failed");
  job.endedAt = at;
}

/** Cancelled while its manifest was read. */
function cancelled(job: Job, at: number): void {
  job.moveTo("Cancelled");
  job.endedAt = at;
}
