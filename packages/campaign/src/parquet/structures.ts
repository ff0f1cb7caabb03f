// Parquet's own structures (https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift): page headers, row groups, the footer.
import type { ByteOutput } from "./byte-output.ts";
import { CompactThrift, ELEMENT } from "./compact-thrift.ts";

export interface TableColumn {
  readonly name: string;
  /** STRING is UTF-8; TIMESTAMP is milliseconds since 1970, UTC. */
  readonly type: "STRING" | "BOOLEAN" | "INT32" | "INT64" | "TIMESTAMP";
  readonly nullable: boolean;
}

const TYPES = { BOOLEAN: 0, INT32: 1, INT64: 2, TIMESTAMP: 2, STRING: 6 } as const;
const CONVERTED = { STRING: 0, TIMESTAMP: 9 } as const;
const REQUIRED = 0;
const OPTIONAL = 1;
export const ENCODING = { plain: 0, rle: 3, dictionary: 8 } as const;
const UNCOMPRESSED = 0;
const SNAPPY = 1;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;
const VERSION = 2;
export const MAGIC = 0x31524150;

export interface DataPage {
  readonly rows: number;
  readonly nulls: number;
  readonly encoding: number;
  readonly levelBytes: number;
  /** With levels. */
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly compressed: boolean;
}

export function writeDataPageHeader(out: ByteOutput, page: DataPage): void {
  const thrift = new CompactThrift(out);
  thrift.begin();
  thrift.i32(1, DATA_PAGE_V2);
  thrift.i32(2, page.bytes);
  thrift.i32(3, page.compressedBytes);
  thrift.struct(8);
  thrift.i32(1, page.rows);
  thrift.i32(2, page.nulls);
  thrift.i32(3, page.rows);
  thrift.i32(4, page.encoding);
  thrift.i32(5, page.levelBytes);
  thrift.i32(6, 0);
  if (!page.compressed) thrift.falseFlag(7);
  thrift.end();
  thrift.end();
}

export function writeDictionaryPageHeader(out: ByteOutput, words: number, bytes: number, compressedBytes: number): void {
  const thrift = new CompactThrift(out);
  thrift.begin();
  thrift.i32(1, DICTIONARY_PAGE);
  thrift.i32(2, bytes);
  thrift.i32(3, compressedBytes);
  thrift.struct(7);
  thrift.i32(1, words);
  thrift.i32(2, ENCODING.plain);
  thrift.end();
  thrift.end();
}

/** Where a column's pages lie in the file, and how large they are. */
export interface ColumnChunk {
  readonly start: number;
  readonly dataPage: number;
  readonly dictionaryPage: number | undefined;
  readonly compressed: boolean;
  readonly bytes: number;
  readonly compressedBytes: number;
}

/** A column as row groups repeat it: its name in UTF-8. */
export interface RowGroupColumn {
  readonly name: Uint8Array;
  readonly type: TableColumn["type"];
}

export function writeRowGroup(out: ByteOutput, columns: readonly RowGroupColumn[], rows: number, chunks: readonly ColumnChunk[]): void {
  const thrift = new CompactThrift(out);
  let bytes = 0;
  let compressedBytes = 0;
  thrift.begin();
  thrift.list(1, ELEMENT.struct, chunks.length);
  for (const [i, chunk] of chunks.entries()) {
    const { name, type } = columns[i] as RowGroupColumn;
    bytes += chunk.bytes;
    compressedBytes += chunk.compressedBytes;
    thrift.begin();
    thrift.i64(2, chunk.start);
    thrift.struct(3);
    thrift.i32(1, TYPES[type]);
    const encodings = chunk.dictionaryPage === undefined ? PLAIN_ENCODINGS : DICTIONARY_ENCODINGS;
    thrift.list(2, ELEMENT.i32, encodings.length);
    for (const encoding of encodings) thrift.zigzag(encoding);
    thrift.list(3, ELEMENT.binary, 1);
    thrift.bytes(name);
    thrift.i32(4, chunk.compressed ? SNAPPY : UNCOMPRESSED);
    thrift.i64(5, rows);
    thrift.i64(6, chunk.bytes);
    thrift.i64(7, chunk.compressedBytes);
    thrift.i64(9, chunk.dataPage);
    if (chunk.dictionaryPage !== undefined) thrift.i64(11, chunk.dictionaryPage);
    thrift.end();
    thrift.end();
  }
  thrift.i64(2, bytes);
  thrift.i64(3, rows);
  thrift.i64(6, compressedBytes);
  thrift.end();
}

const PLAIN_ENCODINGS = [ENCODING.plain, ENCODING.rle];
const DICTIONARY_ENCODINGS = [...PLAIN_ENCODINGS, ENCODING.dictionary];

export interface TableEnd {
  readonly columns: readonly TableColumn[];
  readonly rows: number;
  readonly groups: number;
  /** What {@link writeRowGroup} wrote, group after group. */
  readonly groupBytes: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdBy: string;
}

/** The footer, its length, and the mark behind it. */
export function writeTableEnd(out: ByteOutput, table: TableEnd): void {
  const start = out.length;
  const thrift = new CompactThrift(out);
  thrift.begin();
  thrift.i32(1, VERSION);
  thrift.list(2, ELEMENT.struct, table.columns.length + 1);
  thrift.begin();
  thrift.text(4, "root");
  thrift.i32(5, table.columns.length);
  thrift.end();
  for (const { name, type, nullable } of table.columns) {
    thrift.begin();
    thrift.i32(1, TYPES[type]);
    thrift.i32(3, nullable ? OPTIONAL : REQUIRED);
    thrift.text(4, name);
    if (type === "STRING" || type === "TIMESTAMP") thrift.i32(6, CONVERTED[type]);
    thrift.end();
  }
  thrift.i64(3, table.rows);
  thrift.list(4, ELEMENT.struct, table.groups);
  out.append(table.groupBytes);
  const metadata = Object.entries(table.metadata);
  if (metadata.length > 0) thrift.list(5, ELEMENT.struct, metadata.length);
  for (const [key, value] of metadata) {
    thrift.begin();
    thrift.text(1, key);
    thrift.text(2, value);
    thrift.end();
  }
  thrift.text(6, table.createdBy);
  // How values compare: as their types say.
  thrift.list(7, ELEMENT.struct, table.columns.length);
  for (const _ of table.columns) {
    thrift.begin();
    thrift.struct(1);
    thrift.end();
    thrift.end();
  }
  thrift.end();
  out.uint32(out.length - start);
  out.uint32(MAGIC);
}
