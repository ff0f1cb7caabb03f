// What is said at the first Ctrl-C, by what a command is about.

/** Work on objects: batches are handed back. */
export const DRAINING = "stopping: what is in flight is finished first; once more to leave at once. Nothing is lost either way.";

/** Changes to the bucket: the journal would bring one that was left half-way to its end, but a bucket half-way helps nobody. */
export const FINISHED_FIRST =
  "this step is finished first, it takes seconds; once more to leave at once, and then run the same command again to finish it.";
