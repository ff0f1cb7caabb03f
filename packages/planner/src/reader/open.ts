// The bytes of a data file, wherever it lies, on their way through the checksum.
import { open, stat } from "node:fs/promises";
import { PlanError } from "../error.ts";
import { READ_BYTES } from "../limits.ts";
import type { DataFile } from "../source/manifest.ts";
import { sizeError, type VerifiedBytes, verified } from "../source/verify.ts";
import type { DataFileInput } from "./reader.ts";

/** Rejects with PlanError where the file is missing or has another size than its manifest says. A piece of its bytes is good until the next one is asked for. */
export async function openDataFile(input: Pick<DataFileInput, "file" | "location" | "remote">): Promise<VerifiedBytes> {
  const { file, location } = input;
  if (location.kind === "remote") return verified(input.remote.read(location.url), file);
  await assertLocalSize(location.path, file);
  return verified(pieces(location.path), file);
}

/** Memory of files that were read, for the next ones. */
const idle: (readonly [Buffer, Buffer])[] = [];

/** Through two pieces of memory by turns, for one file after another: the collector would let them pile up by the dozen. One is read from while the other is filled. */
async function* pieces(path: string): AsyncGenerator<Uint8Array, void> {
  const handle = await open(path, "r");
  const memory = idle.pop() ?? ([Buffer.allocUnsafeSlow(READ_BYTES), Buffer.allocUnsafeSlow(READ_BYTES)] as const);
  const fill = (turn: 0 | 1): Promise<{ readonly bytesRead: number }> => {
    const filled = handle.read(memory[turn], 0, READ_BYTES);
    // Told when its turn comes, or to nobody where nobody asks any more.
    filled.catch(() => undefined);
    return filled;
  };
  let coming = fill(0);
  try {
    for (let turn: 0 | 1 = 0; ; turn = turn === 0 ? 1 : 0) {
      const { bytesRead } = await coming;
      if (bytesRead === 0) return;
      coming = fill(turn === 0 ? 1 : 0);
      yield memory[turn].subarray(0, bytesRead);
    }
  } finally {
    await Promise.allSettled([coming]);
    idle.push(memory);
    await handle.close();
  }
}

/** Before anything is read: the plainest of faults is told first. */
export async function assertLocalSize(path: string, file: DataFile): Promise<void> {
  let size: number;
  try {
    size = (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) throw missingFile(file, path);
    throw error;
  }
  if (size !== file.size) throw sizeError(file, String(size));
}

export function missingFile(file: DataFile, where: string, cause?: unknown): PlanError {
  return new PlanError(
    "data-file-missing",
    `The data file ${file.key} of the report does not exist (looked for ${where}). A lifecycle rule may have deleted it, or the copy of the report is not whole: fetch it again, or plan from another report.`,
    cause === undefined ? undefined : { cause },
  );
}
