// A run of integers as both run-length encodings produce them: 64 bits each, in two halves, so that every value is exact and no BigInt is made on the way.
import type { ByteStream } from "./byte-stream.ts";

/** The longest run that either encoding can write. */
export const RUN_VALUES_MAX = 512;

export class IntegerRun {
  readonly low = new Int32Array(RUN_VALUES_MAX);
  readonly high = new Int32Array(RUN_VALUES_MAX);
  length = 0;
  /** All values are the first one, and the others are not written down. */
  repeats = false;
  /** All values fit 32 bits with their sign: `low` has them, and of `high` nothing can be said. */
  narrow = false;

  /** Begins a run of `length` values, each of which will be written down in both halves. */
  begin(length: number): void {
    this.length = length;
    this.repeats = false;
    this.narrow = false;
  }

  /** Makes it a run of one value. */
  repeat(length: number, { low, high }: Integer): void {
    this.length = length;
    this.repeats = true;
    this.narrow = high === low >> 31;
    this.low[0] = low;
    this.high[0] = high;
  }

  /** Writes down all values in both halves, for whoever does not want to tell runs apart. */
  widen(): void {
    const { low, high, length } = this;
    if (this.repeats) {
      low.fill(low[0] as number, 0, length);
      high.fill(high[0] as number, 0, length);
    } else if (this.narrow) for (let i = 0; i < length; i++) high[i] = (low[i] as number) >> 31;
    this.repeats = false;
    this.narrow = false;
  }
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

  /** `bytes` of them, the highest first, and nothing above them. */
  readBigEndian(stream: ByteStream, bytes: number): void {
    let low = 0;
    let high = 0;
    for (let i = 0; i < bytes; i++) {
      high = (high << 8) | (low >>> 24);
      low = (low << 8) | stream.byte();
    }
    this.low = low;
    this.high = high;
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

/** As a number: rounded beyond 2 ** 53. */
export const asNumber = (low: number, high: number): number => high * 2 ** 32 + (low >>> 0);

export const asBigInt = (low: number, high: number): bigint => (BigInt(high) << 32n) | BigInt(low >>> 0);
