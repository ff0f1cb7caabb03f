// A copy of more than 5 GB: an upload in parts, each copied by S3 from the pinned source (domain.md 4.5). Behind the same look and before
// the same comparison as copy.ts; nothing is carried over by itself, so that everything is restated when the upload is created.
//
// The states of one upload, and what moves it from one to the next:
//   none       -> created at S3, unknown to the store -> recorded                          (uploads without a record are aborted as strays)
//   recorded   -> parts are copied, in any order; what a former holder finished is listed and kept
//   all there  -> annotations saved (annotations.ts), completed, pinned to the version that is replaced: forgotten | answer lost: looked at again by copy.ts
//   recorded   -> the object's verdict is anything but copied: aborted, then forgotten                                     (upload-end.ts)
//   recorded   -> the worker leaves in good order: aborted, then forgotten                                                  (upload-end.ts)
// A kill leaves it recorded, and so does everything that takes the batch away from its worker. Only a recorded upload is ever completed, and each object has one record: never two of them take effect.
import type { Answer, CopiedPart, HeadFacts, ObjectAddress, Refusal, Success } from "@quitclaim/aws";
import type { VersionId } from "@quitclaim/campaign";
import { COPY_PARTS_IN_FLIGHT, COPY_SETTLE_BASE_MS, TRANSIENT_ATTEMPTS_MAX } from "../limits.ts";
import { saveAnnotations } from "./annotations.ts";
import { uploadRequest } from "./copy-request.ts";
import { type Copied, type CopyTask, copier, type LookAgain } from "./copy-task.ts";
import { contextDifference } from "./encryption-context.ts";
import { refused, type Verdict } from "./outcome.ts";
import { planParts } from "./part-plan.ts";
import { abort, abortStrays, destination } from "./upload-end.ts";
import type { UploadRecord } from "./upload-record.ts";

interface Opened {
  readonly record: UploadRecord;
  /** By part number. */
  readonly parts: Map<number, CopiedPart>;
}

/** `attempts`: completions sent so far; parts change nothing that anybody can see. Throws Stopped and StoreError. */
export async function copyInParts(task: CopyTask, before: HeadFacts, attempts: number): Promise<Copied | Verdict | LookAgain> {
  const { bucket, row } = task;
  const send = copier(task);
  const opened = await openUpload(task, before);
  if ("ok" in opened) return gaveUp(opened, attempts);
  const refusal = await copyMissing(task, before, opened);
  if (refusal !== undefined) return gaveUp(refusal, attempts);
  const unsaved = await saveAnnotations(task, before, attempts);
  if (unsaved !== undefined) return unsaved;

  const { record, parts } = opened;
  const request = {
    destination: { bucket, key: row.key },
    uploadId: record.uploadId,
    parts: record.sizes.map((_, i) => parts.get(i + 1) as CopiedPart),
    destinationIfMatch: before.etag,
    size: before.size,
  };
  const sent = await send((calls, signal) => calls.completeUpload(request, signal), "never");
  const all = attempts + sent.attempts;
  const { answer } = sent;
  if (answer.ok) {
    await task.uploads.forget(row);
    return { kind: "copied", newVersionId: answer.value.versionId as VersionId | undefined, attempts: all, said: answer };
  }
  const ownDoing = answer.kind === "precondition" && (task.intent.earlier || attempts > 0);
  return ownDoing ? { kind: "look again", attempts: all, verdict: refused(answer, all) } : gaveUp(answer, all);
}

/** What is lost, or gone without our doing, is looked at again: the upload may be complete, or be begun anew. */
function gaveUp(refusal: Refusal, attempts: number): Verdict | LookAgain {
  const verdict = refused(refusal, attempts);
  const again = refusal.kind === "transient" || refusal.unknownOutcome || refusal.code === "NoSuchUpload";
  return again ? { kind: "look again", attempts, verdict } : verdict;
}

