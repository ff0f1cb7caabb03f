// The end of an upload in parts that did not become the object: aborted, because its parts are paid for until somebody does, and then forgotten.
import type { ObjectAddress, Refusal } from "@quitclaim/aws";
import { ABORT_ROUNDS_MAX, CLOCK_SKEW_MS_MAX } from "../limits.ts";
import { type CopyTask, copier } from "./copy-task.ts";
import type { Verdict } from "./outcome.ts";

export const destination = (task: CopyTask): ObjectAddress => ({ bucket: task.bucket, key: task.row.key });

/**
 * To be called with the verdict on an object that is copied in parts: an upload that is still recorded did not become it, and is aborted.
 * Where that is refused, the verdict says so, since its parts are paid for until somebody does. What was saved of annotations outlives a verdict
 * that is not the last word: the upload may have become the object.
 */
export async function closeUpload(task: CopyTask, verdict: Verdict): Promise<Verdict> {
  const open = await task.uploads.find(task.row);
  if (open === undefined) return verdict;
  const problem = await abort(task, open.uploadId);
  if (problem === undefined) {
    await task.uploads.forget(task.row);
    // S3 knows a completed upload no more either: a copy that still lacks its annotations finds them nowhere else.
    if (verdict.kind === "done" && verdict.finding.outcome !== "failed") await task.annotations.forget(task.row);
    return verdict;
  }
  if (verdict.kind === "enforced") return verdict;
  const word = `Upload ${open.uploadId} of this key could not be aborted (${problem.code}); its parts are billed until it is.`;
  return { ...verdict, finding: { ...verdict.finding, detail: `${verdict.finding.detail} ${word}`.trim() } };
}

/** undefined where the upload is no more. By its initiator; where that is refused, by the bucket owner. */
export async function abort(task: CopyTask, uploadId: string): Promise<Refusal | undefined> {
  for (const send of [copier(task), task.owner]) {
    const { answer } = await send((calls, signal) => calls.abortUpload(destination(task), uploadId, signal));
    if (answer.ok || answer.code === "NoSuchUpload") return undefined;
    if (answer.kind !== "denied" || send === task.owner) return answer;
  }
  return undefined;
}

/**
 * Uploads that an earlier holder, or a lost answer, left without a record: known by the key, the time, and the name of our role sessions.
 * Nobody else's is touched. With long-lived keys instead of roles ours cannot be told from others, and the bucket's lifecycle ends it.
 */
export async function abortStrays(task: CopyTask): Promise<void> {
  const { answer } = await task.owner((calls, signal) => calls.listUploads(destination(task), signal));
  // Who may not list uploads has no strays to abort: they hold no parts, and cost nothing.
  if (!answer.ok) return;
  for (const { uploadId, initiator, initiated } of answer.value)
    if (/:assumed-role\/.*\/quitclaim-[^/]*$/.test(initiator) && initiated >= task.intent.at - CLOCK_SKEW_MS_MAX)
      await abort(task, uploadId);
}

/**
 * To be called where the worker leaves and may never come back. Parts that were cut off may still come to their end at S3 and outlive an abort
 * (AbortMultipartUpload), so it is forgotten only when S3 knows it no more. What was saved of annotations stays: a completion may have been on its way.
 */
export async function abandonUpload(task: CopyTask): Promise<void> {
  const open = await task.uploads.find(task.row);
  if (open === undefined) return;
  const { uploadId } = open;
  for (let round = 1; round <= ABORT_ROUNDS_MAX; round++) {
    if ((await abort(task, uploadId)) !== undefined) return;
    const { answer } = await copier(task)((calls, signal) => calls.listParts(destination(task), uploadId, 0, signal));
    if (!answer.ok && answer.code === "NoSuchUpload") return task.uploads.forget(task.row);
  }
}
