// Sizes, times and booleans of a stripe's rows, into arrays of the caller's.
import { STRETCH_ROWS } from "../columnar/desk.ts";
import { Bits } from "./byte-runs.ts";
import type { ColumnStreams } from "./column.ts";
import { Cursor, type CursorRooms } from "./cursor.ts";
import { Integers } from "./integers.ts";
import { Moments } from "./timestamps.ts";

abstract class FillingCursor<A extends Float64Array | Uint8Array> extends Cursor {
  /** What a row without a value gets. */
  protected abstract readonly none: number;

  /** The values of rows [start, end), at most STRETCH_ROWS, from out[0] on. */
  fill(start: number, end: number, out: A): void {
    for (let row = start; row < end; ) {
      const count = this.alike(row, end);
      const from = row - start;
      if (this.present) this.take(out, from, count);
      else out.fill(this.none, from, from + count);
      row += count;
    }
  }

  protected abstract take(out: A, from: number, count: number): void;
}

/** bigint and int; NaN: no value. What has no exact number is rounded, and so still a number that nobody believes. */
export class NumberCursor extends FillingCursor<Float64Array> {
  protected override readonly none = Number.NaN;
  readonly #integers: Integers;
  readonly #isInt: boolean;

  constructor(streams: ColumnStreams, rows: number, rooms: CursorRooms) {
    super(streams, rows, rooms);
    this.#integers = new Integers(streams.open("DATA", rooms.of("DATA")), streams.encoding, true);
    this.#isInt = streams.column.kind === "int";
  }

  protected override take(out: Float64Array, from: number, count: number): void {
    this.#integers.readNumbers(out, from, count);
    if (!this.#isInt) return;
    for (let i = from; i < from + count; i++)
      if (((out[i] as number) | 0) !== out[i]) throw this.fault(`has the value ${out[i]}, which does not fit 32 bits`);
  }

  protected override skip(values: number): void {
    this.#integers.skip(values);
  }

  protected override exhausted(): boolean {
    return this.#integers.exhausted();
  }
}

const SECOND_MILLISECONDS = 1_000;
const MILLISECOND_NANOS = 1_000_000;
const seconds = new Float64Array(STRETCH_ROWS);
const nanos = new Float64Array(STRETCH_ROWS);

/** Timestamps as whole milliseconds since 1970, rounded down; NaN: no value. */
export class TimeCursor extends FillingCursor<Float64Array> {
  protected override readonly none = Number.NaN;
  readonly #moments: Moments;

  constructor(streams: ColumnStreams, rows: number, rooms: CursorRooms) {
    super(streams, rows, rooms);
    this.#moments = new Moments(streams, rooms.of);
  }

  protected override take(out: Float64Array, from: number, count: number): void {
    this.#moments.read(seconds, nanos, count);
    for (let i = 0; i < count; i++)
      out[from + i] = (seconds[i] as number) * SECOND_MILLISECONDS + Math.floor((nanos[i] as number) / MILLISECOND_NANOS);
  }

  protected override skip(values: number): void {
    this.#moments.skip(values);
  }

  protected override exhausted(): boolean {
    return this.#moments.exhausted();
  }
}

/** 1 or 0, and 0 where there is no value. */
export class BooleanCursor extends FillingCursor<Uint8Array> {
  protected override readonly none = 0;
  readonly #bits: Bits;

  constructor(streams: ColumnStreams, rows: number, rooms: CursorRooms) {
    super(streams, rows, rooms);
    this.#bits = new Bits(streams.open("DATA", rooms.of("DATA")));
  }

  protected override take(out: Uint8Array, from: number, count: number): void {
    this.#bits.read(out, from, count);
  }

  protected override skip(values: number): void {
    this.#bits.skip(values);
  }

  protected override exhausted(): boolean {
    return this.#bits.exhausted();
  }
}
