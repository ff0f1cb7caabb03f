// Byte run-length encoding (ORC specification, Byte Run Length Encoding) and, on top of it, booleans of one bit each.
import type { ByteStream } from "./byte-stream.ts";

const REPEAT_MIN = 3;

/** The bytes of a run-length encoded stream. */
export class ByteRuns {
  readonly #stream: ByteStream;
  /** Bytes left of the run; they repeat {@link #value} or are literals. */
  #left = 0;
  #repeats = false;
  #value = 0;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  next(): number {
    if (this.#left === 0) this.#begin();
    this.#left--;
    return this.#repeats ? this.#value : this.#stream.byte();
  }

  /** Fills `out` [0, count). */
  read(out: { [i: number]: number }, count: number): void {
    for (let i = 0; i < count; i++) out[i] = this.next();
  }

  /** Whether no byte is left. */
  exhausted(): boolean {
    return this.#left === 0 && this.#stream.exhausted();
  }

  #begin(): void {
    const control = this.#stream.byte();
    this.#repeats = control < 0x80;
    if (this.#repeats) {
      this.#left = control + REPEAT_MIN;
      this.#value = this.#stream.byte();
    } else {
      this.#left = 0x100 - control;
    }
  }
}

/** The bits of a boolean stream, the highest of each byte first. */
export class Bits {
  readonly #bytes: ByteRuns;
  #byte = 0;
  #left = 0;

  constructor(stream: ByteStream) {
    this.#bytes = new ByteRuns(stream);
  }

  /** Fills `out` [0, count) with 0 or 1; gives how many were 1. */
  read(out: Uint8Array, count: number): number {
    let ones = 0;
    let byte = this.#byte;
    let left = this.#left;
    for (let i = 0; i < count; i++) {
      if (left === 0) {
        byte = this.#bytes.next();
        left = 8;
      }
      left--;
      const bit = (byte >>> left) & 1;
      out[i] = bit;
      ones += bit;
    }
    this.#byte = byte;
    this.#left = left;
    return ones;
  }

  /** Whether nothing but padding is left. */
  exhausted(): boolean {
    return this.#bytes.exhausted();
  }
}
