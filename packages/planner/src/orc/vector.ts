// A column's values for a stretch of rows, as arrays: bytes stay bytes, and nothing is made for each row.

/** Entry i is bytes [offsets[i], offsets[i + 1]). */
export interface Strings {
  readonly bytes: Uint8Array;
  /** One more than there are entries. */
  readonly offsets: Uint32Array;
}

interface Rows {
  readonly rows: number;
  /** One byte a row, 1 where the row has no value; undefined where every row has one. */
  readonly nulls: Uint8Array | undefined;
}

/** string, varchar, char, binary. A row without a value has an empty entry. */
export interface StringVector extends Rows, Strings {
  readonly kind: "strings";
}

/** The same, where the stripe keeps each distinct value once. */
export interface DictionaryVector extends Rows {
  readonly kind: "dictionary";
  /** The stripe's; the same object in all its vectors. Its last entry is empty: it is that of rows without a value. */
  readonly dictionary: Strings;
  /** Each row's entry, also where it has no value: so nobody needs to look at the nulls who takes no value and the empty one for the same. */
  readonly indexes: Uint32Array;
}

/** 0 or 1. */
export interface BooleanVector extends Rows {
  readonly kind: "booleans";
  readonly values: Uint8Array;
}

/** tinyint, smallint, int, and date (days since 1970-01-01). A row without a value has 0. */
export interface IntVector extends Rows {
  readonly kind: "ints";
  readonly values: Int32Array;
}

/** bigint: a Float64Array where every value is exact as a number, which sizes always are; a BigInt64Array where one is not. A row without a value has 0. */
export interface LongVector extends Rows {
  readonly kind: "longs";
  readonly values: Float64Array | BigInt64Array;
}

/** float, double. A row without a value has 0. */
export interface DoubleVector extends Rows {
  readonly kind: "doubles";
  readonly values: Float64Array;
}

/** Wall clock of the writer's time zone, as if that were UTC: whole seconds since 1970, rounded down, and the nanoseconds after them. A row without a value has 0. */
export interface TimestampVector extends Rows {
  readonly kind: "timestamps";
  readonly seconds: Float64Array;
  readonly nanos: Uint32Array;
}

/** A value is unscaled / 10 ** scale. A row without a value has 0. */
export interface DecimalVector extends Rows {
  readonly kind: "decimals";
  readonly unscaled: readonly bigint[];
  readonly scales: Int32Array;
}

export type Vector =
  | StringVector
  | DictionaryVector
  | BooleanVector
  | IntVector
  | LongVector
  | DoubleVector
  | TimestampVector
  | DecimalVector;

/** Which of a stretch's rows have values. */
export interface Presence {
  readonly rows: number;
  readonly nulls: Uint8Array | undefined;
  /** How many rows have one. */
  readonly present: number;
}

/** Moves the values [0, present) of `values`, which has room for all rows, to the rows that they belong to; the others get `none`. */
export function spread<T>(values: { [i: number]: T }, { rows, nulls, present }: Presence, none: T): void {
  if (nulls === undefined) return;
  let from = present;
  for (let row = rows - 1; row >= 0; row--) values[row] = nulls[row] === 1 ? none : (values[--from] as T);
}