/** The recorded upload with what it has already, or a new one. */
async function openUpload(task: CopyTask, before: HeadFacts): Promise<Opened | Refusal> {
  const { row } = task;
  const found = await task.uploads.find(row);
  if (found !== undefined) {
    if (found.etag === before.etag && found.versionId === (before.versionId ?? null)) {
      const listed = await listFinished(task, found);
      if (listed.ok) return { record: found, parts: listed.value };
      if (listed.code !== "NoSuchUpload") return listed;
      await task.uploads.forget(row);
    } else {
      const problem = await abort(task, found.uploadId);
      if (problem !== undefined) return problem;
      await task.uploads.forget(row);
    }
  }
  const at = source(task, before);
  const send = copier(task);
  const sizes = await planParts(send, at, before);
  if (!sizes.ok) return sizes;
  // Asked for whatever HEAD counts: who may not read the tags is not told that there are any.
  const tags = await send((calls, signal) => calls.getObjectTags(at, signal));
  if (!tags.answer.ok) return tags.answer;
  const request = uploadRequest({ bucket: task.bucket, key: row.key }, before, tags.answer.value, task);
  if (task.intent.earlier) await abortStrays(task);
  for (let tries = 1; ; tries++) {
    // Never repeated unseen: each answer that is lost may leave an upload that nobody knows.
    const { answer } = await send((calls, signal) => calls.createUpload(request, signal), "never");
    if (answer.ok) {
      const other = contextDifference(task, before, answer.value.context);
      if (other.length > 0) return otherContext(task, answer, other);
      return record(task, before, answer.value.uploadId, sizes.value);
    }
    if (answer.kind !== "transient" || tries >= TRANSIENT_ATTEMPTS_MAX) return answer;
    await task.pause(COPY_SETTLE_BASE_MS);
    await abortStrays(task);
  }
}

/** Told before a byte is copied. */
async function otherContext(task: CopyTask, made: Success<{ uploadId: string }>, differences: readonly string[]): Promise<Refusal> {
  const problem = await abort(task, made.value.uploadId);
  if (problem !== undefined) return problem;
  const { httpStatus, requestId } = made;
  return {
    ok: false,
    kind: "failed",
    code: "ContextNotKept",
    message: `${differences.join("; ")}.`,
    httpStatus,
    requestId,
    unknownOutcome: false,
  };
}

async function record(task: CopyTask, before: HeadFacts, uploadId: string, sizes: readonly number[]): Promise<Opened | Refusal> {
  const mine: UploadRecord = { uploadId, etag: before.etag, versionId: before.versionId ?? null, sizes };
  const first = await task.uploads.claim(task.row, mine);
  if (first.uploadId === uploadId) return { record: mine, parts: new Map() };
  // Another holder of this batch was faster.
  const problem = await abort(task, uploadId);
  if (problem !== undefined) return problem;
  const listed = await listFinished(task, first);
  return listed.ok ? { record: first, parts: listed.value } : listed;
}

async function listFinished(task: CopyTask, { uploadId, sizes }: UploadRecord): Promise<Answer<Map<number, CopiedPart>>> {
  const parts = new Map<number, CopiedPart>();
  for (let after = 0; ; ) {
    const from = after;
    const { answer } = await copier(task)((calls, signal) => calls.listParts(destination(task), uploadId, from, signal));
    if (!answer.ok) return answer;
    for (const { size, ...part } of answer.value.parts) if (size === sizes[part.number - 1]) parts.set(part.number, part);
    if (answer.value.next === undefined) return { ...answer, value: parts };
    after = answer.value.next;
  }
}

/** Several at once; undefined where all are there. Comes back only when none of its requests is under way any more. */
async function copyMissing(task: CopyTask, before: HeadFacts, { record, parts }: Opened): Promise<Refusal | undefined> {
  const { uploadId, sizes } = record;
  const missing: { number: number; first: number; last: number }[] = [];
  let offset = 0;
  sizes.forEach((size, i) => {
    if (!parts.has(i + 1)) missing.push({ number: i + 1, first: offset, last: offset + size - 1 });
    offset += size;
  });
  const pinned = { source: source(task, before), sourceIfMatch: before.etag, destination: destination(task), uploadId };
  let refusal: Refusal | undefined;
  const lane = async (): Promise<void> => {
    for (let next = missing.shift(); next !== undefined && refusal === undefined; next = missing.shift()) {
      const part = next;
      // A part that is copied again replaces itself.
      const { answer } = await copier(task)((calls, signal) => calls.copyPart({ ...pinned, ...part }, signal));
      if (answer.ok) parts.set(part.number, answer.value);
      else refusal ??= answer;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(COPY_PARTS_IN_FLIGHT, missing.length) }, lane));
  for (const end of ended) if (end.status === "rejected") throw end.reason;
  return refusal;
}

function source(task: CopyTask, before: HeadFacts): ObjectAddress {
  return before.versionId === undefined ? destination(task) : { ...destination(task), versionId: before.versionId };
}
