// The integers of a stream, run by run behind the scenes, in the form in which each kind of column wants them.
import type { ByteStream } from "./byte-stream.ts";
import type { OrcError } from "./error.ts";
import { asBigInt, asNumber, IntegerRun } from "./integer-run.ts";
import { readRunV1, skipRunV1 } from "./integer-v1.ts";
import { readRunV2, skipRunV2 } from "./integer-v2.ts";
import type { Encoding } from "./stripe-footer.ts";

/** Upper halves of integers that a number holds exactly: from -(2 ** 53) to 2 ** 53 - 1. */
const SAFE_HIGH_MIN = -(2 ** 21);
const SAFE_HIGH_MAX = 2 ** 21 - 1;

export class Integers {
  /** What {@link take} took again and again. */
  value = 0;
  /** Whether it took one value again and again. */
  repeat = false;
  readonly #stream: ByteStream;
  readonly #what: string;
  readonly #signed: boolean;
  readonly #readRun: typeof readRunV2;
  readonly #skipRun: typeof skipRunV2;
  readonly #run = new IntegerRun();
  #at = 0;

  /** `what` names one of them, for errors. */
  constructor(stream: ByteStream, encoding: Encoding, signed: boolean, what = "value") {
    this.#what = what;
    this.#stream = stream;
    this.#signed = signed;
    const isV2 = encoding.kind.endsWith("_V2");
    this.#readRun = isV2 ? readRunV2 : readRunV1;
    this.#skipRun = isV2 ? skipRunV2 : skipRunV1;
  }

  /** Fills `out` [from, from + count) with integers that must lie in [0, 2 ** 31): lengths, and places in a dictionary. */
  readUnsigned(out: Uint32Array, from: number, count: number): void {
    const end = from + count;
    for (let done = from; done < end; ) {
      const part = this.#unsigned(end - done);
      if (this.repeat) out.fill(this.value, done, done + part);
      else {
        const { low } = this.#run;
        for (let i = this.#at - part, to = done; i < this.#at; i++) out[to++] = low[i] as number;
      }
      done += part;
    }
  }

  /**
   * Takes at least one and at most `max` such integers of one run, and no more than `out` holds; how many. Where they {@link repeat} they are all {@link value}, and
   * nothing is written; otherwise they stand in `out`, from out[0] on.
   */
  take(max: number, out: Uint32Array): number {
    const part = this.#unsigned(Math.min(max, out.length));
    if (!this.repeat) {
      const { low } = this.#run;
      for (let i = this.#at - part, to = 0; i < this.#at; i++) out[to++] = low[i] as number;
    }
    return part;
  }

  /** Steps over `count` such integers: their sum. */
  sum(count: number): number {
    let sum = 0;
    for (let left = count; left > 0; ) {
      const part = this.#unsigned(left);
      if (this.repeat) sum += this.value * part;
      else {
        const { low } = this.#run;
        for (let i = this.#at - part; i < this.#at; i++) sum += low[i] as number;
      }
      left -= part;
    }
    return sum;
  }

  /** Fills `out` [0, count) with integers that must have at most `bits` (of 8, 16, 32) with their sign. */
  readSigned(out: Int32Array, count: number, bits: number): void {
    const shift = 32 - bits;
    for (let done = 0; done < count; ) {
      const { low, high } = this.#run;
      const part = this.#wide(count - done);
      for (let i = this.#at, end = i + part; i < end; i++) {
        const value = low[i] as number;
        if (high[i] !== value >> 31 || (value << shift) >> shift !== value)
          throw this.#fault(`has the value ${asBigInt(value, high[i] as number)}, which does not fit ${bits} bits`);
        out[done++] = value;
      }
      this.#at += part;
    }
  }

  /** Fills `out` [from, from + count) with integers as numbers, rounded where they are beyond 2 ** 53; `what` (parts of a time) must not be. */
  readNumbers(out: Float64Array, from: number, count: number, what?: string): void {
    const run = this.#run;
    const { low, high } = run;
    for (let done = from, left = count; left > 0; ) {
      const part = this.#part(left);
      const end = this.#at + part;
      if (run.narrow) {
        if (run.repeats) out.fill(low[0] as number, done, done + part);
        else for (let i = this.#at, to = done; i < end; i++) out[to++] = low[i] as number;
        done += part;
      } else {
        run.widen();
        for (let i = this.#at; i < end; i++) {
          const upper = high[i] as number;
          if (what !== undefined && (upper < SAFE_HIGH_MIN || upper > SAFE_HIGH_MAX))
            throw this.#fault(`has ${what} of ${asBigInt(low[i] as number, upper)}`);
          out[done++] = asNumber(low[i] as number, upper);
        }
      }
      left -= part;
      this.#at = end;
    }
  }

  /** `count` integers at the beginning of an array of `size`: as numbers where all of them are exact so, as bigints where one is not. */
  readLongs(count: number, size: number): Float64Array | BigInt64Array {
    const numbers = new Float64Array(size);
    let exact: BigInt64Array | undefined;
    for (let done = 0; done < count; ) {
      const { low, high } = this.#run;
      const part = this.#wide(count - done);
      for (let i = this.#at, end = i + part; i < end; i++, done++) {
        const upper = high[i] as number;
        if (exact === undefined && (upper < SAFE_HIGH_MIN || upper > SAFE_HIGH_MAX)) exact = BigInt64Array.from(numbers, BigInt);
        if (exact === undefined) numbers[done] = asNumber(low[i] as number, upper);
        else exact[done] = asBigInt(low[i] as number, upper);
      }
      this.#at += part;
    }
    return exact ?? numbers;
  }

  /** Steps over `count` integers; whole runs by what they say of their length. */
  skip(count: number): void {
    for (let left = count; left > 0; ) {
      let step = this.#at === this.#run.length ? this.#skipRun(this.#stream, left) : 0;
      if (step === 0) {
        step = this.#part(left);
        this.#at += step;
      }
      left -= step;
    }
  }

  /** Whether no integer is left. */
  exhausted(): boolean {
    return this.#at === this.#run.length && this.#stream.exhausted();
  }

  /** Takes at most `wanted` integers of the run, at least one: they repeat, or they are those before #at in its lower halves. */
  #unsigned(wanted: number): number {
    const run = this.#run;
    const part = this.#part(wanted);
    const { low, high } = run;
    const end = this.#at + part;
    this.repeat = run.repeats;
    if (run.repeats) {
      this.value = low[0] as number;
      if (!run.narrow || this.value < 0) throw this.#fault(`has a ${this.#what} of ${asBigInt(this.value, high[0] as number)}`);
    } else {
      // One look at all signs; which of them it was is asked only where there was one.
      let signs = 0;
      if (run.narrow) for (let i = this.#at; i < end; i++) signs |= low[i] as number;
      else for (let i = this.#at; i < end; i++) signs |= high[i] === 0 ? (low[i] as number) : -1;
      if (signs < 0) throw this.#beyond(end);
    }
    this.#at = end;
    return part;
  }

  /** The error for the first of the integers up to `end` that is no number of 31 bits. */
  #beyond(end: number): OrcError {
    const run = this.#run;
    const { low, high } = run;
    let i = this.#at;
    run.widen();
    while (i < end - 1 && high[i] === 0 && (low[i] as number) >= 0) i++;
    return this.#fault(`has a ${this.#what} of ${asBigInt(low[i] as number, high[i] as number)}`);
  }

  /** The same of #part, with all values written down in both halves. */
  #wide(wanted: number): number {
    const part = this.#part(wanted);
    this.#run.widen();
    return part;
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
