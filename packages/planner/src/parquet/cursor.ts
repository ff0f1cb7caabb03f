// A column of a row group as a cursor that only moves forward: sent to a row, it steps over pages, values and nulls that nobody asked for.
import type { FileBytes } from "../columnar/bytes.ts";
import type { ColumnRooms } from "../columnar/room.ts";
import type { Fault } from "./fault.ts";
import type { Chunk } from "./footer.ts";
import { type PageBody, Pages } from "./pages.ts";
import { Runs } from "./runs.ts";

export abstract class Cursor {
  protected readonly fault: Fault;
  readonly #pages: Pages;
  readonly #optional: boolean;
  /** The first row behind the page that was stepped to. */
  #pageEnd = 0;
  #open = false;
  /** undefined: every row of the page has a value. */
  #levels: Runs | undefined;
  /** The next row that nothing was taken of yet. */
  #row = 0;
  #present = false;

  constructor(file: FileBytes, chunk: Chunk, rooms: ColumnRooms) {
    this.fault = chunk.fault;
    this.#optional = chunk.optional;
    this.#pages = new Pages(file, chunk, rooms);
  }

  /**
   * How many rows from `row` on, from 0 within the row group, at least one and at most up to `end`, are alike: they lie in one page, and {@link present} says whether
   * they have values. The caller takes the values, so many of them, before it asks for other rows. Rows are asked for in ascending order.
   */
  alike(row: number, end: number): number {
    if (row < this.#row) throw new Error(`row ${row} was asked for after row ${this.#row - 1}`);
    if (row >= this.#pageEnd) this.#turnTo(row);
    if (!this.#open) this.#openPage();
    const skipped = row - this.#row;
    const levels = this.#levels;
    if (skipped > 0) {
      const values = levels === undefined ? skipped : levels.ones(skipped);
      if (values > 0) this.skip(values);
    }
    let count = Math.min(end, this.#pageEnd) - row;
    if (levels === undefined) this.#present = true;
    else {
      count = levels.alike(count);
      this.#present = levels.value === 1;
    }
    this.#row = row + count;
    return count;
  }

  get present(): boolean {
    return this.#present;
  }

  /** The first row behind the page at hand. */
  get pageEnd(): number {
    return this.#pageEnd;
  }

  /** Whether it was ever sent to a row. */
  get touched(): boolean {
    return this.#row > 0;
  }

  /** After the last row that was wanted: throws where the column has not as many rows as its row group. */
  finish(): void {
    while (this.#pages.next() !== undefined);
  }

  protected abstract openValues(page: PageBody, dictionary: PageBody | undefined): void;
  /** Steps over values of the page. */
  protected abstract skip(values: number): void;

  #turnTo(row: number): void {
    while (row >= this.#pageEnd) {
      const rows = this.#pages.next();
      if (rows === undefined) throw this.fault(`has no row ${row + 1}`);
      this.#row = this.#pageEnd;
      this.#pageEnd += rows;
    }
    this.#open = false;
  }

  #openPage(): void {
    const page = this.#pages.open();
    const { levels } = page;
    this.#levels = !this.#optional || levels === undefined ? undefined : new Runs(levels.bytes, levels.start, levels.end, 1, this.fault);
    this.openValues(page, this.#pages.dictionary);
    this.#open = true;
  }
}

/** Places in a dictionary: a byte with their width, then runs. */
export function placesOf(page: PageBody, fault: Fault): Runs {
  const { bytes, start } = page;
  // A page of nulls alone may have nothing at all.
  if (start >= bytes.length) return new Runs(bytes, bytes.length, bytes.length, 0, fault);
  return new Runs(bytes, start + 1, bytes.length, bytes[start] as number, fault);
}
