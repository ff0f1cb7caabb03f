// Why the work on a batch ends before the batch does. Each says whether the batch goes back to its queue, and what an operator reads.
import { SessionError } from "@quitclaim/aws";
import { DamagedFile, StoreError } from "@quitclaim/campaign";
import { BucketEnforced, PauseAccount, TryLater } from "./halt.ts";

export type StopReason =
  /** Leave in good order: rows in flight finish, nothing new begins. */
  | { readonly kind: "drain" }
  /** Leave at once. */
  | { readonly kind: "leave" }
  /** The job's lock or the batch's fence is gone, or Redis has not answered for as long as a lock lives. */
  | { readonly kind: "lost"; readonly why: string }
  /** The account cannot work: pause it, with the cause. */
  | { readonly kind: "pause"; readonly cause: string }
  /** Too much of this batch was denied in a row, by an account that works elsewhere: others come first. */
  | { readonly kind: "aside"; readonly why: string }
  /** Something outside is out of reach for the moment: the batch comes back later. */
  | { readonly kind: "later"; readonly why: string }
  /** The store cannot be read or written. */
  | { readonly kind: "store"; readonly message: string }
  /** The bucket is BucketOwnerEnforced already. */
  | { readonly kind: "enforced" }
  /** Anything else, Redis's errors and faults of this program among them: the job fails with it and is tried again by its queue. */
  | { readonly kind: "error"; readonly error: unknown };

/** What an error means for its batch: what may pass brings it back, what a person has to mend pauses the account, the rest is an error. */
export function stopReasonOf(error: unknown): StopReason {
  if (error instanceof SessionError) return error.passing ? { kind: "later", why: error.message } : { kind: "pause", cause: error.message };
  if (error instanceof PauseAccount) return { kind: "pause", cause: error.message };
  if (error instanceof TryLater) return { kind: "later", why: error.message };
  if (error instanceof BucketEnforced) return { kind: "enforced" };
  // It would be as damaged in ten seconds.
  if (error instanceof DamagedFile)
    return { kind: "pause", cause: `${error.message} Nothing was marked as failed; once it is mended, resume this account.` };
  if (error instanceof StoreError) return { kind: "store", message: error.message };
  return { kind: "error", error };
}

export function describeStop(reason: StopReason): string {
  switch (reason.kind) {
    case "drain":
    case "leave":
      return "this worker leaves";
    case "lost":
    case "aside":
    case "later":
      return reason.why;
    case "pause":
      return reason.cause;
    case "store":
      return reason.message;
    case "enforced":
      return "the bucket's ACLs are switched off already";
    case "error":
      return String(reason.error);
  }
}
