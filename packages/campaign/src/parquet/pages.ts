// Column chunks from bytes: what the planner writes by the hundred million rows never becomes a JavaScript string. One data page a column and row group,
// plain or by dictionary.
import type { ByteOutput } from "./byte-output.ts";
import { type EncodedColumn, encodeColumn, type ValuesColumn } from "./encoded.ts";
import { snappyCompress } from "./snappy.ts";
import { type ColumnChunk, ENCODING, writeDataPageHeader, writeDictionaryPageHeader } from "./structures.ts";

/** One column of one row group. */
export type PageColumn = ValuesColumn | EncodedColumn;

/** A few short words are not worth a compressor's call. */
const DICTIONARY_COMPRESS_BYTES_MIN = 1_024;

/** Writes the column's pages and tells where they lie. `rows` counts nulls too. */
export function writeColumnPages(out: ByteOutput, nullable: boolean, rows: number, column: PageColumn): ColumnChunk {
  const { values, compress, nulls, present, dictionary } = column.kind === "encoded" ? column : encodeColumn(column);
  const start = out.length;
  const compressed = compress && (dictionary === undefined || dictionary.plain.length + values.length >= DICTIONARY_COMPRESS_BYTES_MIN);
  const bytesBefore = dictionary === undefined ? 0 : writeDictionary(out, dictionary.count, dictionary.plain, compressed);
  const dataPage = out.length;
  const levelBytes = nullable ? levelsLength(present, rows) : 0;
  const body = compressed ? snappyCompress(values) : values;
  writeDataPageHeader(out, {
    rows,
    nulls,
    encoding: dictionary === undefined ? ENCODING.plain : ENCODING.dictionary,
    levelBytes,
    bytes: levelBytes + values.length,
    compressedBytes: levelBytes + body.length,
    compressed,
  });
  const bytes = bytesBefore + out.length - dataPage + levelBytes + values.length;
  if (nullable) writeLevels(out, present, rows);
  out.append(body);
  return {
    start,
    dataPage,
    dictionaryPage: dictionary === undefined ? undefined : start,
    compressed,
    bytes,
    compressedBytes: out.length - start,
  };
}

/** Answers its header's and its own bytes, uncompressed. */
function writeDictionary(out: ByteOutput, words: number, plain: Uint8Array, compressed: boolean): number {
  const body = compressed ? snappyCompress(plain) : plain;
  const before = out.length;
  writeDictionaryPageHeader(out, words, plain.length, body.length);
  const header = out.length - before;
  out.append(body);
  return header + plain.length;
}

/** Definition levels of a nullable column: one run where nothing is null, bits otherwise. */
function writeLevels(out: ByteOutput, present: Uint8Array | undefined, rows: number): void {
  out.varint(levelsRun(present, rows));
  if (present === undefined) out.byte(1);
  else out.append(present);
}

function levelsLength(present: Uint8Array | undefined, rows: number): number {
  let length = 1 + (present === undefined ? 1 : present.length);
  for (let rest = levelsRun(present, rows); rest >= 0x80; rest >>>= 7) length++;
  return length;
}

/** What a run begins with: rows, or groups of eight that are bits. */
const levelsRun = (present: Uint8Array | undefined, rows: number): number => (present === undefined ? rows * 2 : present.length * 2 + 1);
