// A copy that is there: the bucket owner compares it with its original and puts the grants of others back. The same for one that was
// just made, in one piece or in parts, and for one that is found again after a crash.
import type { AclGrant, HeadFacts } from "@quitclaim/aws";
import type { VersionId } from "@quitclaim/campaign";
import { restoreAnnotations } from "./annotations.ts";
import { copyDifferences } from "./copy-compare.ts";
import { restated } from "./copy-request.ts";
import { tagsOfCopy } from "./copy-tags.ts";
import type { Copied, CopyTask } from "./copy-task.ts";
import { contextDifference, contextWord } from "./encryption-context.ts";
import { headObject } from "./head.ts";
import { grantsToKeep, putBackGrants } from "./kept-grants.ts";
import { lockOfCopy, lockOfOriginal } from "./object-lock.ts";
import { deniedToOwner, done, failed, refused, type Verdict } from "./outcome.ts";

export async function finishCopy(task: CopyTask, before: HeadFacts, grants: readonly AclGrant[], copied: Copied): Promise<Verdict> {
  const { bucket, row } = task;
  const { attempts, said } = copied;
  const at = copied.newVersionId === undefined ? { bucket, key: row.key } : { bucket, key: row.key, versionId: copied.newVersionId };
  const after = await headObject(task.owner, at);
  if (!after.ok) {
    const lacks = `s3:GetObject${copied.newVersionId === undefined ? "" : "Version"} or kms:Decrypt on the copy's key`;
    const problem = failed(
      "CopyNotReadable",
      `The copy was made, but the bucket owner's HEAD of it answers ${after.code}. Where that is 403, the bucket owner's role lacks ${lacks}, or the copy still belongs to the uploading account (run \`quitclaim fence\`).`,
      attempts,
      after,
      copied.newVersionId,
    );
    return deniedToOwner(problem, after, lacks);
  }
  // The RADOS Gateway does not tell it in its answer to the copy.
  const newVersionId = copied.newVersionId ?? (after.value.versionId as VersionId | undefined);
  const differences = await compare(task, before, after.value, newVersionId, attempts);
  if (!Array.isArray(differences)) return differences;
  differences.push(...contextDifference(task, before, copied.context));
  if (differences.length > 0) return copyDiffers(differences, attempts, said, newVersionId);
  const unrestored = await restoreAnnotations(task, { versionId: newVersionId, etag: after.value.etag }, attempts);
  if (unrestored !== undefined) return unrestored;
  return withGrants(task, grants, newVersionId, attempts, said, contextWord(task, before));
}

/** Differences in words; a verdict where the bucket owner may not see enough of the copy to tell. */
async function compare(
  task: CopyTask,
  before: HeadFacts,
  after: HeadFacts,
  versionId: VersionId | undefined,
  attempts: number,
): Promise<string[] | Verdict> {
  const { bucket, row } = task;
  const asked = restated(before, task, row.key);
  const at = versionId === undefined ? { bucket, key: row.key } : { bucket, key: row.key, versionId };
  const withLock = await lockOfCopy(task, asked.lock, after, at, attempts);
  if ("kind" in withLock) return withLock;
  const copy = await tagsOfCopy(task, before, withLock, at, attempts);
  return "kind" in copy ? copy : copyDifferences(before, copy, asked, task.bucketOwnerAccount);
}

function copyDiffers(
  differences: readonly string[],
  attempts: number,
  said: { httpStatus: number; requestId: string },
  versionId: VersionId | undefined,
): Verdict {
  return failed("CopyDiffers", `The copy is not what the original was. ${differences.join("; ")}.`, attempts, said, versionId);
}

/** Our own copy, found again. What the crash may have left undone, the comparison and the grants, is done now. */
export async function finishRecognised(task: CopyTask, current: HeadFacts, attempts: number): Promise<Verdict> {
  const { bucket, row } = task;
  const newVersionId = current.versionId as VersionId | undefined;
  const said = { httpStatus: 200, requestId: "" };
  const originalRemains = row.versionId !== null && row.versionId !== current.versionId && current.versionId !== undefined;
  if (originalRemains) {
    const versionId = row.versionId;
    const answer = await headObject(task.uploader, { bucket, key: row.key, versionId });
    if (answer.ok) {
      const original = await lockOfOriginal(task, answer.value, attempts);
      if ("kind" in original) return original;
      const differences = await compare(task, original, current, newVersionId, attempts);
      if (!Array.isArray(differences)) return differences;
      if (differences.length > 0) return copyDiffers(differences, attempts, said, newVersionId);
    } else if (answer.kind !== "gone") return refused(answer, attempts);
  }
  const unrestored = await restoreAnnotations(task, { versionId: newVersionId, etag: current.etag }, attempts);
  if (unrestored !== undefined) return unrestored;
  const grants = await grantsToKeep(task, originalRemains);
  if ("kind" in grants) return grants;
  return withGrants(task, grants, newVersionId, attempts, said, `recognised ${contextWord(task, current)}`.trim());
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
