// The first look of a copy: what is current under this key, as far as either account may see it.
import type { Answer, HeadFacts, Refusal } from "@quitclaim/aws";
import { headObject } from "./head.ts";
import type { Send, Task } from "./task.ts";

export type Look =
  | { readonly kind: "seen"; readonly facts: HeadFacts; readonly by: "uploader" | "owner" }
  /** Nothing is there, or a delete marker. Last answer for the ledger. */
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * A copy of ours belongs to the bucket owner, who does not let the uploading account read it: a denial may mean "done already", so the
 * bucket owner looks too. Where both are refused, it is the uploading account's refusal that counts.
 */
export async function lookAtCurrent(task: Task): Promise<Look> {
  const mine = await head(task, task.uploader);
  if (mine.ok) return { kind: "seen", facts: mine.value, by: "uploader" };
  if (mine.kind !== "denied") return { kind: "refused", refusal: mine };
  const theirs = await head(task, task.owner);
  if (theirs.ok) return { kind: "seen", facts: theirs.value, by: "owner" };
  return { kind: "refused", refusal: theirs.kind === "gone" ? theirs : mine };
}

async function head(task: Task, send: Send): Promise<Answer<HeadFacts>> {
  const { bucket, row } = task;
  return headObject(send, { bucket, key: row.key });
}

/** Is the bucket owner the owner of the current version? Only the owner of an object sees its ACL with itself as owner. */
export async function bucketOwnerOwnsCurrent(task: Task): Promise<boolean> {
  const { bucket, row, bucketOwner } = task;
  const { answer } = await task.owner((calls, signal) => calls.getObjectAcl({ bucket, key: row.key }, signal));
  return answer.ok && answer.value.ownerId === bucketOwner;
}
