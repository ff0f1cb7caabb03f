// A temporary file that has no name: whatever ends this process, kill -9 too, or only the thread that has it, gives its room back.
import { randomUUID } from "node:crypto";
import { openSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Its descriptor, for reading and writing; closing it is the caller's. `purpose` is part of the name that it has for a moment, in TMPDIR. Both calls are made at once
 * and on this thread, because a kill between them is the only way to leave something behind: an empty file.
 */
export function openNameless(purpose: string): number {
  const path = join(tmpdir(), `quitclaim-${purpose}-${randomUUID()}`);
  const fd = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return fd;
}
