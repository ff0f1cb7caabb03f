// Snappy blocks, by the kernel that decompresses Parquet's pages too.
import { newUnsnap } from "../columnar/unsnap.ts";
import type { Fault } from "./error.ts";

/** A block's length takes at most this many bytes. */
const LENGTH_BYTES_MAX = 5;
const unsnap = newUnsnap();

/** The decompressed block, good until the next call. Throws where `input` is no whole block, or one of more than `bytesMax`. */
export function snappyDecompress(input: Uint8Array, bytesMax: number, fault: Fault): Uint8Array {
  const length = readLength(input, fault);
  if (length > bytesMax) throw fault(`has a Snappy block of more than ${bytesMax} bytes`);
  const output = unsnap(input, length);
  if (output === undefined) throw fault(`has a Snappy block that is damaged, or does not become the ${length} bytes that it says`);
  return output;
}

/** The block begins with the length that it becomes, as a varint. */
function readLength(input: Uint8Array, fault: Fault): number {
  let length = 0;
  for (let at = 0; at < LENGTH_BYTES_MAX; at++) {
    const byte = input[at];
    if (byte === undefined) throw fault("has a Snappy block that is cut off");
    length += (byte & 0x7f) * 128 ** at;
    if (byte < 0x80) return length;
  }
  throw fault("has a Snappy block without a length");
}
