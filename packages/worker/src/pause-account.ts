// Why an account cannot work until somebody changes something.

/** Thrown while a batch is prepared. The message is the cause that the pause shows: what is wrong and what to do, then resume. */
export class PauseAccount extends Error {
  override readonly name = "PauseAccount";
}
