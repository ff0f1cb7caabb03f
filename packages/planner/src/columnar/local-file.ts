// A local Parquet file that is read once: row group after row group goes through the MD5 on its way into memory, and what lies between and behind them too. Its checksum is
// known only at the end, so whoever reads it asks for that before anything that was found in it is believed, or told as a fault of its own.
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { PARQUET_IN_MEMORY_BYTES_MAX } from "../limits.ts";
import { assertLocalSize } from "../reader/open.ts";
import type { DataFileInput } from "../reader/reader.ts";
import { assertMd5, sizeError } from "../source/verify.ts";
import type { FileBytes } from "./bytes.ts";
import { type Room, reusedRoom } from "./room.ts";

/** Small enough to be in the processor's cache when it is hashed. */
const PIECE_BYTES = 256 * 1024;
/** Of each column, where a row group is too large to be in memory. */
const READ_AHEAD_BYTES = 256 * 1024;

/** Memory of files that were read, for the next ones. */
const idle: Room[] = [];

export class LocalFile implements FileBytes {
  readonly byteLength: number;
  readonly #input: DataFileInput;
  readonly #fd: number;
  readonly #hash = createHash("md5");
  /** Bytes from the beginning that went through the hash. */
  #hashed = 0;
  /** Bytes [#start, #start + #kept.length) of the file. */
  #kept: Uint8Array = new Uint8Array(0);
  #start = 0;
  readonly #room = idle.pop() ?? reusedRoom();
  readonly #keptBytesMax: number;

  private constructor(input: DataFileInput, fd: number, keptBytesMax: number) {
    this.#input = input;
    this.#fd = fd;
    this.byteLength = input.file.size;
    this.#keptBytesMax = keptBytesMax;
  }

  /** Rejects with PlanError where there is no such file, or its size is not what the manifest says. `keptBytesMax`, for tests: of a row group in memory. */
  static async open(input: DataFileInput, path: string, keptBytesMax = PARQUET_IN_MEMORY_BYTES_MAX): Promise<LocalFile> {
    await assertLocalSize(path, input.file);
    return new LocalFile(input, openSync(path, "r"), keptBytesMax);
  }

  /** Bytes that were read for good. */
  get passed(): number {
    return this.#hashed;
  }

  get readAhead(): number {
    return this.#kept.length > 0 ? Number.POSITIVE_INFINITY : READ_AHEAD_BYTES;
  }

  /** Bytes [start, end) are read next, in any order and again and again. What was read before is gone. */
  begin(start: number, end: number): void {
    this.#kept = new Uint8Array(0);
    // What is too large, or lies before what was read already, is read from the file whenever it is asked for.
    if (start < this.#hashed || end - start > this.#keptBytesMax || end > this.byteLength) return;
    this.#hashTo(start);
    const kept = this.#room(end - start);
    for (let at = 0; at < kept.length; at += PIECE_BYTES) {
      const piece = kept.subarray(at, at + PIECE_BYTES);
      this.#readAt(start + at, piece);
      this.#hash.update(piece);
      this.#hashed += piece.length;
    }
    this.#kept = kept;
    this.#start = start;
  }

  read(start: number, end: number, room: Room): Uint8Array {
    const from = start - this.#start;
    if (from >= 0 && end - this.#start <= this.#kept.length) return this.#kept.subarray(from, end - this.#start);
    const bytes = room(end - start);
    this.#readAt(start, bytes);
    return bytes;
  }

  /** Reads what nobody asked for, and throws PlanError where the file is not what the manifest says. Once; whatever was read is believed only afterwards. */
  verify(): void {
    this.#kept = new Uint8Array(0);
    this.#hashTo(this.byteLength);
    if (readSync(this.#fd, new Uint8Array(1), 0, 1, this.byteLength) > 0)
      throw sizeError(this.#input.file, `at least ${this.byteLength + 1}`);
    assertMd5(this.#input.file, this.#hash.digest("hex"));
  }

  close(): void {
    idle.push(this.#room);
    closeSync(this.#fd);
  }

  #hashTo(end: number): void {
    if (this.#hashed >= end) return;
    const memory = this.#room(Math.min(PIECE_BYTES, end - this.#hashed));
    while (this.#hashed < end) {
      const piece = memory.subarray(0, end - this.#hashed);
      this.#readAt(this.#hashed, piece);
      this.#hash.update(piece);
      this.#hashed += piece.length;
    }
  }

  #readAt(position: number, into: Uint8Array): void {
    for (let at = 0; at < into.length; ) {
      const read = readSync(this.#fd, into, at, into.length - at, position + at);
      if (read === 0) throw sizeError(this.#input.file, String(position + at));
      at += read;
    }
  }
}
