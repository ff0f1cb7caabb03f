// The decompressed bytes of one stream or section, in order, chunk boundaries unseen. Whoever reads past the end gets the fault, with the place.
import type { Room } from "../columnar/room.ts";
import { Chunks } from "./compression.ts";
import { type Fault, faultAt, OrcError, type Place } from "./error.ts";
import { SECTION_BYTES_MAX } from "./limits.ts";
import type { Compression } from "./postscript.ts";

const EMPTY = new Uint8Array(0);
const EMPTY_VIEW = new DataView(EMPTY.buffer);

export interface StreamBytes {
  /** Compressed, as they lie in the file, or how to read them; undefined where the stream does not exist. */
  readonly bytes: Uint8Array | (() => Uint8Array) | undefined;
  /** Where in the file. */
  readonly offset: number;
}

export class ByteStream {
  /** Decompressed bytes [at, end) are at hand; decoders read them directly after {@link need}, four at a time through the view of the same bytes. */
  buffer: Uint8Array = EMPTY;
  view: DataView = EMPTY_VIEW;
  at = 0;
  end = 0;
  readonly #file: string;
  readonly #place: Place;
  readonly #missing: boolean;
  readonly #chunks: Chunks;

  /** Where there is a `room`, bytes are good only until the stream goes on to the next chunk, which may become decompressed in the same memory. */
  constructor(source: StreamBytes, compression: Compression, file: string, place: Place, room?: Room) {
    this.#file = file;
    this.#place = place;
    this.#missing = source.bytes === undefined;
    this.#chunks = new Chunks(source.bytes ?? EMPTY, compression, source.offset, (offset) => faultAt(file, { ...place, offset }), room);
  }

  /** The error for what is wrong about here. */
  fault(reason: string): OrcError {
    if (this.#missing) return new OrcError(this.#file, this.#place, "is missing, though there are values that need it");
    return new OrcError(this.#file, { ...this.#place, offset: this.#chunks.offset }, reason);
  }

  /** The next byte. */
  byte(): number {
    if (this.at === this.end) this.need(1);
    return this.buffer[this.at++] as number;
  }

  /** The byte after the next `ahead`, which stay where they are. */
  peek(ahead: number): number {
    this.need(ahead + 1);
    return this.buffer[this.at + ahead] as number;
  }

  /** Steps over the next `count` bytes. */
  skip(count: number): void {
    let left = count;
    for (; left > this.end - this.at; this.#setBuffer(this.#nextChunk(left))) left -= this.end - this.at;
    this.at += left;
  }

  /** Sees to it that `count` bytes are at hand in one piece. */
  need(count: number): void {
    if (this.end - this.at >= count) return;
    this.#assertLeft(count);
    // A copy: what passes is gone with the next chunk.
    let whole = new Uint8Array(this.buffer.subarray(this.at, this.end));
    do {
      const chunk = this.#nextChunk(count - whole.length);
      if (whole.length === 0 && chunk.length >= count) {
        this.#setBuffer(chunk);
        return;
      }
      whole = joined(whole, chunk);
    } while (whole.length < count);
    this.#setBuffer(whole);
  }

  /** The next `count` bytes: a view where they lie in one chunk, a copy where they do not. */
  take(count: number): Uint8Array {
    if (this.end - this.at >= count) {
      this.at += count;
      return this.buffer.subarray(this.at - count, this.at);
    }
    this.#assertLeft(count);
    const out = new Uint8Array(count);
    for (let filled = 0; ; ) {
      const part = Math.min(count - filled, this.end - this.at);
      out.set(this.buffer.subarray(this.at, this.at + part), filled);
      this.at += part;
      filled += part;
      if (filled === count) return out;
      this.#setBuffer(this.#nextChunk(count - filled));
    }
  }

  /** Whether every byte was read. */
  exhausted(): boolean {
    while (this.at === this.end) {
      const chunk = this.#chunks.next();
      if (chunk === undefined) return true;
      this.#setBuffer(chunk);
    }
    return false;
  }

  #setBuffer(bytes: Uint8Array): void {
    this.buffer = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
    this.end = bytes.length;
  }

  #nextChunk(wanted: number): Uint8Array {
    const chunk = this.#chunks.next();
    if (chunk === undefined) throw this.#tooShort(wanted);
    return chunk;
  }

  /** Before memory is asked for: what the file has left must be able to become that much. */
  #assertLeft(count: number): void {
    const left = this.end - this.at + this.#chunks.bytesLeftMax;
    if (count > left) throw this.#tooShort(count - left);
  }

  #tooShort(missing: number): OrcError {
    return this.fault(`ends too early, at least ${missing} more ${missing === 1 ? "byte is" : "bytes are"} needed`);
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** All bytes of a footer, metadata or stripe footer, decompressed. `offset`: where in the file it begins. */
export function sectionBytes(bytes: Uint8Array, offset: number, compression: Compression, file: string, place: Place): Uint8Array {
  const fault: Fault = faultAt(file, { ...place, offset });
  const chunks = new Chunks(bytes, compression, offset, (at) => faultAt(file, { ...place, offset: at }));
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let chunk = chunks.next(); chunk !== undefined; chunk = chunks.next()) {
    parts.push(chunk);
    length += chunk.length;
    if (length > SECTION_BYTES_MAX) throw fault(`has more than ${SECTION_BYTES_MAX} bytes`);
  }
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts, length);
}
