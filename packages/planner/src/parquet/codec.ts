// A page's bytes out of their compression. What a page says it becomes is believed only as far as its own bytes can back it.
import { brotliDecompressSync, unzipSync, zstdDecompressSync } from "node:zlib";
import type { CompressionCodec } from "hyparquet";
import type { Unsnap } from "../columnar/unsnap.ts";
import { PlanError } from "../error.ts";
import { lz4Decompress } from "../orc/lz4.ts";
import type { Fault } from "./fault.ts";

/** Pages are about 1 MiB; some writers make one for each row group. */
export const PAGE_BYTES_MAX = 256 * 1024 * 1024;

interface Codec {
  /** One compressed byte never becomes more than this many. */
  readonly ratioMax: number;
  /** undefined: the input is damaged, and that is all that is known. */
  readonly decompress: (input: Uint8Array, bytes: number, fault: Fault, unsnap: Unsnap) => Uint8Array | undefined;
}

/** Most pages become no more than this many times as long; zlib then needs one piece of memory for its output. */
const USUAL_RATIO = 8;
const PIECE_BYTES_MIN = 1 << 20;

const byNode = (input: Uint8Array, bytes: number): { maxOutputLength: number; chunkSize: number } => ({
  // zlib takes no limit below one byte and no piece below 64.
  maxOutputLength: Math.max(1, bytes),
  chunkSize: Math.max(64, Math.min(bytes, Math.max(PIECE_BYTES_MIN, input.length * USUAL_RATIO))),
});

const CODECS: Partial<Record<CompressionCodec, Codec>> = {
  SNAPPY: { ratioMax: 24, decompress: (input, bytes, _, unsnap) => unsnap(input, bytes) },
  GZIP: { ratioMax: 1_032, decompress: (input, bytes) => unzipSync(input, byNode(input, bytes)) },
  // A block of one repeated byte takes four and becomes 128 KiB.
  ZSTD: { ratioMax: 32_768, decompress: (input, bytes) => zstdDecompressSync(input, byNode(input, bytes)) },
  BROTLI: { ratioMax: PAGE_BYTES_MAX, decompress: (input, bytes) => brotliDecompressSync(input, byNode(input, bytes)) },
  LZ4_RAW: { ratioMax: 256, decompress: lz4Decompress },
};

/** `bytes` of them, or an error. The answer may be `input` itself, or what `unsnap` gives. */
export function decompressPage(codec: CompressionCodec, input: Uint8Array, bytes: number, unsnap: Unsnap, fault: Fault): Uint8Array {
  if (codec === "UNCOMPRESSED") {
    if (input.length !== bytes) throw fault(`has an uncompressed page of ${input.length} bytes that says it has ${bytes}`);
    return input;
  }
  const known = CODECS[codec];
  if (known === undefined) throw fault(`is compressed with ${codec}, which cannot be read`);
  if (bytes === 0 && input.length === 0) return input;
  if (bytes > PAGE_BYTES_MAX || bytes > (input.length + 1) * known.ratioMax)
    throw fault(`has a page of ${input.length} bytes that says it becomes ${bytes}`);
  let output: Uint8Array | undefined;
  try {
    output = known.decompress(input, bytes, fault, unsnap);
  } catch (error) {
    if (error instanceof PlanError || !(error instanceof Error)) throw error;
    throw fault(`has a ${codec} page that cannot be decompressed (${error.message})`, error);
  }
  if (output === undefined) throw fault(`has a ${codec} page that is damaged, or does not become the ${bytes} bytes that it says`);
  if (output.length !== bytes) throw fault(`has a ${codec} page of ${output.length} bytes that says it has ${bytes}`);
  return output;
}
