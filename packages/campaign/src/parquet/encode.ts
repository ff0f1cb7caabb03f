// Plain Parquet out: row groups given one by one, Snappy, written into memory and handed over whole.
import type { SchemaElement } from "hyparquet";
import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { type PageColumn, writeColumnPages } from "./pages.ts";

export interface TableEncoder {
  /** Appends one row group. */
  rowGroup(columns: ColumnSource[]): void;
  /** Appends one row group that is bytes already: a column for each column of the table, in its order. */
  pages(rows: number, columns: readonly PageColumn[]): void;
  readonly rowGroups: number;
  /** Bytes so far. */
  readonly bytes: number;
  /** The whole file, with these entries in its footer. The encoder cannot be used after it. */
  finish(metadata: Record<string, string>): Uint8Array;
}

/** `columns` gives names and types; its data is not used. `bytesExpected`: room made at once, so that a large table is not copied again and again while it grows. */
export function encodeTable(columns: ColumnSource[], bytesExpected = 1_024): TableEncoder {
  const writer = new ByteWriter(bytesExpected);
  const schema = schemaFromColumnData({ columnData: columns });
  // Row groups are found by batch number and never by value: bounds of each column would cost more than writing it.
  const parquet = new ParquetWriter({ writer, schema, createdBy: "quitclaim", statistics: false });
  let rowGroups = 0;
  return {
    rowGroup(data) {
      // The schema already has the types; giving them twice is refused.
      parquet.write({
        columnData: data.map((c) => ({ name: c.name, data: c.data, offsetIndex: false })),
        rowGroupSize: Number.MAX_SAFE_INTEGER,
      });
      rowGroups++;
    },
    pages(rows, data) {
      if (data.length !== columns.length) throw new Error(`a row group of ${columns.length} columns was given ${data.length}`);
      const start = writer.offset;
      const chunks = data.map((column, i) => writeColumnPages(writer, schema[i + 1] as SchemaElement, rows, column));
      parquet.num_rows += BigInt(rows);
      parquet.row_groups.push({
        columns: chunks,
        total_byte_size: chunks.reduce((a, c) => a + (c.meta_data?.total_uncompressed_size ?? 0n), 0n),
        num_rows: BigInt(rows),
        total_compressed_size: BigInt(writer.offset - start),
      });
      rowGroups++;
    },
    get rowGroups() {
      return rowGroups;
    },
    get bytes() {
      return writer.offset;
    },
    finish(metadata) {
      parquet.kvMetadata = Object.entries(metadata).map(([key, value]) => ({ key, value }));
      parquet.finish();
      return writer.getBytes();
    },
  };
}
