// The one way work on a batch ends from outside: the process leaves, the lock or the fence is lost, or the account is paused.

/** Thrown at the point where the next request would have been sent. It says nothing about the object: nobody may note it. */
export class Stopped extends Error {
  override readonly name = "Stopped";
  constructor() {
    super("the work on this batch was stopped");
  }
}
