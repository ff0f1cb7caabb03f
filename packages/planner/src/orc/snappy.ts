// Snappy's raw block format (github.com/google/snappy, format_description.txt): literals, and copies of what was already written.
import { copyBack, copyIn } from "./block-copy.ts";
import type { Fault } from "./error.ts";

/** A length that is not in the tag itself takes up to four bytes after it. */
const EXTRA_BYTES_MAX = 4;

/** The decompressed block. Throws where `input` is no whole block, or one of more than `bytesMax`. */
export function snappyDecompress(input: Uint8Array, bytesMax: number, fault: Fault): Uint8Array {
  const { length, at: start } = readLength(input, bytesMax, fault);
  const output = new Uint8Array(length);
  let at = start;
  let out = 0;
  while (at < input.length) {
    const tag = input[at++] as number;
    const kind = tag & 3;
    const short = tag >>> 2;
    const extra = kind === 0 ? Math.max(0, short - 59) : kind === 3 ? EXTRA_BYTES_MAX : kind;
    if (extra > input.length - at) throw fault("has a Snappy block that is cut off");
    // Four bytes with the highest bit set become negative, which the bounds below refuse like any other length that no block has.
    let number = 0;
    for (let i = extra - 1; i >= 0; i--) number = (number << 8) | (input[at + i] as number);
    at += extra;
    if (kind === 0) {
      const run = (extra === 0 ? short : number) + 1;
      if (run < 1 || run > input.length - at || run > length - out) throw fault("has a Snappy literal that is longer than its block");
      copyIn(output, out, input, at, run);
      at += run;
      out += run;
    } else {
      const run = kind === 1 ? (short & 7) + 4 : short + 1;
      const back = kind === 1 ? ((tag >>> 5) << 8) | number : number;
      if (back < 1 || back > out || run > length - out) throw fault("has a Snappy copy from outside its block");
      copyBack(output, out, back, run);
      out += run;
    }
  }
  if (out !== length) throw fault(`has a Snappy block of ${out} bytes that says it has ${length}`);
  return output;
}

/** The block begins with the length that it becomes, as a varint. */
function readLength(input: Uint8Array, bytesMax: number, fault: Fault): { length: number; at: number } {
  let length = 0;
  for (let at = 0; at < input.length; at++) {
    const byte = input[at] as number;
    length += (byte & 0x7f) * 128 ** at;
    if (length > bytesMax) throw fault(`has a Snappy block of more than ${bytesMax} bytes`);
    if (byte < 0x80) return { length, at: at + 1 };
    if (at === EXTRA_BYTES_MAX) throw fault("has a Snappy block without a length");
  }
  throw fault("has a Snappy block that is cut off");
}
