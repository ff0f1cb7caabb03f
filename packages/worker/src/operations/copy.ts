// Operation `copy`: the uploading account copies the object onto itself in a bucket that is BucketOwnerPreferred (or
// Enforced), and the bucket owner owns what results (domain.md 4.3). A server without those modes (dialect rgw) has the object granted
// first and copied by the bucket owner.
//
// The states of one object, and what moves it from one to the next:
//   unseen      -> seen by HEAD, or vanished, or denied
//   seen        -> planned | maybe ours | changed                      (recognise.ts)
//   planned     -> sent: CopyObject pinned at both ends, or over 5 GB in parts (copy-large.ts)
//   sent        -> answered yes: verified by the bucket owner's HEAD -> copied | failed CopyDiffers
//               -> answer lost, 5xx, or a precondition that our own lost copy may have broken: back to unseen, after a pause in which
//                  a copy that still runs at S3 comes to its end. Nothing is ever sent twice without a look in between.
//   maybe ours  -> the bucket owner proves to own it: its grants are put back, copied | changed | not told whose it is: failed, and
//                  a retry looks again
import type { HeadFacts } from "@quitclaim/aws";
import type { VersionId } from "@quitclaim/campaign";
import { TRANSIENT_ATTEMPTS_MAX } from "../limits.ts";
import { grantAccess } from "./acl.ts";
import { finishCopy, finishRecognised } from "./copy-finish.ts";
import { copyInParts } from "./copy-large.ts";
import { customerKey, obstacleToCopy } from "./copy-obstacle.ts";
import { copyRequest } from "./copy-request.ts";
import { type Copied, type CopyTask, copier, isLarge, type LookAgain, settleMs } from "./copy-task.ts";
import { bucketOwnerOwnsCurrent, lookAtCurrent } from "./current.ts";
import { aclIsRead, grantsToKeep } from "./kept-grants.ts";
import { lockOfOriginal } from "./object-lock.ts";
import { deniedToOwner, done, failed, refused, type Verdict } from "./outcome.ts";
import { recognise } from "./recognise.ts";
import { closeUpload } from "./upload-end.ts";

export async function copyInPlace(task: CopyTask): Promise<Verdict> {
  if (!task.row.isLatest)
    return failed(
      "NotCurrent",
      "Only a current version can be copied in place; grant access to this one instead, or let the switch do it.",
      0,
    );
  // HEAD tells nothing of such an object without its key.
  if (task.row.encryption === "SSE-C") return customerKey(0);
  const verdict = await lookAndCopy(task);
  return isLarge(task) ? closeUpload(task, verdict) : verdict;
}

async function lookAndCopy(task: CopyTask): Promise<Verdict> {
  const { row } = task;
  let attempts = 0;
  for (let looks = 1; ; looks++) {
    const look = await lookAtCurrent(task);
    const sentBefore = task.intent.earlier || attempts > 0;
    if (look.kind === "refused") {
      const verdict = refused(look.refusal, attempts);
      return look.toBoth && sentBefore
        ? deniedToOwner(verdict, look.refusal, "s3:GetObject or kms:Decrypt on the copy's key", false)
        : verdict;
    }
    const state = recognise(row, look.facts, sentBefore ? task.intent.at : undefined);
    if (state === "changed") return changed(attempts);
    if (state === "maybe-ours") {
      const ours = await bucketOwnerOwnsCurrent(task);
      if (!ours.ok) return deniedToOwner(refused(ours, attempts), ours, "s3:GetObjectAcl");
      if (ours.value) return finishRecognised(task, look.facts, attempts);
      // On a RADOS Gateway a grant of ours, too, makes an object look younger.
      if (task.dialect !== "rgw" || look.facts.etag !== row.etag) return changed(attempts);
    }
    const step = await copyPlanned(task, look.facts, attempts);
    if (step.kind !== "look again") return step;
    attempts = step.attempts;
    if (looks >= TRANSIENT_ATTEMPTS_MAX) return contested(step) ?? step.verdict;
    await task.pause(settleMs(isLarge(task) ? 0 : row.size));
  }
}

async function copyPlanned(task: CopyTask, seen: HeadFacts, attempts: number): Promise<Verdict | LookAgain> {
  const before = await lockOfOriginal(task, seen, attempts);
  if ("kind" in before) return before;
  const obstacle = await obstacleToCopy(task, before, attempts);
  if (obstacle !== undefined) return obstacle;
  const grants = await grantsToKeep(task);
  if ("kind" in grants) return grants;
  if (mayBeReplaced(before) && aclIsRead(task)) await task.acls.keep(task.row, grants);
  const step = await copyNow(task, before, attempts);
  return step.kind === "copied" ? finishCopy(task, before, grants, step) : step;
}

/** Where the bucket keeps no versions, or the version that has no ID of its own is rewritten, the copy takes its original's place. */
const mayBeReplaced = ({ versionId }: HeadFacts): boolean => versionId === undefined || versionId === "null";

async function copyNow(task: CopyTask, before: HeadFacts, attempts: number): Promise<Copied | Verdict | LookAgain> {
  if (isLarge(task)) return copyInParts(task, before, attempts);
  if (task.dialect !== "rgw") return copyOnce(task, before, attempts);
  const granted = await grantAccess(task);
  const letIn = granted.kind === "done" && (granted.finding.outcome === "granted" || granted.finding.outcome === "already");
  return letIn ? copyOnce(task, before, attempts + granted.finding.attempts) : granted;
}

async function copyOnce(task: CopyTask, before: HeadFacts, attempts: number): Promise<Copied | Verdict | LookAgain> {
  const { bucket, row } = task;
  const request = copyRequest({ bucket, key: row.key }, before, task);
  const sent = await copier(task)((calls, signal) => calls.copyObject(request, signal), "never");
  const all = attempts + sent.attempts;
  const { answer } = sent;
  if (answer.ok) {
    const { versionId, context } = answer.value;
    const copied = { kind: "copied", newVersionId: versionId as VersionId | undefined, attempts: all, said: answer } as const;
    return context === undefined ? copied : { ...copied, context };
  }
  const verdict = refused(answer, all);
  const lost = answer.kind === "transient" || answer.unknownOutcome;
  const ownDoing = answer.kind === "precondition" && (task.intent.earlier || attempts > 0);
  return lost || ownDoing ? { kind: "look again", attempts: all, verdict } : verdict;
}

/** S3 said to the end that somebody else writes this key at the same moment (409): what comes of that, a new plan will see. */
function contested({ verdict, attempts }: LookAgain): Verdict | undefined {
  if (verdict.kind === "enforced" || verdict.finding.code !== "ConditionalRequestConflict") return undefined;
  const { httpStatus, requestId, code } = verdict.finding;
  const detail = "Other writes to its key ran at the same time, again and again; a new plan will see what came of them.";
  const { kind, finding } = done("changed", attempts, { httpStatus, requestId }, { detail }) as Extract<
    Verdict,
    { kind: "done" | "denied" }
  >;
  return { kind, finding: { ...finding, code } };
}

const changed = (attempts: number): Verdict =>
  done("changed", attempts, { httpStatus: 200, requestId: "" }, { detail: "Rewritten since the inventory; a new plan will see it." });
