// A folder and those above it. Not by mkdir's `recursive`: where a file system has a folder and yet answers ENOENT to whoever makes one in it (/proc, an automounter's
// root), node tries for ever.
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** Mode 0700. Rejects with the file system's error where it cannot be made, or where its name is a file's. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if (!says(error, "ENOENT") || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeOne(path);
  }
}

/** One that is there is as good. */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!says(error, "EEXIST") || !(await stat(path)).isDirectory()) throw error;
  }
}

const says = (error: unknown, code: string): boolean => error instanceof Error && "code" in error && error.code === code;
