// A column of a stripe as a cursor that only moves forward: sent to a row, it steps over the values that nobody asked for, and takes the others into arrays that are used
// again and again. For whoever looks at few columns of few rows; ColumnReader gives vectors instead.
import type { PageArea } from "../columnar/desk.ts";
import type { Room } from "../columnar/room.ts";
import { Bits } from "./byte-runs.ts";
import type { ColumnStreams } from "./column.ts";
import type { Fault } from "./error.ts";
import type { StreamKind } from "./stripe-footer.ts";

/** A column's memory, from stripe to stripe. */
export interface CursorRooms {
  /** For the chunks of a stream. */
  readonly of: (kind: StreamKind) => Room;
  /** Where texts have to lie, for a column that has a place on the desk. */
  readonly area: PageArea | undefined;
}

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
  constructor(streams: ColumnStreams, rows: number, rooms: CursorRooms) {
    this.fault = streams.fault;
    this.#rows = rows;
    this.#levels = streams.has("PRESENT") ? new Bits(streams.open("PRESENT", rooms.of("PRESENT"))) : undefined;
    if (this.#levels === undefined) this.#alikeEnd = rows;
  }

  /**
   * How many rows from `row` on, at least one and at most up to `end`, are alike: {@link present} says whether they have values. The caller takes these, so many of them,
   * before it asks for other rows.
   */
  alike(row: number, end: number): number {
    const count = this.reach(row, end);
    this.pass(count);
    return count;
  }

  get present(): boolean {
    return this.#present;
  }

  /** After the last row that was wanted: throws where the cursor stands behind the stripe's last row and there are values left over. */
  finish(): void {
    if (this.#row < this.#rows || ((this.#levels?.exhausted() ?? true) && this.exhausted())) return;
    throw this.fault("has more values than the stripe has rows");
  }

  /** The same as alike(), for a caller that says with {@link pass} of how many rows it took the values. */
  protected reach(row: number, end: number): number {
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
