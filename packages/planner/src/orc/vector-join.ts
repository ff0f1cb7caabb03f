// The vectors of consecutive stretches of one column as one vector.
import { OrcError, type Place } from "./error.ts";
import { STRINGS_BYTES_MAX } from "./limits.ts";
import type {
  BooleanVector,
  DecimalVector,
  DictionaryVector,
  DoubleVector,
  IntVector,
  LongVector,
  StringVector,
  TimestampVector,
  Vector,
} from "./vector.ts";

/** `parts`: at least one, all of one stripe's column. */
export function joinVectors(parts: readonly Vector[], file: string, place: Place): Vector {
  const first = parts[0] as Vector;
  if (parts.length === 1) return first;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const base = { rows, nulls: joinedNulls(parts, rows) };
  switch (first.kind) {
    case "strings":
      return { kind: "strings", ...base, ...joinedStrings(parts as readonly StringVector[], rows, file, place) };
    case "dictionary": {
      const all = parts as readonly DictionaryVector[];
      return {
        kind: "dictionary",
        ...base,
        dictionary: first.dictionary,
        indexes: fill(new Uint32Array(rows), all, (part) => part.indexes),
      };
    }
    case "booleans":
      return { kind: "booleans", ...base, values: fill(new Uint8Array(rows), parts as readonly BooleanVector[], (part) => part.values) };
    case "ints":
      return { kind: "ints", ...base, values: fill(new Int32Array(rows), parts as readonly IntVector[], (part) => part.values) };
    case "longs":
      return { kind: "longs", ...base, values: joinedLongs(parts as readonly LongVector[], rows) };
    case "doubles":
      return { kind: "doubles", ...base, values: fill(new Float64Array(rows), parts as readonly DoubleVector[], (part) => part.values) };
    case "timestamps": {
      const all = parts as readonly TimestampVector[];
      const seconds = fill(new Float64Array(rows), all, (part) => part.seconds);
      return { kind: "timestamps", ...base, seconds, nanos: fill(new Uint32Array(rows), all, (part) => part.nanos) };
    }
    case "decimals": {
      const all = parts as readonly DecimalVector[];
      const unscaled = all.flatMap((part) => part.unscaled);
      return { kind: "decimals", ...base, unscaled, scales: fill(new Int32Array(rows), all, (part) => part.scales) };
    }
  }
}

function fill<P, V extends ArrayLike<number>, T extends { set(values: V, at: number): void }>(
  into: T,
  parts: readonly P[],
  values: (part: P) => V,
): T {
  let at = 0;
  for (const part of parts) {
    const piece = values(part);
    into.set(piece, at);
    at += piece.length;
  }
  return into;
}

function joinedNulls(parts: readonly Vector[], rows: number): Uint8Array | undefined {
  if (parts.every((part) => part.nulls === undefined)) return undefined;
  return fill(new Uint8Array(rows), parts, (part) => part.nulls ?? new Uint8Array(part.rows));
}

function joinedLongs(parts: readonly LongVector[], rows: number): Float64Array | BigInt64Array {
  const numbers = parts.map(({ values }) => values).filter((values) => values instanceof Float64Array);
  if (numbers.length === parts.length) return fill(new Float64Array(rows), numbers, (values) => values);
  const exact = new BigInt64Array(rows);
  let at = 0;
  for (const { values } of parts) {
    exact.set(values instanceof BigInt64Array ? values : BigInt64Array.from(values, BigInt), at);
    at += values.length;
  }
  return exact;
}

function joinedStrings(parts: readonly StringVector[], rows: number, file: string, place: Place): Pick<StringVector, "bytes" | "offsets"> {
  const length = parts.reduce((sum, part) => sum + part.bytes.length, 0);
  if (length > STRINGS_BYTES_MAX)
    throw new OrcError(file, place, `has ${length} bytes, too many for one piece; it can be read in stretches`);
  const offsets = new Uint32Array(rows + 1);
  let at = 0;
  let start = 0;
  for (const part of parts) {
    for (let i = 0; i < part.rows; i++) offsets[at++] = start + (part.offsets[i] as number);
    start += part.bytes.length;
  }
  offsets[rows] = start;
  return { bytes: fill(new Uint8Array(length), parts, (part) => part.bytes), offsets };
}
