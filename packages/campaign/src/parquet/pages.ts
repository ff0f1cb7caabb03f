// Column chunks from bytes: what the planner writes by the hundred million rows never becomes a JavaScript string. One data page a column and row group,
// plain or by dictionary.
import { ByteOutput } from "./byte-output.ts";
import { snappyCompress } from "./snappy.ts";
import { type ColumnChunk, ENCODING, writeDataPageHeader, writeDictionaryPageHeader } from "./structures.ts";

/** One column of one row group. Nulls are left out of the values; `present` has 1 for a value and 0 for a null, and is undefined where there is no null. */
export type PageColumn = { readonly present?: Uint8Array | undefined } & (
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

/** A few short words are not worth a compressor's call. */
const COMPRESS_BYTES_MIN = 1_024;

/** Writes the column's pages and tells where they lie. `rows` counts nulls too. */
export function writeColumnPages(out: ByteOutput, nullable: boolean, rows: number, column: PageColumn): ColumnChunk {
  const start = out.length;
  let encoding: number = ENCODING.plain;
  let compressed = false;
  let values: Uint8Array;
  let dictionaryPage: number | undefined;
  let bytes = 0;
  if (column.kind === "words") {
    encoding = ENCODING.dictionary;
    const dictionary = plainBytes(column.words);
    values = encodePlaces(column.places, column.words.length);
    compressed = dictionary.length + values.length >= COMPRESS_BYTES_MIN;
    dictionaryPage = start;
    bytes += writeDictionary(out, column.words.length, dictionary, compressed);
  } else if (column.kind === "bytes") {
    compressed = column.compress;
    values = column.plain;
  } else {
    values = encodeFixed(column);
  }
  const dataPage = out.length;
  const levels = nullable ? encodeLevels(column.present, rows) : NO_BYTES;
  const body = compressed ? snappyCompress(values) : values;
  writeDataPageHeader(out, {
    rows,
    nulls: column.present === undefined ? 0 : countZeros(column.present),
    encoding,
    levelBytes: levels.length,
    bytes: levels.length + values.length,
    compressedBytes: levels.length + body.length,
    compressed,
  });
  bytes += out.length - dataPage + levels.length + values.length;
  out.append(levels);
  out.append(body);
  return { start, dataPage, dictionaryPage, compressed, bytes, compressedBytes: out.length - start };
}

const NO_BYTES = new Uint8Array(0);

function countZeros(present: Uint8Array): number {
  let zeros = 0;
  for (let i = 0; i < present.length; i++) if (present[i] === 0) zeros++;
  return zeros;
}

function writeDictionary(out: ByteOutput, words: number, plain: Uint8Array, compressed: boolean): number {
  const body = compressed ? snappyCompress(plain) : plain;
  const before = out.length;
  writeDictionaryPageHeader(out, words, plain.length, body.length);
  const header = out.length - before;
  out.append(body);
  return header + plain.length;
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

function encodeFixed(column: Extract<PageColumn, { kind: "int64" | "int32" | "boolean" }>): Uint8Array {
  switch (column.kind) {
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

/** Definition levels of a nullable column: one run where nothing is null, bits otherwise. */
function encodeLevels(present: Uint8Array | undefined, rows: number): Uint8Array {
  const out = new ByteOutput(16 + (rows >> 3));
  if (present === undefined) {
    out.varint(rows * 2);
    out.byte(1);
  } else {
    out.varint(((rows + 7) >> 3) * 2 + 1);
    out.append(encodeBooleans(present));
  }
  return out.written;
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
