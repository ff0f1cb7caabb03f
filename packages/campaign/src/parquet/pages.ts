// Column chunks from bytes: what the planner writes by the hundred million rows never becomes a JavaScript string. One data page a column and row group,
// plain or by dictionary; the footer is hyparquet-writer's.
import type { ColumnChunk, CompressionCodec, Encoding, SchemaElement } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { snappyCompress } from "./snappy.ts";

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
export function writeColumnPages(writer: ByteWriter, element: SchemaElement, rows: number, column: PageColumn): ColumnChunk {
  const start = writer.offset;
  let uncompressed = 0;
  let encoding: Encoding = "PLAIN";
  let codec: CompressionCodec = "UNCOMPRESSED";
  let values: Uint8Array;
  let dictionaryOffset: bigint | undefined;
  if (column.kind === "words") {
    encoding = "RLE_DICTIONARY";
    const dictionary = plainBytes(column.words);
    values = encodePlaces(column.places, column.words.length);
    if (dictionary.length + values.length >= COMPRESS_BYTES_MIN) codec = "SNAPPY";
    dictionaryOffset = BigInt(start);
    uncompressed += writeDictionary(writer, column.words.length, dictionary, codec);
  } else if (column.kind === "bytes") {
    if (column.compress) codec = "SNAPPY";
    values = column.plain;
  } else {
    values = encodeFixed(column);
  }
  const dataOffset = BigInt(writer.offset);
  const nullable = element.repetition_type === "OPTIONAL";
  const levels = nullable ? encodeLevels(column.present, rows) : new Uint8Array(0);
  const nulls = column.present === undefined ? 0 : rows - column.present.reduce((a, n) => a + n, 0);
  const body = codec === "SNAPPY" ? snappyCompress(values) : values;
  const before = writer.offset;
  writePageHeader(writer, {
    type: "DATA_PAGE_V2",
    uncompressed_page_size: levels.length + values.length,
    compressed_page_size: levels.length + body.length,
    data_page_header_v2: {
      num_values: rows,
      num_nulls: nulls,
      num_rows: rows,
      encoding,
      definition_levels_byte_length: levels.length,
      repetition_levels_byte_length: 0,
      is_compressed: codec === "SNAPPY",
    },
  });
  uncompressed += writer.offset - before + levels.length + values.length;
  writer.appendBytes(levels);
  writer.appendBytes(body);
  return {
    file_offset: BigInt(start),
    meta_data: {
      type: element.type as NonNullable<SchemaElement["type"]>,
      encodings: dictionaryOffset === undefined ? ["PLAIN", "RLE"] : ["PLAIN", "RLE", "RLE_DICTIONARY"],
      path_in_schema: [element.name],
      codec,
      num_values: BigInt(rows),
      total_uncompressed_size: BigInt(uncompressed),
      total_compressed_size: BigInt(writer.offset - start),
      data_page_offset: dataOffset,
      ...(dictionaryOffset === undefined ? {} : { dictionary_page_offset: dictionaryOffset }),
    },
  };
}

function writeDictionary(writer: ByteWriter, words: number, plain: Uint8Array, codec: CompressionCodec): number {
  const body = codec === "SNAPPY" ? snappyCompress(plain) : plain;
  const before = writer.offset;
  writePageHeader(writer, {
    type: "DICTIONARY_PAGE",
    uncompressed_page_size: plain.length,
    compressed_page_size: body.length,
    dictionary_page_header: { num_values: words, encoding: "PLAIN" },
  });
  const header = writer.offset - before;
  writer.appendBytes(body);
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
  const writer = new ByteWriter(16 + (rows >> 3));
  if (present === undefined) {
    writer.appendVarInt(rows << 1);
    writer.appendUint8(1);
  } else {
    writer.appendVarInt((((rows + 7) >> 3) << 1) | 1);
    writer.appendBytes(encodeBooleans(present));
  }
  return writer.getBytes();
}

/** A byte with the bit width, then one run where there is one word, bit-packed groups of eight otherwise. */
function encodePlaces(places: Uint32Array, words: number): Uint8Array {
  const width = Math.max(1, 32 - Math.clz32(Math.max(0, words - 1)));
  const writer = new ByteWriter(16 + ((places.length * width) >> 3));
  writer.appendUint8(width);
  if (words === 1) {
    writer.appendVarInt(places.length << 1);
    writer.appendUint8(0);
    return writer.getBytes();
  }
  const groups = (places.length + 7) >> 3;
  if (groups === 0) return writer.getBytes();
  writer.appendVarInt((groups << 1) | 1);
  let held = 0;
  let bits = 0;
  for (let i = 0; i < groups * 8; i++) {
    held |= (places[i] ?? 0) << bits;
    bits += width;
    while (bits >= 8) {
      writer.appendUint8(held & 0xff);
      held >>>= 8;
      bits -= 8;
    }
  }
  return writer.getBytes();
}
