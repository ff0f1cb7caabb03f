// Integers of one width packed bit by bit, the highest bits first.
import type { ByteStream } from "./byte-stream.ts";
import type { IntegerRun } from "./integer-run.ts";

/** Widths by their five-bit code. */
const WIDTHS = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 28, 30, 32, 40, 48, 56, 64,
] as const;

export const widthOf = (code: number): number => WIDTHS[code] as number;

/** The least width that has a code and holds `bits`; `bits` is at most 64. */
export const codedWidth = (bits: number): number => WIDTHS.find((width) => width >= bits) as number;

export const packedBytes = (count: number, width: number): number => Math.ceil((count * width) / 8);

/** Widest field that the loop below takes at once: 7 bits may be left over, and 31 fit. */
const FIELD_BITS_MAX = 24;

/** Reads `count` unsigned integers of `width` bits into `run` from `from` on; the stream is at a whole byte before and after. */
export function unpack(stream: ByteStream, count: number, width: number, run: IntegerRun, from: number): void {
  const bytes = packedBytes(count, width);
  stream.need(bytes);
  const { buffer } = stream;
  const { low, high } = run;
  let at = stream.at;
  stream.at += bytes;
  const end = from + count;
  high.fill(0, from, end);
  if (width === 8) {
    for (let i = from; i < end; i++) low[i] = buffer[at++] as number;
    return;
  }
  let bits = 0;
  let held = 0;
  const field = (size: number): number => {
    while (held < size) {
      bits = (bits << 8) | (buffer[at++] as number);
      held += 8;
    }
    held -= size;
    return (bits >>> held) & ((1 << size) - 1);
  };
  if (width <= FIELD_BITS_MAX) {
    const mask = (1 << width) - 1;
    for (let i = from; i < end; i++) {
      while (held < width) {
        bits = (bits << 8) | (buffer[at++] as number);
        held += 8;
      }
      held -= width;
      low[i] = (bits >>> held) & mask;
    }
    return;
  }
  const word = (size: number): number => (size <= FIELD_BITS_MAX ? field(size) : (field(size - 16) << 16) | field(16));
  for (let i = from; i < end; i++) {
    if (width > 32) high[i] = word(width - 32);
    low[i] = word(Math.min(width, 32));
  }
}
