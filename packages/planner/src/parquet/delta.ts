// Whole numbers as differences in blocks of small packed numbers (parquet-format, DELTA_BINARY_PACKED): numbers themselves, and the lengths of texts.
import type { Fault } from "./fault.ts";

const BLOCK_VALUES_MAX = 1 << 16;
const MINIBLOCKS_MAX = 512;

export class Deltas {
  /** Values in all. */
  readonly count: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #fault: Fault;
  readonly #miniblocks: number;
  readonly #miniblockValues: number;
  #at: number;
  #given = 0;
  #last: number;
  #minimum = 0;
  #widthsAt = 0;
  /** Miniblocks of this block that were begun. */
  #begun: number;
  /** Values left of this miniblock, its width, the bit at which the next one begins, and where it ends. */
  #left = 0;
  #width = 0;
  #bit = 0;
  #bodyAt = 0;

  constructor(bytes: Uint8Array, start: number, end: number, fault: Fault) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#fault = fault;
    const blockValues = this.#varint();
    this.#miniblocks = this.#varint();
    this.count = this.#varint();
    this.#last = this.#zigzag();
    this.#miniblockValues = blockValues / this.#miniblocks;
    const whole = Number.isInteger(this.#miniblockValues) && this.#miniblockValues % 8 === 0;
    if (!whole || blockValues === 0 || blockValues > BLOCK_VALUES_MAX || this.#miniblocks > MINIBLOCKS_MAX)
      throw fault(`has a page of differences in ${this.#miniblocks} parts of a block of ${blockValues}`);
    this.#begun = this.#miniblocks;
  }

  next(): number {
    if (this.#given === this.count) throw this.#fault("has a page that ends before its rows do");
    if (this.#given++ === 0) return this.#last;
    if (this.#left === 0) this.#miniblock();
    this.#left--;
    this.#last += this.#minimum + this.#packed();
    if (!Number.isSafeInteger(this.#last)) throw this.#fault("has a number beyond 2^53");
    return this.#last;
  }

  /** Where the bytes after the last value begin. Only once all values were taken. */
  get after(): number {
    return this.#at;
  }

  #miniblock(): void {
    if (this.#begun === this.#miniblocks) {
      this.#minimum = this.#zigzag();
      this.#widthsAt = this.#at;
      this.#need(this.#miniblocks);
      this.#at += this.#miniblocks;
      this.#begun = 0;
    }
    this.#width = this.#bytes[this.#widthsAt + this.#begun++] as number;
    if (this.#width > 64) throw this.#fault(`has differences of ${this.#width} bits`);
    const bytes = (this.#width * this.#miniblockValues) / 8;
    this.#need(bytes);
    this.#bodyAt = this.#at;
    this.#bit = 0;
    this.#at += bytes;
    this.#left = this.#miniblockValues;
  }

  #packed(): number {
    let value = 0;
    let bit = this.#bit;
    for (let got = 0; got < this.#width; ) {
      const shift = bit & 7;
      const take = Math.min(8 - shift, this.#width - got);
      value += (((this.#bytes[this.#bodyAt + (bit >>> 3)] as number) >>> shift) & ((1 << take) - 1)) * 2 ** got;
      got += take;
      bit += take;
    }
    this.#bit = bit;
    return value;
  }

  #need(bytes: number): void {
    if (bytes > this.#end - this.#at) throw this.#fault("has a page that ends before its rows do");
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      this.#need(1);
      const byte = this.#bytes[this.#at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw this.#fault("has a number without end");
  }

  #zigzag(): number {
    const value = this.#varint();
    if (!Number.isSafeInteger(value)) throw this.#fault("has a number beyond 2^53");
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
