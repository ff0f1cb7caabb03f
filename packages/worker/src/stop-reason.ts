// Why the work on a batch ends before the batch does. Each says whether the batch goes back to its queue, and what an operator reads.

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
