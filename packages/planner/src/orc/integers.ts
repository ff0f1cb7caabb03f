// The integers of a stream, run by run behind the scenes, in the form in which each kind of column wants them.
import type { ByteStream } from "./byte-stream.ts";
import type { OrcError } from "./error.ts";
import { asBigInt, IntegerRun } from "./integer-run.ts";
import { readRunV1 } from "./integer-v1.ts";
import { readRunV2 } from "./integer-v2.ts";
import type { Encoding } from "./stripe-footer.ts";

/** Upper halves of integers that a number holds exactly: from -(2 ** 53) to 2 ** 53 - 1. */
const SAFE_HIGH_MIN = -(2 ** 21);
const SAFE_HIGH_MAX = 2 ** 21 - 1;

export class Integers {
  readonly #stream: ByteStream;
  readonly #signed: boolean;
  readonly #readRun: typeof readRunV2;
  readonly #run = new IntegerRun();
  #at = 0;

  constructor(stream: ByteStream, encoding: Encoding, signed: boolean) {
    this.#stream = stream;
    this.#signed = signed;
    this.#readRun = encoding.kind.endsWith("_V2") ? readRunV2 : readRunV1;
  }

  /** Fills `out` [0, count) with integers that must lie in [0, 2 ** 31): lengths, and places in a dictionary. `what` names one of them. */
  readUnsigned(out: Uint32Array, count: number, what: string): void {
    for (let done = 0; done < count; ) {
      const { low, high } = this.#run;
      const part = this.#part(count - done);
      for (let i = this.#at, end = i + part; i < end; i++) {
        const value = low[i] as number;
        if (high[i] !== 0 || value < 0) throw this.#fault(`has a ${what} of ${asBigInt(value, high[i] as number)}`);
        out[done++] = value;
      }
      this.#at += part;
    }
  }

  /** Fills `out` [0, count) with integers that must have at most `bits` (of 8, 16, 32) with their sign. */
  readSigned(out: Int32Array, count: number, bits: number): void {
    const shift = 32 - bits;
    for (let done = 0; done < count; ) {
      const { low, high } = this.#run;
      const part = this.#part(count - done);
      for (let i = this.#at, end = i + part; i < end; i++) {
        const value = low[i] as number;
        if (high[i] !== value >> 31 || (value << shift) >> shift !== value)
          throw this.#fault(`has the value ${asBigInt(value, high[i] as number)}, which does not fit ${bits} bits`);
        out[done++] = value;
      }
      this.#at += part;
    }
  }

  /** Fills `out` [0, count) with integers that must be exact as numbers: parts of a time. */
  readNumbers(out: Float64Array, count: number, what: string): void {
    for (let done = 0; done < count; ) {
      const { low, high } = this.#run;
      const part = this.#part(count - done);
      for (let i = this.#at, end = i + part; i < end; i++) {
        const upper = high[i] as number;
        if (upper < SAFE_HIGH_MIN || upper > SAFE_HIGH_MAX) throw this.#fault(`has ${what} of ${asBigInt(low[i] as number, upper)}`);
        out[done++] = upper * 2 ** 32 + ((low[i] as number) >>> 0);
      }
      this.#at += part;
    }
  }

  /** `count` integers at the beginning of an array of `size`: as numbers where all of them are exact so, as bigints where one is not. */
  readLongs(count: number, size: number): Float64Array | BigInt64Array {
    const numbers = new Float64Array(size);
    let exact: BigInt64Array | undefined;
    for (let done = 0; done < count; ) {
      const { low, high } = this.#run;
      const part = this.#part(count - done);
      for (let i = this.#at, end = i + part; i < end; i++, done++) {
        const upper = high[i] as number;
        if (exact === undefined && (upper < SAFE_HIGH_MIN || upper > SAFE_HIGH_MAX)) exact = BigInt64Array.from(numbers, BigInt);
        if (exact === undefined) numbers[done] = upper * 2 ** 32 + ((low[i] as number) >>> 0);
        else exact[done] = asBigInt(low[i] as number, upper);
      }
      this.#at += part;
    }
    return exact ?? numbers;
  }

  /** Whether no integer is left. */
  exhausted(): boolean {
    return this.#at === this.#run.length && this.#stream.exhausted();
  }

  /** How many of the `wanted` integers the run has; at least one. */
  #part(wanted: number): number {
    if (this.#at === this.#run.length) {
      this.#readRun(this.#stream, this.#signed, this.#run);
      this.#at = 0;
    }
    return Math.min(wanted, this.#run.length - this.#at);
  }

  #fault(reason: string): OrcError {
    return this.#stream.fault(reason);
  }
}
