// Object Lock as a copy has to restate it. HEAD leaves retention and legal hold out for whoever may not read them, which looks like an object
// without a lock: in a bucket that has Object Lock they are asked for by name, and who may not ask is told so instead of unlocking an object.
import type { Answer, HeadFacts, ObjectAddress, Refusal } from "@quitclaim/aws";
import type { CopyTask } from "./copy-task.ts";
import { type Ask, asEither, asOwner } from "./either-account.ts";
import { deniedToOwner, failed, refused, type Verdict } from "./outcome.ts";

interface Missing {
  readonly refusal: Refusal;
  readonly permission: string;
}

/** The facts with the lock that HEAD left out; a verdict where nobody may ask for it. Nothing has been sent yet, or the original remains. */
export async function lockOfOriginal(task: CopyTask, seen: HeadFacts, attempts: number): Promise<HeadFacts | Verdict> {
  const { bucket, row } = task;
  // Without versions there is no Object Lock.
  if (seen.versionId === undefined) return seen;
  const inBucket = await task.bucketLock.read();
  if (inBucket === "none") return seen;
  const found = await complete(asEither(task), { bucket, key: row.key, versionId: seen.versionId }, seen, { retention: true, hold: true });
  if (!("refusal" in found)) return found;
  const { refusal, permission } = found;
  if (refusal.kind !== "denied") return refused(refusal, attempts);
  const elsewhere =
    inBucket === "unknown"
      ? " Where the bucket has no Object Lock, s3:GetBucketObjectLockConfiguration for the bucket owner's role is enough to know it."
      : "";
  return failed(
    "LockUnknown",
    `Whether Object Lock protects it may not be asked, and a copy made blindly would be unlocked: allow ${permission} to this account's role, then retry.${elsewhere}`,
    attempts,
    refusal,
  );
}

/** The facts of the copy with what was asked for and HEAD does not show the bucket owner; a verdict where the bucket owner may not ask. */
export async function lockOfCopy(
  task: CopyTask,
  asked: HeadFacts["lock"],
  seen: HeadFacts,
  at: ObjectAddress,
  attempts: number,
): Promise<HeadFacts | Verdict> {
  const wanted = { retention: asked?.mode !== undefined, hold: asked?.legalHold === "ON" };
  const found = await complete(asOwner(task), at, seen, wanted);
  if (!("refusal" in found)) return found;
  const { refusal, permission } = found;
  if (refusal.kind !== "denied") return refused(refusal, attempts);
  const problem = failed(
    "LockUnknown",
    `The copy was made under Object Lock, and whether it has it may not be asked: allow ${permission} to the bucket owner's role, then retry, which does not copy again.`,
    attempts,
    refusal,
  );
  return deniedToOwner(problem, refusal, permission);
}

async function complete(
  ask: Ask,
  at: ObjectAddress,
  seen: HeadFacts,
  wanted: { readonly retention: boolean; readonly hold: boolean },
): Promise<HeadFacts | Missing> {
  let lock = seen.lock;
  if (wanted.retention && lock?.mode === undefined) {
    const answer = await ask((calls, signal) => calls.getRetention(at, signal));
    if (answer.ok) lock = { ...lock, ...answer.value };
    else if (!hasNone(answer)) return { refusal: answer, permission: "s3:GetObjectRetention" };
  }
  if (wanted.hold && lock?.legalHold === undefined) {
    const answer = await ask((calls, signal) => calls.getLegalHold(at, signal));
    if (answer.ok && answer.value === "ON") lock = { ...lock, legalHold: "ON" };
    else if (!answer.ok && !hasNone(answer)) return { refusal: answer, permission: "s3:GetObjectLegalHold" };
  }
  return lock === undefined ? seen : { ...seen, lock };
}

/** The object has none, the bucket has none, or the server knows of none. */
const hasNone = ({ code, message }: Exclude<Answer<unknown>, { ok: true }>): boolean =>
  code === "NoSuchObjectLockConfiguration" ||
  code === "NotImplemented" ||
  (code === "InvalidRequest" && /missing Object Lock/i.test(message));
