// Integers of one width packed bit by bit, the highest bits first.
import type { ByteStream } from "./byte-stream.ts";
import type { IntegerRun } from "./integer-run.ts";

/** Widths by their five-bit code. Those beyond 32 bits are of whole bytes. */
const WIDTHS = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 28, 30, 32, 40, 48, 56, 64,
] as const;

/** Widest field of which `low` has all bits. */
export const LOW_BITS = 32;

export const widthOf = (code: number): number => WIDTHS[code] as number;

/** The least width that has a code and holds `bits`; `bits` is at most 64. */
export const codedWidth = (bits: number): number => WIDTHS.find((width) => width >= bits) as number;

export const packedBytes = (count: number, width: number): number => Math.ceil((count * width) / 8);

/** Bytes that a field of 32 bits lies in, wherever in the first one it begins. */
const FIELD_BYTES = 5;

/**
 * Reads `count` unsigned integers of `width` bits into `run` from `from` on; the stream is at a whole byte before and after. Those of at most 32 bits are written to
 * `low` alone.
 */
export function unpack(stream: ByteStream, count: number, width: number, run: IntegerRun, from: number): void {
  const bytes = packedBytes(count, width);
  stream.need(bytes);
  const { at } = stream;
  stream.at += bytes;
  if (width > LOW_BITS) unpackBytes(stream, at, count, width / 8, run, from);
  else if (width === 8) for (let i = 0; i < count; i++) run.low[from + i] = stream.buffer[at + i] as number;
  else unpackBits(stream, at, count, width, run.low, from);
}

function unpackBits({ buffer, view }: ByteStream, start: number, count: number, width: number, low: Int32Array, from: number): void {
  const unused = LOW_BITS - width;
  const end = from + count;
  const last = buffer.length - FIELD_BYTES;
  let i = from;
  let at = start;
  let bit = 0;
  for (; i < end && at <= last; i++) {
    // A shift by eight would be none at all, so it is made in two.
    const rest = ((buffer[at + 4] as number) >>> 1) >>> (7 - bit);
    low[i] = ((view.getInt32(at) << bit) | rest) >>> unused;
    bit += width;
    at += bit >>> 3;
    bit &= 7;
  }
  // Behind the last ones there are no five bytes.
  for (; i < end; i++) {
    let field = 0;
    for (let j = 0; j < 4; j++) field = (field << 8) | (buffer[at + j] ?? 0);
    low[i] = ((field << bit) | (((buffer[at + 4] ?? 0) >>> 1) >>> (7 - bit))) >>> unused;
    bit += width;
    at += bit >>> 3;
    bit &= 7;
  }
}

function unpackBytes({ buffer, view }: ByteStream, start: number, count: number, bytes: number, run: IntegerRun, from: number): void {
  const { low, high } = run;
  const upper = bytes - 4;
  let at = start;
  for (let i = from; i < from + count; i++, at += bytes) {
    let word = 0;
    for (let j = 0; j < upper; j++) word = (word << 8) | (buffer[at + j] as number);
    high[i] = word;
    low[i] = view.getInt32(at + upper);
  }
}
