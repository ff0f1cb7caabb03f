// A gzip file of one or more members (RFC 1952) as text in the kernel's memory. A stream that ends early, or has other bytes after its end, is an error and never a
// shorter report.
import { crc32 } from "node:zlib";
import { PlanError } from "../error.ts";
import { GZIP_HEADER_BYTES_MAX, INFLATED_PIECE_BYTES } from "../limits.ts";
import type { DataFile } from "../source/manifest.ts";
import { gzipHeaderBytes } from "./gzip-header.ts";
import type { Kernel } from "./kernel.ts";

const TRAILER_BYTES = 8;
type Place = "header" | "stream" | "trailer";

export class Gunzip {
  readonly #kernel: Kernel;
  readonly #file: DataFile;
  #place: Place = "header";
  #members = 0;
  #crc = 0;
  #length = 0;
  /** Bytes of the file that were taken. */
  #taken = 0;
  #isWhole = false;
  #from: number;
  #limit: number;

  constructor(kernel: Kernel, file: DataFile) {
    this.#kernel = kernel;
    this.#file = file;
    this.#from = kernel.exports.beginText();
    this.#limit = this.#from + INFLATED_PIECE_BYTES;
  }

  /** Where the text begins that nobody has read. */
  get from(): number {
    return this.#from;
  }

  /** Where the text ends. */
  get end(): number {
    return this.#kernel.exports.written.value;
  }

  /** Takes bytes of the file from `at` on, and answers where those begin that it has no room for yet. Inflate what there is before the next call. */
  take(piece: Uint8Array, at: number): number {
    const { exports, memory, constants } = this.#kernel;
    const to = exports.roomForInput();
    const bytes = piece.subarray(at, at + constants.INPUT + constants.INPUT_BYTES - to);
    memory.set(bytes, to);
    exports.inputCame(bytes.length);
    this.#taken += bytes.length;
    return at + bytes.length;
  }

  /** There is no more than what was taken. */
  finish(): void {
    this.#isWhole = true;
    this.#kernel.exports.inputIsWhole();
  }

  /** Adds to the text: true where there is a piece of it to be read, false where more bytes are needed, or the file is at its end. Throws PlanError. */
  inflate(): boolean {
    const { exports, memory, constants } = this.#kernel;
    for (;;) {
      if (this.#place === "header" && !this.#beginMember()) return false;
      if (this.#place === "stream") {
        const before = this.end;
        const status = exports.inflate(this.#limit);
        this.#crc = crc32(memory.subarray(before, this.end), this.#crc);
        this.#length += this.end - before;
        if (status === constants.FILLED) return true;
        if (status === constants.STARVED) return false;
        if (status === constants.DAMAGED) throw this.#damaged();
        this.#place = "trailer";
      }
      if (!this.#endMember()) return false;
    }
  }

  /** Lets `read` take rows from the text, which answers where the rest begins that it could not read yet. */
  read(read: (from: number, end: number) => number): void {
    const { exports } = this.#kernel;
    exports.remember();
    this.#from = exports.moveRest(read(this.#from, this.end));
    this.#limit = this.end + INFLATED_PIECE_BYTES;
  }

  /** Of the input, what was not used. */
  get #unused(): Uint8Array {
    const { exports, memory } = this.#kernel;
    return memory.subarray(exports.unused(), exports.inputEnd.value);
  }

  /** In the file, of the first byte that was not used. */
  get #offset(): number {
    return this.#taken - this.#unused.length;
  }

  #beginMember(): boolean {
    const { exports } = this.#kernel;
    const bytes = this.#unused;
    if (bytes.length === 0 && (this.#members > 0 || !this.#isWhole)) return false;
    if (bytes.length === 0) throw this.#corrupt("it is empty, and not even an empty gzip file");
    const header = gzipHeaderBytes(bytes);
    if (typeof header === "string") {
      if (this.#members === 0) throw this.#corrupt(`it is not gzip data: its first bytes ${header}`);
      throw this.#corrupt(`bytes that are not gzip follow the end of its stream at byte ${this.#offset}: they ${header}`);
    }
    if (header === undefined) {
      if (this.#isWhole) throw this.#cutOff();
      if (bytes.length > GZIP_HEADER_BYTES_MAX) throw this.#corrupt(`its gzip header does not end within ${GZIP_HEADER_BYTES_MAX} bytes`);
      return false;
    }
    exports.goOnAt(exports.unused() + header);
    exports.beginStream();
    this.#crc = 0;
    this.#length = 0;
    this.#place = "stream";
    return true;
  }

  #endMember(): boolean {
    const { exports, memory } = this.#kernel;
    if (this.#unused.length < TRAILER_BYTES) {
      if (this.#isWhole) throw this.#cutOff();
      return false;
    }
    const at = exports.unused();
    const isRight = memory.readUInt32LE(at) === this.#crc && memory.readUInt32LE(at + 4) === this.#length % 2 ** 32;
    if (!isRight) throw this.#corrupt(`its text is not what was compressed: the checksum at byte ${this.#offset} says otherwise`);
    exports.goOnAt(at + TRAILER_BYTES);
    this.#members++;
    this.#place = "header";
    return true;
  }

  #damaged(): PlanError {
    // Behind any stream are at least the bytes of its trailer.
    if (this.#isWhole && this.#unused.length < TRAILER_BYTES) return this.#cutOff();
    return this.#corrupt(`its gzip stream is damaged at about byte ${this.#offset}`);
  }

  #cutOff(): PlanError {
    return this.#corrupt("its gzip stream ends too early");
  }

  #corrupt(what: string): PlanError {
    return new PlanError(
      "data-file-corrupt",
      `The data file ${this.#file.key} cannot be read to its end: ${what}. Its MD5 is what the manifest says, so it was written like this: plan from another report.`,
    );
  }
}
