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
  assertWithin(source, start, end, fault);
  return start === end ? new Uint8Array(0) : whole(await source.slice(start, end), end - start, fault);
}

/** The same of a source that gives its bytes at once. */
export function readRangeNow(source: ByteRanges, start: number, end: number, fault: Fault): Uint8Array {
  assertWithin(source, start, end, fault);
  if (start === end) return new Uint8Array(0);
  const slice = source.slice(start, end);
  if (slice instanceof Promise) throw new TypeError("a source that promises its bytes was asked for some at once");
  return whole(slice, end - start, fault);
}

function assertWithin(source: ByteRanges, start: number, end: number, fault: Fault): void {
  if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end && end <= source.byteLength))
    throw fault(`lies at bytes ${start} to ${end} of a file that has ${source.byteLength}`);
}

function whole(slice: ArrayBuffer | Uint8Array, length: number, fault: Fault): Uint8Array {
  const bytes = slice instanceof Uint8Array ? slice : new Uint8Array(slice);
  if (bytes.length !== length) throw fault(`only ${bytes.length} of ${length} bytes could be read`);
  return bytes;
}
