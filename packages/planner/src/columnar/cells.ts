// What a columnar format offers of the columns of a row group or stripe, so that the same code (columnar/group.ts) hands on the rows of each. Columns only go forward: rows
// are asked for in ascending order, and what lies between them is stepped over.
import type { Bytes } from "../scan/byte-cache.ts";
import type { ColumnName } from "../source/columns.ts";

export const NUMBER_COLUMNS = ["size", "lastModified"] as const satisfies readonly ColumnName[];
export const BOOLEAN_COLUMNS = ["isLatest", "isDeleteMarker"] as const satisfies readonly ColumnName[];
type NumberColumn = (typeof NUMBER_COLUMNS)[number];
type BooleanColumn = (typeof BOOLEAN_COLUMNS)[number];
export type TextColumn = Exclude<ColumnName, NumberColumn | BooleanColumn>;

/** A column that the report does not have is undefined. */
export type ReportCells = { readonly [name in TextColumn]: TextCells | undefined } & {
  readonly [name in NumberColumn]: NumberCells | undefined;
} & { readonly [name in BooleanColumn]: BooleanCells | undefined };

export interface NumberCells {
  /** The values of rows [start, end), from out[0] on; NaN: no value. Times are epoch milliseconds. */
  fill(start: number, end: number, out: Float64Array): void;
}

export interface BooleanCells {
  /** The values of rows [start, end), from out[0] on: 1 or 0, and 0 where there is no value. */
  fill(start: number, end: number, out: Uint8Array): void;
}

/** Found for chosen rows, or taken one after another where they repeat; nobody does both with one column. */
export interface TextCells extends FoundTexts, RepeatedTexts {}

export interface FoundTexts {
  /** The bytes that texts lie in. */
  readonly text: Bytes;
  /** Every byte around the texts is ASCII. */
  readonly ascii: boolean;
  /** The texts lie on the desk, and `text` is the desk's. */
  readonly onDesk: boolean;
  /**
   * Where the texts of the rows rows[from], …, rows[to - 1] (ascending) lie: starts[i] is -1 where there is none. As many of them as are at hand together: gives the place
   * of the first row that was not reached.
   */
  visit(rows: Uint32Array, from: number, to: number, places: { readonly starts: Int32Array; readonly ends: Int32Array }): number;
}

export interface RepeatedTexts {
  /** The current text: bytes [start, end) of `text`. */
  readonly text: Bytes;
  readonly start: number;
  readonly end: number;
  /** Whether the rows that {@link alike} found have values. */
  readonly present: boolean;
  /** The places of the next values in the dictionary; undefined where the next values are texts. */
  readonly places: EntryPlaces | undefined;
  /** Another one for other entries; `starts` has one more than there are. */
  readonly dictionary: { readonly starts: { readonly length: number } } | undefined;
  /** How many rows from `row` on, at least one and at most up to `end`, are alike. The caller takes their values, so many of them, before it asks for other rows. */
  alike(row: number, end: number): number;
  /** Makes the next value the current text. */
  take(): void;
  /** Makes an entry of the dictionary the current text. */
  toEntry(entry: number): void;
}

export interface EntryPlaces {
  /** Whether what {@link take} took is one place again and again, and which. */
  readonly repeat: boolean;
  readonly value: number;
  /** Takes at least one and at most `max` places, and no more than `out` holds; how many. Where they do not repeat they stand in `out`, from out[0] on. */
  take(max: number, out: Uint32Array): number;
}
