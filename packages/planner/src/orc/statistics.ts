// What the file's metadata says about the columns of each stripe, and which stripes can therefore hold no row that is looked for.
import type { Fault } from "./error.ts";
import { Message } from "./protobuf.ts";

/** About one column of one stripe. */
export interface ColumnStatistics {
  /** Rows with a value; undefined where the writer does not say. */
  readonly values: number | undefined;
  /** Undefined where the writer does not say. */
  readonly hasNull: boolean | undefined;
  /** No string is before `low` or after `high`, in the order of their bytes. */
  readonly low: Uint8Array | undefined;
  readonly high: Uint8Array | undefined;
}

/** A test of rows by one string column. */
export type Predicate =
  /** The value lies between these two, or is one of them, in the order of UTF-8 bytes. */
  | { readonly column: string; readonly between: readonly [string, string] }
  /** The value is another one, or there is none. */
  | { readonly column: string; readonly otherThan: string }
  /** There is no value. */
  | { readonly column: string; readonly isNull: true };

/** Writers before this version (HIVE-8732) could get the least and greatest string wrong. */
const STRINGS_RIGHT_SINCE = 1;

/** For each stripe, the statistics of each column by its number. Empty where the file has none. */
export function parseMetadata(bytes: Uint8Array, writerVersion: number, fault: Fault): ColumnStatistics[][] {
  const message = new Message(bytes, fault);
  const stripes: ColumnStatistics[][] = [];
  while (message.next()) {
    if (message.field !== 1) continue;
    const stripe = message.message();
    const columns: ColumnStatistics[] = [];
    while (stripe.next()) if (stripe.field === 1) columns.push(parseColumn(stripe.message(), writerVersion));
    stripes.push(columns);
  }
  return stripes;
}

function parseColumn(message: Message, writerVersion: number): ColumnStatistics {
  let values: number | undefined;
  let hasNull: boolean | undefined;
  let low: Uint8Array | undefined;
  let high: Uint8Array | undefined;
  while (message.next()) {
    if (message.field === 1) values = message.uint();
    else if (message.field === 10) hasNull = message.boolean();
    else if (message.field === 4 && writerVersion >= STRINGS_RIGHT_SINCE) {
      const strings = message.message();
      // Strings that are too long to be kept whole are bounded (fields 4 and 5) instead.
      while (strings.next()) {
        if (strings.field === 1 || strings.field === 4) low = strings.bytes();
        else if (strings.field === 2 || strings.field === 5) high = strings.bytes();
      }
    }
  }
  return { values, hasNull, low, high };
}

/** False where no row of a stripe of `rows` rows passes the test. True where that cannot be told. */
export function mayHold(statistics: ColumnStatistics | undefined, rows: number, predicate: Predicate): boolean {
  if (rows === 0) return false;
  if (statistics === undefined) return true;
  const { values, low, high } = statistics;
  const noNulls = values === rows || (statistics.hasNull === false && values !== 0);
  if ("isNull" in predicate) return !noNulls;
  if ("otherThan" in predicate) {
    const value = Buffer.from(predicate.otherThan);
    return !(noNulls && low !== undefined && high !== undefined && value.equals(low) && value.equals(high));
  }
  if (values === 0) return false;
  const [from, to] = predicate.between;
  if (low !== undefined && Buffer.compare(Buffer.from(to), low) < 0) return false;
  return !(high !== undefined && Buffer.compare(Buffer.from(from), high) > 0);
}
