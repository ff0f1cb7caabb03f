// LZ4's block format (github.com/lz4/lz4, doc/lz4_Block_format.md): sequences of literals and a match. The block does not say how long it becomes.
import { copyBack, copyIn } from "./block-copy.ts";

const MATCH_BYTES_MIN = 4;
/** A length of this much in the token goes on in the bytes after it. */
const GOES_ON = 15;

/** The decompressed block. Throws where `input` is no whole block, or one of more than `bytesMax`. */
export function lz4Decompress(input: Uint8Array, bytesMax: number, fault: (reason: string) => Error): Uint8Array {
  const output = new Uint8Array(bytesMax);
  let at = 0;
  let out = 0;
  const byte = (): number => {
    if (at >= input.length) throw fault("has an LZ4 block that is cut off");
    return input[at++] as number;
  };
  const rest = (): number => {
    let length = GOES_ON;
    for (let more = 255; more === 255; length += more) more = byte();
    return length;
  };
  for (;;) {
    const token = byte();
    const literals = token >>> 4 === GOES_ON ? rest() : token >>> 4;
    if (literals > input.length - at || literals > bytesMax - out) throw fault("has an LZ4 literal that is longer than its block");
    copyIn(output, out, input, at, literals);
    at += literals;
    out += literals;
    // The last sequence has literals alone.
    if (at === input.length) return output.subarray(0, out);
    const back = byte() | (byte() << 8);
    const run = ((token & 15) === GOES_ON ? rest() : token & 15) + MATCH_BYTES_MIN;
    if (back === 0 || back > out || run > bytesMax - out) throw fault("has an LZ4 match from outside its block");
    copyBack(output, out, back, run);
    out += run;
  }
}
