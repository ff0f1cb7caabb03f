// Operation `copy` for objects up to 5 GB: the uploading account copies the object onto itself in a bucket that is BucketOwnerPreferred (or
// Enforced), and the bucket owner owns what results (domain.md 4.3). A server without those modes (dialect rgw) has the object granted
// first and copied by the bucket owner.
//
// The states of one object, and what moves it from one to the next:
//   unseen      -> seen by HEAD, or vanished, or denied
//   seen        -> planned | maybe ours | changed                      (recognise.ts)
//   planned     -> sent: CopyObject pinned at both ends
//   sent        -> answered yes: verified by the bucket owner's HEAD -> copied | failed CopyDiffers
//               -> answer lost, 5xx, or a precondition that our own lost copy may have broken: back to unseen, after a pause in which
//                  a copy that still runs at S3 comes to its end. Nothing is ever sent twice without a look in between.
//   maybe ours  -> the bucket owner proves to own it: its grants are put back, copied | changed
import type { AclGrant, HeadFacts } from "@quitclaim/aws";
import { COPY_OBJECT_BYTES_MAX, type VersionId } from "@quitclaim/campaign";
import { COPY_SETTLE_BASE_MS, COPY_SETTLE_BYTES_PER_MS, COPY_SETTLE_MS_MAX, TRANSIENT_ATTEMPTS_MAX } from "../limits.ts";
import { grantAccess } from "./acl.ts";
import { copyDifferences } from "./copy-compare.ts";
import { archived, copyRequest } from "./copy-request.ts";
import { bucketOwnerOwnsCurrent, lookAtCurrent } from "./current.ts";
import type { Intent } from "./intent.ts";
import { grantsToKeep, putBackGrants } from "./kept-grants.ts";
import { done, failed, refused, type Verdict } from "./outcome.ts";
import { recognise } from "./recognise.ts";
import type { Task } from "./task.ts";

export interface CopyTask extends Task {
  readonly intent: Intent;
  /** A pause that a stop cuts short by throwing Stopped. */
  readonly pause: (ms: number) => Promise<void>;
}

/** How long a copy of this many bytes may still run at S3 after its answer was lost. */
export const settleMs = (bytes: number): number => Math.min(COPY_SETTLE_MS_MAX, COPY_SETTLE_BASE_MS + bytes / COPY_SETTLE_BYTES_PER_MS);

export async function copyInPlace(task: CopyTask): Promise<Verdict> {
  const { row } = task;
  if (!row.isLatest)
    return failed(
      "NotCurrent",
      "Only a current version can be copied in place; grant access to this one instead, or let the switch do it.",
      0,
    );
  if (row.size > COPY_OBJECT_BYTES_MAX)
    return failed(
      "TooLargeToCopy",
      `${row.size} bytes are more than the 5 GB that one CopyObject takes. Plan it as acl, or let the switch do it.`,
      0,
    );
  let attempts = 0;
  let refusedFirst = false;
  for (;;) {
    const look = await lookAtCurrent(task);
    if (look.kind === "refused") {
      if (look.refusal.kind !== "denied" || task.dialect !== "rgw" || refusedFirst) return refused(look.refusal, attempts);
      refusedFirst = true;
      const granted = await grantAccess(task);
      if (granted.kind !== "done" || !(granted.finding.outcome === "granted" || granted.finding.outcome === "already")) return granted;
      attempts += granted.finding.attempts;
      continue;
    }
    const sentBefore = task.intent.earlier || attempts > 0;
    const state = recognise(row, look.facts, sentBefore ? task.intent.at : undefined);
    if (state === "changed") return changed(attempts);
    if (state === "maybe-ours") return (await bucketOwnerOwnsCurrent(task)) ? recognised(task, look.facts, attempts) : changed(attempts);
    const step = await copyOnce(task, look.facts, attempts);
    if (step.kind !== "look again") return step;
    attempts = step.attempts;
    if (attempts >= TRANSIENT_ATTEMPTS_MAX) return step.verdict;
    await task.pause(settleMs(row.size));
  }
}

/** The verdict is the one to give where no further look is allowed. */
interface LookAgain {
  readonly kind: "look again";
  readonly attempts: number;
  readonly verdict: Verdict;
}

