// Why a batch cannot be begun, or not gone on with: three errors that are thrown while it is prepared or worked on, and what its account does
// about each.

/** The account cannot work until somebody changes something. The message is the cause that the pause shows: what is wrong and what to do. */
export class PauseAccount extends Error {
  override readonly name = "PauseAccount";
}

/** Something outside does not answer for the moment: the batch comes back by itself. */
export class TryLater extends Error {
  override readonly name = "TryLater";
}

/** ACLs are switched off already: the bucket owner owns everything, and there is nothing to grant (domain.md 2.2). */
export class BucketEnforced extends Error {
  override readonly name = "BucketEnforced";
  constructor() {
    super("the bucket is BucketOwnerEnforced already");
  }
}
