// LZ4's block format (github.com/lz4/lz4, doc/lz4_Block_format.md): sequences of literals and a match. The block does not say how long it becomes.
import type { Fault } from "./error.ts";
import { copyBack } from "./snappy.ts";

const MATCH_BYTES_MIN = 4;

/** The decompressed block. Throws where `input` is no whole block, or one of more than `bytesMax`. */
export function lz4Decompress(input: Uint8Array, bytesMax: number, fault: Fault): Uint8Array {
  const output = new Uint8Array(bytesMax);
  let at = 0;
  let out = 0;
  const byte = (): number => {
    if (at >= input.length) throw fault("has an LZ4 block that is cut off");
    return input[at++] as number;
  };
  const extended = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    for (let more = 255; more === 255; ) {
      more = byte();
      length += more;
    }
    return length;
  };
  for (;;) {
    const token = byte();
    const literals = extended(token >>> 4);
    if (literals > input.length - at || literals > bytesMax - out) throw fault("has an LZ4 literal that is longer than its block");
    output.set(input.subarray(at, at + literals), out);
    at += literals;
    out += literals;
    // The last sequence has literals alone.
    if (at === input.length) return output.subarray(0, out);
    const back = byte() | (byte() << 8);
    const run = extended(token & 15) + MATCH_BYTES_MIN;
    if (back === 0 || back > out || run > bytesMax - out) throw fault("has an LZ4 match from outside its block");
    out = copyBack(output, out, back, run);
  }
}
