// Small numbers as runs of one value and packed groups of eight (parquet-format, RLE/bit-packing hybrid): levels, places in a dictionary, booleans. Read one by one or
// stepped over; a run is never written out, so that one which claims a billion values costs nothing.
import type { Fault } from "./fault.ts";

/** Widest field that is taken from the held bits at once: 7 may be left over, and 31 fit. */
const FIELD_BITS_MAX = 24;
const WIDTH_MAX = 32;

export class Runs {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #width: number;
  readonly #mask: number;
  readonly #fault: Fault;
  /** The number that {@link alike} found. */
  value = 0;
  #at: number;
  /** Of the run. */
  #left = 0;
  #packed = false;
  #value = 0;
  /** Bits of a packed run that were taken from the bytes but not yet given. */
  #bits = 0;
  #held = 0;

  /** `width`: bits of each number. */
  constructor(bytes: Uint8Array, start: number, end: number, width: number, fault: Fault) {
    if (width > WIDTH_MAX) throw fault(`has numbers of ${width} bits`);
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#width = width;
    this.#mask = (1 << Math.min(width, FIELD_BITS_MAX)) - 1;
    this.#fault = fault;
  }

  next(): number {
    if (this.#left === 0) this.#run();
    this.#left--;
    if (!this.#packed) return this.#value;
    const width = this.#width;
    if (width > FIELD_BITS_MAX) return this.#field(16, 0xffff) + this.#field(width - 16, (1 << (width - 16)) - 1) * 0x1_0000;
    return this.#field(width, this.#mask);
  }

  /** The next `count` numbers, from out[0] on. */
  fill(out: Uint32Array, count: number): void {
    for (let at = 0; at < count; ) {
      if (this.#left === 0) this.#run();
      const step = Math.min(count - at, this.#left);
      if (!this.#packed) {
        out.fill(this.#value, at, at + step);
        this.#left -= step;
      } else if (this.#width > FIELD_BITS_MAX) for (let i = at; i < at + step; i++) out[i] = this.next();
      else this.#unpack(out, at, step);
      at += step;
    }
  }

  /** The same as next() so many times, without a call and a look at the run for each. */
  #unpack(out: Uint32Array, from: number, count: number): void {
    const bytes = this.#bytes;
    const width = this.#width;
    const mask = this.#mask;
    let at = this.#at;
    let bits = this.#bits;
    let held = this.#held;
    for (let i = from; i < from + count; i++) {
      while (held < width) {
        bits |= (bytes[at++] as number) << held;
        held += 8;
      }
      out[i] = bits & mask;
      bits >>>= width;
      held -= width;
    }
    this.#at = at;
    this.#bits = bits;
    this.#held = held;
    this.#left -= count;
  }

  skip(count: number): void {
    for (let todo = count; todo > 0; ) {
      if (this.#left === 0) this.#run();
      const step = Math.min(todo, this.#left);
      this.#left -= step;
      todo -= step;
      if (this.#packed) this.#drop(step * this.#width);
    }
  }

  /** Takes numbers of one bit, at least one and at most `max`, as long as they are the same; how many, {@link value} says which. */
  alike(max: number): number {
    if (this.#left === 0) this.#run();
    if (!this.#packed) {
      const count = Math.min(max, this.#left);
      this.#left -= count;
      this.value = this.#value;
      return count;
    }
    this.value = this.next();
    let count = 1;
    while (count < max && this.#left > 0) {
      if (this.#held === 0) {
        this.#bits = this.#bytes[this.#at++] as number;
        this.#held = 8;
      }
      if ((this.#bits & 1) !== this.value) break;
      this.#bits >>>= 1;
      this.#held--;
      this.#left--;
      count++;
    }
    return count;
  }

  /** Steps over `count` numbers of one bit; how many of them are 1. */
  ones(count: number): number {
    let ones = 0;
    for (let todo = count; todo > 0; ) {
      if (this.#left === 0) this.#run();
      const step = Math.min(todo, this.#left);
      todo -= step;
      if (this.#packed) for (let i = 0; i < step; i++) ones += this.next();
      else {
        ones += step * this.#value;
        this.#left -= step;
      }
    }
    return ones;
  }

  #field(bits: number, mask: number): number {
    while (this.#held < bits) {
      this.#bits |= (this.#bytes[this.#at++] as number) << this.#held;
      this.#held += 8;
    }
    const value = this.#bits & mask;
    this.#bits >>>= bits;
    this.#held -= bits;
    return value;
  }

  #drop(bits: number): void {
    if (bits <= this.#held) {
      this.#bits >>>= bits;
      this.#held -= bits;
      return;
    }
    const rest = bits - this.#held;
    this.#at += Math.floor(rest / 8);
    this.#bits = 0;
    this.#held = 0;
    const part = rest % 8;
    if (part === 0) return;
    this.#bits = (this.#bytes[this.#at++] as number) >>> part;
    this.#held = 8 - part;
  }

  #run(): void {
    const width = this.#width;
    const head = this.#varint();
    this.#packed = head % 2 === 1;
    const count = Math.floor(head / 2);
    this.#bits = 0;
    this.#held = 0;
    if (this.#packed) {
      // The last groups of a page may be cut off behind its last value.
      const backed = width === 0 ? Number.POSITIVE_INFINITY : Math.floor(((this.#end - this.#at) * 8) / width);
      this.#left = Math.min(count * 8, backed);
      if (width === 0) {
        this.#packed = false;
        this.#value = 0;
      }
    } else {
      this.#left = count;
      let value = 0;
      for (let shift = 0; shift < width; shift += 8) value += this.#byte() * 2 ** shift;
      if (width < WIDTH_MAX && value >= 2 ** width) throw this.#fault(`has a run of the number ${value} in ${width} bits`);
      this.#value = value;
    }
    if (this.#left === 0) throw this.#fault("has a page that ends before its rows do");
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw this.#fault("has a run without a length");
  }

  #byte(): number {
    if (this.#at >= this.#end) throw this.#fault("has a page that ends before its rows do");
    return this.#bytes[this.#at++] as number;
  }
}
