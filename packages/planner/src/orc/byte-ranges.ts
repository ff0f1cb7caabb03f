// A file as something of which ranges of bytes can be had; whatever lies behind it.
import type { Fault } from "./error.ts";

/** hyparquet's AsyncBuffer is one. */
export interface ByteRanges {
  readonly byteLength: number;
  /** Bytes [start, end); nobody writes to them. */
  slice(start: number, end: number): ArrayBuffer | Uint8Array | Promise<ArrayBuffer | Uint8Array>;
}

/** Bytes [start, end), all of them. A range that the file does not have is a fault; a failing read rejects with what the source says. */
export async function readRange(source: ByteRanges, start: number, end: number, fault: Fault): Promise<Uint8Array> {
  if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end && end <= source.byteLength))
    throw fault(`lies at bytes ${start} to ${end} of a file that has ${source.byteLength}`);
  if (start === end) return new Uint8Array(0);
  const slice = await source.slice(start, end);
  const bytes = slice instanceof Uint8Array ? slice : new Uint8Array(slice);
  if (bytes.length !== end - start) throw fault(`only ${bytes.length} of ${end - start} bytes could be read`);
  return bytes;
}
