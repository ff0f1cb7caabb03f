// Compressed bytes as a series of chunks: three bytes of length and whether the chunk was left as it is, then the chunk (ORC specification, Compression).
import { zstdDecompressSync } from "node:zlib";
import { newRoom, type Room } from "../columnar/room.ts";
import type { Fault } from "./error.ts";
import { inflateBlock } from "./inflate.ts";
import { lz4Decompress } from "./lz4.ts";
import type { Codec, Compression } from "./postscript.ts";
import { snappyDecompress } from "./snappy.ts";

const HEADER_BYTES = 3;

type Decompress = (input: Uint8Array, bytesMax: number, fault: Fault) => Uint8Array;

interface CodecFacts {
  readonly decompress: Decompress;
  /** What it gives is good only until its next call, whoever makes that. */
  readonly lends: boolean;
  /** One compressed byte never becomes more than this many: what a chunk may allocate is justified by its length in the file. */
  readonly ratioMax: number;
}

/** LZO and Brotli are refused with the postscript. */
const CODECS: Partial<Record<Codec, CodecFacts>> = {
  zlib: { decompress: inflate, lends: true, ratioMax: 1_032 },
  snappy: { decompress: snappyDecompress, lends: true, ratioMax: 24 },
  lz4: { decompress: lz4Decompress, lends: false, ratioMax: 256 },
  // A block of one repeated byte takes four and becomes 128 KiB.
  zstd: { decompress: unzstd, lends: false, ratioMax: 32_768 },
};

/** The chunks of a stream or section, decompressed one after another as they are asked for. Their headers are looked through at once: a series that does not fit its bytes is told before anything is read. */
export class Chunks {
  /** Where in the file the chunk that came last begins. */
  offset: number;
  readonly #read: (() => Uint8Array) | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #compression: Compression;
  readonly #codec: CodecFacts | undefined;
  readonly #start: number;
  readonly #faultAt: (offset: number) => Fault;
  readonly #room: Room;
  #at = 0;
  #bytesLeftMax = 0;
  #isOpen = false;

  /** `start`: where in the file `bytes` begin; what is to be read is read when it is first needed. `room`: memory for chunks, one after the other. */
  constructor(
    bytes: Uint8Array | (() => Uint8Array),
    compression: Compression,
    start: number,
    faultAt: (offset: number) => Fault,
    room: Room = newRoom,
  ) {
    this.#room = room;
    this.#compression = compression;
    this.#codec = CODECS[compression.codec];
    this.#start = start;
    this.offset = start;
    this.#faultAt = faultAt;
    if (bytes instanceof Uint8Array) this.#open(bytes);
    else this.#read = bytes;
  }

  /** More bytes than this are not to come. */
  get bytesLeftMax(): number {
    this.#ready();
    return this.#bytesLeftMax;
  }

  /** Undefined at the end. */
  next(): Uint8Array | undefined {
    this.#ready();
    const at = this.#at;
    if (at === this.#bytes.length) return undefined;
    this.offset = this.#start + at;
    if (this.#codec === undefined) {
      this.#at = this.#bytes.length;
      this.#bytesLeftMax = 0;
      return this.#bytes;
    }
    const length = this.#length(at);
    const bytesMax = this.#bytesMax(at);
    const body = this.#bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    this.#at = at + HEADER_BYTES + length;
    this.#bytesLeftMax -= bytesMax;
    if (this.#isOriginal(at)) return body;
    const { decompress, lends } = this.#codec;
    const chunk = decompress(body, bytesMax, this.#faultAt(this.offset));
    if (!lends) return chunk;
    const kept = this.#room(chunk.length);
    kept.set(chunk);
    return kept;
  }

  #ready(): void {
    if (!this.#isOpen && this.#read !== undefined) this.#open(this.#read());
  }

  #open(bytes: Uint8Array): void {
    this.#isOpen = true;
    this.#bytes = bytes;
    if (this.#codec === undefined) this.#bytesLeftMax = bytes.length;
    else for (let at = 0; at < bytes.length; at += HEADER_BYTES + this.#length(at)) this.#bytesLeftMax += this.#bytesMax(at);
  }

  #isOriginal(at: number): boolean {
    return ((this.#bytes[at] as number) & 1) === 1;
  }

  #length(at: number): number {
    const left = this.#bytes.length - at - HEADER_BYTES;
    if (left < 0) throw this.#faultAt(this.#start + at)("is cut off in the header of a compression chunk");
    const header = (this.#bytes[at] as number) | ((this.#bytes[at + 1] as number) << 8) | ((this.#bytes[at + 2] as number) << 16);
    const length = header >>> 1;
    if (length > left) throw this.#faultAt(this.#start + at)(`has a compression chunk of ${length} bytes where only ${left} are left`);
    if (length > this.#compression.blockBytes)
      throw this.#faultAt(this.#start + at)(`has a compression chunk of ${length} bytes in blocks of ${this.#compression.blockBytes}`);
    return length;
  }

  #bytesMax(at: number): number {
    const length = this.#length(at);
    return this.#isOriginal(at) ? length : Math.min(this.#compression.blockBytes, length * (this.#codec as CodecFacts).ratioMax);
  }
}

function inflate(input: Uint8Array, bytesMax: number, fault: Fault): Uint8Array {
  return byNode(() => inflateBlock(input, bytesMax), "ZLIB", bytesMax, fault);
}

function unzstd(input: Uint8Array, bytesMax: number, fault: Fault): Uint8Array {
  return byNode(() => zstdDecompressSync(input, { maxOutputLength: bytesMax }), "Zstandard", bytesMax, fault);
}

function byNode(decompress: () => Uint8Array, name: string, bytesMax: number, fault: Fault): Uint8Array {
  if (bytesMax === 0) throw fault(`has an empty ${name} block`);
  try {
    return decompress();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw fault(`has a ${name} block that cannot be decompressed (${error.message})`, error);
  }
}
