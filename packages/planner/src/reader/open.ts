// The bytes of a data file, wherever it lies, on their way through the checksum.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { PlanError } from "../error.ts";
import { READ_BYTES } from "../limits.ts";
import type { DataFile } from "../source/manifest.ts";
import { sizeError, type VerifiedBytes, verified } from "../source/verify.ts";
import type { DataFileInput } from "./reader.ts";

/** Rejects with PlanError where the file is missing or has another size than its manifest says. */
export async function openDataFile(input: Pick<DataFileInput, "file" | "location" | "remote">): Promise<VerifiedBytes> {
  const { file, location } = input;
  if (location.kind === "remote") return verified(input.remote.read(location.url), file);
  await assertLocalSize(location.path, file);
  return verified(createReadStream(location.path, { highWaterMark: READ_BYTES }), file);
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
