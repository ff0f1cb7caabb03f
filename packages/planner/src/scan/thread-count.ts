// How many scanning threads a report is worth: a thread takes a fifth of a second to start, in which another reads megabytes.
import { availableParallelism } from "node:os";
import { THREAD_BYTES_MIN } from "../limits.ts";

/** One for each processor, but none for less than THREAD_BYTES_MIN of the report; at least one. `size`: bytes, compressed. */
export function threadCount(files: readonly { readonly size: number }[], processors = availableParallelism()): number {
  const bytes = files.reduce((total, { size }) => total + size, 0);
  return Math.max(1, Math.min(processors, Math.floor(bytes / THREAD_BYTES_MIN)));
}
