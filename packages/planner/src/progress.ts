// How far the reading of a report is.
import type { Manifest } from "./source/manifest.ts";

export interface PlanProgress {
  readonly filesDone: number;
  readonly files: number;
  /** Compressed bytes read, and of all data files. */
  readonly bytesDone: number;
  readonly bytes: number;
  /** Rows seen so far. */
  readonly rows: number;
}

/** Sums what is known of each file: its number, bytes read and rows seen. */
export function progressOf(
  manifest: Manifest,
  onProgress: ((progress: PlanProgress) => void) | undefined,
): (index: number, bytes: number, rows: number) => void {
  const bytesOf = manifest.files.map(() => 0);
  const rowsOf = manifest.files.map(() => 0);
  const totalBytes = manifest.files.reduce((a, file) => a + file.size, 0);
  let bytesDone = 0;
  let rowsDone = 0;
  let filesDone = 0;
  return (index, bytes, rows) => {
    const size = manifest.files[index]?.size ?? 0;
    const before = bytesOf[index] ?? 0;
    bytesDone += bytes - before;
    rowsDone += rows - (rowsOf[index] ?? 0);
    if (bytes === size && before < size) filesDone++;
    bytesOf[index] = bytes;
    rowsOf[index] = rows;
    onProgress?.({ filesDone, files: manifest.files.length, bytesDone, bytes: totalBytes, rows: rowsDone });
  };
}
