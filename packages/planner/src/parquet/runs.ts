// Small numbers as runs of one value and packed groups of eight (parquet-format, RLE/bit-packing hybrid): levels, places in a dictionary, booleans. Read one by one or
// stepped over; a run is never written out, so that one which claims a billion values costs nothing.
import type { Fault } from "./fault.ts";

/** Widest number that four bytes hold wherever it begins in the first one. */
const FIELD_BITS_MAX = 25;
const FIELD_BYTES = 4;
const WIDTH_MAX = 32;

export class Runs {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #width: number;
  readonly #fault: Fault;
  /** The number that {@link alike} or {@link take} found. */
  value = 0;
  /** Whether what {@link take} took is one number again and again. */
  repeat = false;
  #at: number;
  /** Of the run. */
  #left = 0;
  #packed = false;
  #value = 0;
  /** Of a packed run: the next number begins at this bit of the byte at #at. */
  #bit = 0;

  /** `width`: bits of each number. */
  constructor(bytes: Uint8Array, start: number, end: number, width: number, fault: Fault) {
    if (width > WIDTH_MAX) throw fault(`has numbers of ${width} bits`);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
    this.#width = width;
    this.#fault = fault;
  }

  next(): number {
    if (this.#left === 0) this.#run();
    this.#left--;
    if (!this.#packed) return this.#value;
    const width = this.#width;
    if (width <= FIELD_BITS_MAX) return this.#field(width);
    return this.#field(16) + this.#field(width - 16) * 0x1_0000;
  }

  /**
   * Takes at least one and at most `max` numbers of one run, and no more than `out` holds; how many. Where they {@link repeat} they are all {@link value}, and nothing is
   * written; otherwise they stand in `out`, from out[0] on.
   */
  take(max: number, out: Uint32Array): number {
    if (this.#left === 0) this.#run();
    this.repeat = !this.#packed;
    if (this.repeat) {
      const count = Math.min(max, this.#left);
      this.#left -= count;
      this.value = this.#value;
      return count;
    }
    const count = Math.min(max, this.#left, out.length);
    if (this.#width > FIELD_BITS_MAX) for (let i = 0; i < count; i++) out[i] = this.next();
    else this.#unpack(out, count);
    return count;
  }

  /** The same as next() so many times, without a call and a look at the run for each. */
  #unpack(out: Uint32Array, count: number): void {
    const view = this.#view;
    const width = this.#width;
    const mask = (1 << width) - 1;
    const at = this.#at;
    let bit = this.#bit;
    const whole = view.byteLength - at - FIELD_BYTES;
    let i = 0;
    for (; i < count && bit >>> 3 <= whole; i++, bit += width) out[i] = (view.getUint32(at + (bit >>> 3), true) >>> (bit & 7)) & mask;
    this.#at = at + (bit >>> 3);
    this.#bit = bit & 7;
    this.#left -= count;
    // Behind the last ones there are no four bytes.
    for (; i < count; i++) out[i] = this.#field(width);
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
    const bytes = this.#bytes;
    const most = Math.min(max, this.#left + 1);
    let count = 1;
    while (count < most && (((bytes[this.#at] as number) >>> this.#bit) & 1) === this.value) {
      this.#drop(1);
      count++;
    }
    this.#left -= count - 1;
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

  #field(bits: number): number {
    let value = 0;
    for (let got = 0; got < bits; ) {
      const taken = Math.min(8 - this.#bit, bits - got);
      value |= (((this.#bytes[this.#at] as number) >>> this.#bit) & ((1 << taken) - 1)) << got;
      got += taken;
      this.#drop(taken);
    }
    return value;
  }

  #drop(bits: number): void {
    const bit = this.#bit + bits;
    this.#at += Math.floor(bit / 8);
    this.#bit = bit % 8;
  }

  #run(): void {
    const width = this.#width;
    const head = this.#varint();
    this.#packed = head % 2 === 1;
    const count = Math.floor(head / 2);
    this.#bit = 0;
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
