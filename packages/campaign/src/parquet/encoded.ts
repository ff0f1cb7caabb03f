// Values as they lie in a data page before it is compressed: plain, or places in a dictionary.
import { ByteOutput } from "./byte-output.ts";

/** One column of one row group. Nulls are left out of the values; `present` has 1 for a value and 0 for a null, and is undefined where there is no null. */
export type ValuesColumn = { readonly present?: Uint8Array | undefined } & (
  | {
      readonly kind: "bytes";
      /** For each value its length in four bytes, little-endian, and its bytes. */
      readonly plain: Uint8Array;
      /** Digests and random IDs do not shrink: trying costs time for nothing. */
      readonly compress: boolean;
    }
  | {
      readonly kind: "words";
      /** Distinct values, and for each value that is present its place among them. */
      readonly words: readonly Uint8Array[];
      readonly places: Uint32Array;
    }
  | {
      readonly kind: "int64";
      /** Whole numbers up to 2^53. */
      readonly values: Float64Array;
    }
  | { readonly kind: "int32"; readonly values: Int32Array }
  | { readonly kind: "boolean"; readonly values: Uint8Array }
);

/** A column whose values are encoded already. */
export interface EncodedColumn {
  readonly kind: "encoded";
  readonly values: Uint8Array;
  /** Whether trying is worth its time. */
  readonly compress: boolean;
  readonly nulls: number;
  /** A bit for each row, 1 for a value, the lowest first; undefined where there is no null. */
  readonly present: Uint8Array | undefined;
  /** Distinct values, as a `bytes` column has them, where `values` are places among them; undefined where they are plain. */
  readonly dictionary: { readonly count: number; readonly plain: Uint8Array } | undefined;
}

export function encodeColumn(column: ValuesColumn): EncodedColumn {
  const { present } = column;
  return {
    kind: "encoded",
    values: encodeValues(column),
    compress: column.kind === "words" || (column.kind === "bytes" && column.compress),
    nulls: present === undefined ? 0 : countZeros(present),
    present: present === undefined ? undefined : encodeBooleans(present),
    dictionary: column.kind === "words" ? { count: column.words.length, plain: plainBytes(column.words) } : undefined,
  };
}

function countZeros(present: Uint8Array): number {
  let zeros = 0;
  for (let i = 0; i < present.length; i++) if (present[i] === 0) zeros++;
  return zeros;
}

/** Values as a `bytes` column has them. */
export function plainBytes(values: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((a, v) => a + 4 + v.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const value of values) {
    view.setUint32(at, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + value.length;
  }
  return bytes;
}

function encodeValues(column: ValuesColumn): Uint8Array {
  switch (column.kind) {
    case "words":
      return encodePlaces(column.places, column.words.length);
    case "bytes":
      return column.plain;
    case "int64":
      return encodeInt64(column.values);
    case "int32":
      return new Uint8Array(column.values.buffer, column.values.byteOffset, column.values.byteLength);
    case "boolean":
      return encodeBooleans(column.values);
  }
}

function encodeInt64(values: Float64Array): Uint8Array {
  const words = new Int32Array(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const high = Math.floor(value / 4_294_967_296);
    words[2 * i] = value - high * 4_294_967_296;
    words[2 * i + 1] = high;
  }
  return new Uint8Array(words.buffer);
}

function encodeBooleans(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array((values.length + 7) >> 3);
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  return bits;
}

/** A byte with the bit width, then one run where there is one word, bit-packed groups of eight otherwise. */
function encodePlaces(places: Uint32Array, words: number): Uint8Array {
  const width = Math.max(1, 32 - Math.clz32(Math.max(0, words - 1)));
  const groups = (places.length + 7) >> 3;
  const out = new ByteOutput(16 + groups * width);
  out.byte(width);
  if (words === 1) {
    out.varint(places.length * 2);
    out.byte(0);
    return out.written;
  }
  if (groups === 0) return out.written;
  out.varint(groups * 2 + 1);
  let held = 0;
  let bits = 0;
  for (let i = 0; i < groups * 8; i++) {
    held |= (places[i] ?? 0) << bits;
    bits += width;
    while (bits >= 8) {
      out.byte(held & 0xff);
      held >>>= 8;
      bits -= 8;
    }
  }
  return out.written;
}