async function copyOnce(task: CopyTask, before: HeadFacts, attempts: number): Promise<Verdict | LookAgain> {
  const { bucket, row } = task;
  if (before.sseCustomerAlgorithm !== undefined)
    return failed("SseCustomerKey", "Encrypted under a key that only its holder has (SSE-C): nobody else can copy it.", attempts);
  if (archived(before))
    return failed("InvalidObjectState", `Archived (${before.storageClass}): restore it first, then retry, or plan it as acl.`, attempts);
  const grants = await grantsToKeep(task);
  if ("kind" in grants) return grants;
  const request = copyRequest({ bucket, key: row.key }, before, task);
  const send = task.dialect === "rgw" ? task.owner : task.uploader;
  const sent = await send((calls, signal) => calls.copyObject(request, signal), "never");
  const all = attempts + sent.attempts;
  const { answer } = sent;
  if (!answer.ok) {
    const verdict = refused(answer, all);
    const lost = answer.kind === "transient" || answer.unknownOutcome;
    const ownDoing = answer.kind === "precondition" && (task.intent.earlier || attempts > 0);
    return lost || ownDoing ? { kind: "look again", attempts: all, verdict } : verdict;
  }
  const newVersionId = answer.value.versionId as VersionId | undefined;
  const at = newVersionId === undefined ? { bucket, key: row.key } : { bucket, key: row.key, versionId: newVersionId };
  const { answer: after } = await task.owner((calls, signal) => calls.headObject(at, signal));
  if (!after.ok)
    return failed(
      "CopyNotReadable",
      `The copy was made, but the bucket owner's HEAD of it answers ${after.code}. Where that is 403, the copy still belongs to the uploading account: run \`quitclaim fence\`.`,
      all,
      after,
      newVersionId,
    );
  const differences = copyDifferences(before, after.value, request, task.bucketOwnerAccount);
  if (differences.length > 0) return copyDiffers(differences, all, answer, newVersionId);
  return withGrants(task, grants, newVersionId, all, answer, "");
}

const changed = (attempts: number): Verdict =>
  done("changed", attempts, { httpStatus: 200, requestId: "" }, { detail: "Rewritten since the inventory; a new plan will see it." });

function copyDiffers(
  differences: readonly string[],
  attempts: number,
  said: { httpStatus: number; requestId: string },
  versionId: VersionId | undefined,
): Verdict {
  return failed("CopyDiffers", `The copy is not what the original was. ${differences.join("; ")}.`, attempts, said, versionId);
}

/** Our own copy, found again. What the crash may have left undone, the comparison and the grants, is done now. */
async function recognised(task: CopyTask, current: HeadFacts, attempts: number): Promise<Verdict> {
  const { bucket, row } = task;
  const newVersionId = current.versionId as VersionId | undefined;
  const said = { httpStatus: 200, requestId: "" };
  const originalRemains = row.versionId !== null && row.versionId !== current.versionId && current.versionId !== undefined;
  if (originalRemains) {
    const versionId = row.versionId;
    const { answer } = await task.uploader((calls, signal) => calls.headObject({ bucket, key: row.key, versionId }, signal));
    if (answer.ok) {
      const differences = copyDifferences(
        answer.value,
        current,
        copyRequest({ bucket, key: row.key }, answer.value, task),
        task.bucketOwnerAccount,
      );
      if (differences.length > 0) return copyDiffers(differences, attempts, said, newVersionId);
    } else if (answer.kind !== "gone") return refused(answer, attempts);
  }
  const grants = originalRemains || row.formerAcl !== null ? await grantsToKeep(task) : [];
  if ("kind" in grants) return grants;
  return withGrants(task, grants, newVersionId, attempts, said, "recognised");
}

async function withGrants(
  task: CopyTask,
  grants: readonly AclGrant[],
  newVersionId: VersionId | undefined,
  attempts: number,
  said: { httpStatus: number; requestId: string },
  detail: string,
): Promise<Verdict> {
  const problem = await putBackGrants(task, grants, newVersionId, attempts);
  return problem ?? done("copied", attempts, said, { detail, ...(newVersionId === undefined ? {} : { newVersionId }) });
}
