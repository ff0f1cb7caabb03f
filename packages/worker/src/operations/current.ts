// The first look of a copy: what is current under this key, as far as either account may see it.
import type { Answer, HeadFacts, Refusal } from "@quitclaim/aws";
import { headObject } from "./head.ts";
import type { Send, Task } from "./task.ts";

export type Look =
  | { readonly kind: "seen"; readonly facts: HeadFacts; readonly by: "uploader" | "owner" }
  /** Nothing is there, or a delete marker. Last answer for the ledger. */
  | { readonly kind: "refused"; readonly refusal: Refusal; readonly toBoth: boolean };

/**
 * A copy of ours belongs to the bucket owner, who does not let the uploading account read it: a denial may mean "done already", so the
 * bucket owner looks too. Where both are denied, it is the uploading account's refusal that counts.
 */
export async function lookAtCurrent(task: Task): Promise<Look> {
  const mine = await head(task, task.uploader);
  if (mine.ok) return { kind: "seen", facts: mine.value, by: "uploader" };
  if (mine.kind !== "denied") return { kind: "refused", refusal: mine, toBoth: false };
  const theirs = await head(task, task.owner);
  if (theirs.ok) return { kind: "seen", facts: theirs.value, by: "owner" };
  const toBoth = theirs.kind === "denied";
  return { kind: "refused", refusal: toBoth ? mine : theirs, toBoth };
}

async function head(task: Task, send: Send): Promise<Answer<HeadFacts>> {
  const { bucket, row } = task;
  return headObject(send, { bucket, key: row.key });
}

/**
 * Is the bucket owner the owner of the current version? Only the owner of an object sees its ACL with itself as owner. Nobody but an answered
 * owner decides it: a copy of ours that is taken for somebody else's upload would never be given its grants. Where the bucket owner is denied,
 * the uploading account may name the owner: it reads the ACL of what it uploaded anew.
 */
export async function bucketOwnerOwnsCurrent(task: Task): Promise<Answer<boolean>> {
  const { bucket, row, bucketOwner } = task;
  const ask = async (send: Send): Promise<Answer<boolean>> => {
    const { answer } = await send((calls, signal) => calls.getObjectAcl({ bucket, key: row.key }, signal));
    return answer.ok ? { ...answer, value: answer.value.ownerId === bucketOwner } : answer;
  };
  const theirs = await ask(task.owner);
  if (theirs.ok || theirs.kind !== "denied") return theirs;
  const mine = await ask(task.uploader);
  return mine.ok ? mine : theirs;
}
