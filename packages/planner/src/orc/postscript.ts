// The postscript: the last bytes of an ORC file, never compressed. It says how everything else is compressed and where the footer begins.

import type { Fault } from "./error.ts";
import { BLOCK_BYTES_MAX } from "./limits.ts";
import { Message } from "./protobuf.ts";

export type Codec = "none" | "zlib" | "snappy" | "lzo" | "lz4" | "zstd" | "brotli";
const CODECS: readonly Codec[] = ["none", "zlib", "snappy", "lzo", "lz4", "zstd", "brotli"];

export interface Compression {
  readonly codec: Codec;
  /** No chunk is larger than this once decompressed. */
  readonly blockBytes: number;
}

export interface PostScript {
  /** Bytes, compressed. */
  readonly footerLength: number;
  /** Bytes, compressed. */
  readonly metadataLength: number;
  readonly compression: Compression;
  /** Counts the writer's mended faults; see statistics.ts. */
  readonly writerVersion: number;
}

/** Format versions whose files this reader understands; a file without one is from before versions were written. */
const VERSIONS = ["", "0.11", "0.12"];

/** `bytes`: the postscript alone. */
export function parsePostScript(bytes: Uint8Array, fault: Fault): PostScript {
  const message = new Message(bytes, fault);
  let footerLength = 0;
  let metadataLength = 0;
  let codecNumber = 0;
  let blockBytes = 256 * 1024;
  let writerVersion = 0;
  let magic = "";
  const version: number[] = [];
  while (message.next()) {
    if (message.field === 1) footerLength = message.uint();
    else if (message.field === 2) codecNumber = message.uint();
    else if (message.field === 3) blockBytes = message.uint();
    else if (message.field === 4) message.uints(version);
    else if (message.field === 5) metadataLength = message.uint();
    else if (message.field === 6) writerVersion = message.uint();
    else if (message.field === 8000) magic = message.text();
  }
  // The first writers left the magic out here; the file's header has it in any case.
  if (magic !== "ORC" && magic !== "") throw fault(`has the magic ${JSON.stringify(magic)} where "ORC" is expected`);
  if (!VERSIONS.includes(version.join(".")))
    throw fault(`is in the ORC format ${version.join(".")}, which is not known; known are 0.11 and 0.12`);
  const codec = CODECS[codecNumber];
  if (codec === undefined) throw fault(`names the compression number ${codecNumber}, which is not known`);
  if (codec === "lzo" || codec === "brotli") throw fault(`is compressed with ${codec}, which cannot be read; S3 Inventory writes zlib`);
  if (codec !== "none" && (blockBytes < 1 || blockBytes > BLOCK_BYTES_MAX))
    throw fault(`says that it has compression blocks of ${blockBytes} bytes; at most ${BLOCK_BYTES_MAX} are possible`);
  return { footerLength, metadataLength, compression: { codec, blockBytes }, writerVersion };
}
