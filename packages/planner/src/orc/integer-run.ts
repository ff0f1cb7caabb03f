// A run of integers as both run-length encodings produce them: 64 bits each, in two halves, so that every value is exact and no BigInt is made on the way.
import type { ByteStream } from "./byte-stream.ts";

/** The longest run that either encoding can write. */
export const RUN_VALUES_MAX = 512;

export class IntegerRun {
  readonly low = new Int32Array(RUN_VALUES_MAX);
  readonly high = new Int32Array(RUN_VALUES_MAX);
  length = 0;
}

/** One integer of 64 bits. */
export class Integer {
  low = 0;
  high = 0;

  /** Modulo 2 ** 64, as the writers' arithmetic is. */
  add(low: number, high: number): void {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.low = sum | 0;
    this.high = (this.high + high + (sum > 0xffff_ffff ? 1 : 0)) | 0;
  }

  negate(): void {
    const { low, high } = this;
    this.low = -low | 0;
    this.high = (~high + (low === 0 ? 1 : 0)) | 0;
  }

  /** From the form in which signs are kept in the lowest bit. */
  unzigzag(): void {
    const sign = -(this.low & 1);
    this.low = ((this.low >>> 1) | (this.high << 31)) ^ sign;
    this.high = (this.high >>> 1) ^ sign;
  }

  /** A varint: seven bits a byte, the lowest first. */
  readVarint(stream: ByteStream, signed: boolean): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = stream.byte();
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high |= part >>> 4;
      } else if (shift < 63) high |= part << (shift - 32);
      else if (shift === 63 && part < 2) high |= part << 31;
      else throw stream.fault("has an integer of more than 64 bits");
      if (byte < 0x80) break;
    }
    this.low = low;
    this.high = high;
    if (signed) this.unzigzag();
  }
}

export const asBigInt = (low: number, high: number): bigint => (BigInt(high) << 32n) | BigInt(low >>> 0);
