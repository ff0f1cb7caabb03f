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

  /** Steps over at most `max` bytes that are `value` and lie in one run of it: how many. */
  pass(value: number, max: number): number {
    if (max === 0) return 0;
    if (this.#left === 0) this.#begin();
    if (!this.#repeats || this.#value !== value) return 0;
    const count = Math.min(max, this.#left);
    this.#left -= count;
    return count;
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

const BYTE_BITS = 8;
const ALL_ONES = 0xff;
/** So few of the same are faster written than called for. */
const CALL_BITS = 16;

/** The bits of a boolean stream, the highest of each byte first. */
export class Bits {
  /** The bit that {@link alike} found. */
  value = 0;
  readonly #bytes: ByteRuns;
  #byte = 0;
  #left = 0;

  constructor(stream: ByteStream) {
    this.#bytes = new ByteRuns(stream);
  }

  /** Fills `out` [from, from + count) with 0 or 1; gives how many were 1. */
  read(out: Uint8Array, from: number, count: number): number {
    let ones = 0;
    const end = from + count;
    for (let at = from; at < end; ) {
      const same = this.alike(end - at);
      if (same > CALL_BITS) out.fill(this.value, at, at + same);
      else for (let i = at; i < at + same; i++) out[i] = this.value;
      at += same;
      if (this.value === 1) ones += same;
    }
    return ones;
  }

  /** Takes bits, at least one and at most `max`, as long as they are the same; how many, {@link value} says which. */
  alike(max: number): number {
    if (this.#left === 0) this.#next();
    const value = (this.#byte >>> (this.#left - 1)) & 1;
    const whole = value === 1 ? ALL_ONES : 0;
    this.value = value;
    let count = 0;
    for (;;) {
      const others = (this.#byte ^ whole) & ((1 << this.#left) - 1);
      const same = others === 0 ? this.#left : this.#left - (32 - Math.clz32(others));
      const taken = Math.min(same, max - count);
      this.#left -= taken;
      count += taken;
      if (this.#left > 0 || count === max) return count;
      count += BYTE_BITS * this.#bytes.pass(whole, Math.floor((max - count) / BYTE_BITS));
      if (count === max) return count;
      this.#next();
    }
  }

  /** Steps over `count` bits. */
  skip(count: number): void {
    for (let left = count; left > 0; ) left -= this.alike(left);
  }

  /** Whether nothing but padding is left. */
  exhausted(): boolean {
    return this.#bytes.exhausted();
  }

  #next(): void {
    this.#byte = this.#bytes.next();
    this.#left = BYTE_BITS;
  }
}
