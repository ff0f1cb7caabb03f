// Annotations of an object that is copied in parts. CopyObject takes them along; CompleteMultipartUpload does not (domain.md 4.2, 4.5):
// they are saved before it, put on the copy after it by the bucket owner, who owns it then, and listed again.
//
// The states of one object's annotations, and what moves them:
//   on the original only -> saved: every text, then the list; listed once more, so that none was written meanwhile
//   saved                -> on the copy too: those that it lacks are put, pinned to its ETag; listed again    (a crash in between: again)
//   on the copy          -> forgotten
// Whoever may not list them is told so before a byte is copied.
import type { Answer, HeadFacts, ListedAnnotation, ObjectAddress, Refusal } from "@quitclaim/aws";
import type { VersionId } from "@quitclaim/campaign";
import { ANNOTATIONS_IN_FLIGHT } from "../limits.ts";
import { type CopyTask, isLarge, type LookAgain } from "./copy-task.ts";
import { type Ask, asEither, asOwner } from "./either-account.ts";
import { deniedToOwner, failed, refused, type Verdict } from "./outcome.ts";

/** undefined where they can be carried over, or there are none. */
export async function annotationProblem(task: CopyTask, before: HeadFacts, attempts: number): Promise<Verdict | undefined> {
  const answer = await listAll(asEither(task), source(task, before));
  return answer.ok ? undefined : unlistable(answer, attempts);
}

/** To be called when every part is there, before the completion. undefined: saved, or there are none. Throws StoreError. */
export async function saveAnnotations(task: CopyTask, before: HeadFacts, attempts: number): Promise<Verdict | LookAgain | undefined> {
  const at = source(task, before);
  const ask = asEither(task);
  const listed = await listAll(ask, at);
  if (!listed.ok) return unread(listed, attempts);
  const wanted = listed.value;
  if (wanted.length === 0) {
    if ((await task.annotations.find(task.row)) !== undefined) await task.annotations.forget(task.row);
    return undefined;
  }
  let problem: Refusal | undefined;
  await inLanes(wanted, async ({ name }, index) => {
    if (problem !== undefined) return;
    const answer = await ask((calls, signal) => calls.getAnnotation(at, name, signal));
    if (answer.ok) await task.annotations.keep(task.row, index, answer.value);
    else problem ??= answer;
  });
  if (problem !== undefined) return unread(problem, attempts);
  const again = await listAll(ask, at);
  if (!again.ok) return unread(again, attempts);
  if (!sameLists(wanted, again.value)) return { kind: "look again", attempts, verdict: moving(attempts) };
  await task.annotations.keepList(task.row, wanted);
  return undefined;
}

/** undefined where the copy has every annotation that was saved. Safe to do twice. Throws StoreError. */
export async function restoreAnnotations(
  task: CopyTask,
  copy: { readonly versionId: VersionId | undefined; readonly etag: string },
  attempts: number,
): Promise<Verdict | undefined> {
  const saved = isLarge(task) ? await task.annotations.find(task.row) : undefined;
  if (saved === undefined) return undefined;
  const { bucket, row } = task;
  const at = copy.versionId === undefined ? { bucket, key: row.key } : { bucket, key: row.key, versionId: copy.versionId };
  const there = await listAll(asOwner(task), at);
  if (!there.ok) return notRestored(there, attempts, copy.versionId);
  const missing = lacking(saved, there.value);
  let problem: Refusal | undefined;
  await inLanes(missing, async (one) => {
    if (problem !== undefined) return;
    const annotation = await task.annotations.read(row, saved.indexOf(one));
    const { answer } = await task.owner((calls, signal) => calls.putAnnotation(at, one.name, annotation, copy.etag, signal));
    if (!answer.ok) problem ??= answer;
  });
  if (problem !== undefined) return notRestored(problem, attempts, copy.versionId);
  if (missing.length > 0) {
    const after = await listAll(asOwner(task), at);
    if (!after.ok) return notRestored(after, attempts, copy.versionId);
    const lost = lacking(saved, after.value).map(({ name }) => JSON.stringify(name));
    if (lost.length > 0)
      return failed("AnnotationsNotRestored", `The copy was made, but lacks the annotations ${lost.join(", ")}. ${RETRY}`, attempts, after);
  }
  await task.annotations.forget(row);
  return undefined;
}

function source({ bucket, row }: CopyTask, before: HeadFacts): ObjectAddress {
  return before.versionId === undefined ? { bucket, key: row.key } : { bucket, key: row.key, versionId: before.versionId };
}

/** A server without annotations has none. */
async function listAll(ask: Ask, at: ObjectAddress): Promise<Answer<ListedAnnotation[]>> {
  const found: ListedAnnotation[] = [];
  for (let after: string | undefined; ; ) {
    const from = after;
    const answer = await ask((calls, signal) => calls.listAnnotations(at, from, signal));
    if (!answer.ok) {
      const none = answer.code === "NotImplemented" || answer.code === "MethodNotAllowed";
      return none ? { ok: true, value: [], httpStatus: answer.httpStatus, requestId: answer.requestId } : answer;
    }
    found.push(...answer.value.annotations);
    if (answer.value.next === undefined) return { ...answer, value: found };
    after = answer.value.next;
  }
}

const lacking = (wanted: readonly ListedAnnotation[], there: readonly ListedAnnotation[]): ListedAnnotation[] =>
  wanted.filter((one) => !there.some(({ name, size }) => name === one.name && size === one.size));

const sameLists = (one: readonly ListedAnnotation[], other: readonly ListedAnnotation[]): boolean =>
  one.length === other.length && one.every((a) => other.some((b) => b.name === a.name && b.size === a.size && b.etag === a.etag));

/** Comes back only when none of its calls is under way any more. */
async function inLanes<T>(all: readonly T[], act: (one: T, index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < all.length; index = next++) await act(all[index] as T, index);
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(ANNOTATIONS_IN_FLIGHT, all.length) }, lane));
  for (const end of ended) if (end.status === "rejected") throw end.reason;
}

function unlistable(answer: Refusal, attempts: number): Verdict {
  if (answer.kind !== "denied") return refused(answer, attempts);
  return failed(
    "AnnotationsUnknown",
    "Whether it has annotations, which a copy in parts leaves behind, may not be asked: allow s3:ListObjectAnnotations and s3:GetObjectAnnotation to this account's role, then retry.",
    attempts,
    answer,
  );
}

/** An annotation that went between the list and the look is no reason to fail. */
function unread(answer: Refusal, attempts: number): Verdict | LookAgain {
  const again = answer.kind === "transient" || answer.code === "NoSuchAnnotation";
  const verdict = unlistable(answer, attempts);
  return again ? { kind: "look again", attempts, verdict } : verdict;
}

const moving = (attempts: number): Verdict =>
  failed("AnnotationsMoving", "Its annotations are being written while it is copied. Retry when that is over.", attempts);

const RETRY = "They are kept in the store, and a retry does only what is missing.";

const notRestored = (answer: Refusal, attempts: number, versionId: VersionId | undefined): Verdict =>
  deniedToOwner(
    failed(
      "AnnotationsNotRestored",
      `The copy was made, but its annotations could not be put on it (${answer.code}: ${answer.message}). Allow s3:ListObjectAnnotations and s3:PutObjectAnnotation to the bucket owner's role. ${RETRY}`,
      attempts,
      answer,
      versionId,
    ),
    answer,
    "s3:ListObjectAnnotations or s3:PutObjectAnnotation",
  );
