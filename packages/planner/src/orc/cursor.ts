// A column of a stripe as a cursor that only moves forward: sent to a row, it steps over the values that nobody asked for, and takes the others into arrays that are used
// again and again. For whoever looks at few columns of few rows; ColumnReader gives vectors instead.
import { Bits } from "./byte-runs.ts";
import type { ColumnStreams } from "./column.ts";
import type { Fault } from "./error.ts";

/** Rows that are asked for at once, at most. */
export const STRETCH_ROWS = 2_048;

export abstract class Cursor {
  protected readonly fault: Fault;
  readonly #rows: number;
  /** undefined: every row has a value. */
  readonly #levels: Bits | undefined;
  /** The next row that nothing was taken of yet. */
  #row = 0;
  /** Rows up to here are alike: they have values, or they have none. */
  #alikeEnd = 0;
  #present = true;

  /** `rows`: of the stripe. */
  constructor(streams: ColumnStreams, rows: number) {
    this.fault = streams.fault;
    this.#rows = rows;
    this.#levels = streams.has("PRESENT") ? new Bits(streams.open("PRESENT", true)) : undefined;
    if (this.#levels === undefined) this.#alikeEnd = rows;
  }

  /** After the last row that was wanted: throws where the cursor stands behind the stripe's last row and there are values left over. */
  finish(): void {
    if (this.#row < this.#rows || ((this.#levels?.exhausted() ?? true) && this.exhausted())) return;
    throw this.fault("has more values than the stripe has rows");
  }

  /**
   * How many rows from `row` on, at least one and at most up to `end`, are alike: {@link present} says whether they have values. The caller takes these, and says with
   * {@link pass} of how many rows.
   */
  protected alike(row: number, end: number): number {
    if (row < this.#row) throw new Error(`row ${row} was asked for after row ${this.#row - 1}`);
    let skipped = 0;
    while (this.#row < row) {
      this.#look();
      const step = Math.min(row, this.#alikeEnd) - this.#row;
      if (this.#present) skipped += step;
      this.#row += step;
    }
    if (skipped > 0) this.skip(skipped);
    this.#look();
    return Math.min(end, this.#alikeEnd) - row;
  }

  protected pass(rows: number): void {
    this.#row += rows;
  }

  protected get present(): boolean {
    return this.#present;
  }

  /** Steps over values. */
  protected abstract skip(values: number): void;
  /** Whether every value was taken. */
  protected abstract exhausted(): boolean;

  /** Finds out about the next row. */
  #look(): void {
    if (this.#row < this.#alikeEnd || this.#levels === undefined) return;
    this.#alikeEnd = this.#row + this.#levels.alike(this.#rows - this.#row);
    this.#present = this.#levels.value === 1;
  }
}
