// A file's bytes by place: its end is read once and kept, everything else when it is asked for.
import { type ByteRanges, readRange, readRangeNow } from "./byte-ranges.ts";
import { sectionBytes } from "./byte-stream.ts";
import { type Fault, faultAt, OrcError, type Place } from "./error.ts";
import { TAIL_BYTES } from "./limits.ts";
import type { Compression } from "./postscript.ts";

/** A footer, or metadata: what it says, and the error for what is wrong with it. */
export interface Section {
  readonly bytes: Uint8Array;
  readonly fault: Fault;
}

export class FileBytes {
  /** What errors call the file. */
  readonly name: string;
  /** Of the file. */
  readonly length: number;
  readonly #source: ByteRanges;
  readonly #tail: Uint8Array;

  private constructor(source: ByteRanges, name: string, tail: Uint8Array) {
    this.name = name;
    this.length = source.byteLength;
    this.#source = source;
    this.#tail = tail;
  }

  static async open(source: ByteRanges, name: string): Promise<FileBytes> {
    if (source.byteLength === 0) throw new OrcError(name, {}, "is empty; even an ORC file without rows is not");
    const start = Math.max(0, source.byteLength - TAIL_BYTES);
    return new FileBytes(source, name, await readRange(source, start, source.byteLength, faultAt(name, {})));
  }

  /** Bytes [start, end). */
  async read(start: number, end: number, place: Place): Promise<Uint8Array> {
    return this.#ofTail(start, end) ?? readRange(this.#source, start, end, faultAt(this.name, { ...place, offset: start }));
  }

  /** The same at once, where the source can. */
  readNow(start: number, end: number, place: Place): Uint8Array {
    return this.#ofTail(start, end) ?? readRangeNow(this.#source, start, end, faultAt(this.name, { ...place, offset: start }));
  }

  #ofTail(start: number, end: number): Uint8Array | undefined {
    const tailStart = this.length - this.#tail.length;
    return start >= tailStart && start <= end && end <= this.length ? this.#tail.subarray(start - tailStart, end - tailStart) : undefined;
  }

  /** Bytes [start, end), decompressed. */
  async section(start: number, end: number, compression: Compression, place: Place): Promise<Section> {
    const bytes = sectionBytes(await this.read(start, end, place), start, compression, this.name, place);
    return { bytes, fault: faultAt(this.name, { ...place, offset: start }) };
  }
}
