// Plain Parquet out: row groups given one by one, Snappy, written into memory and handed over whole.
import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";

export interface TableEncoder {
  /** Appends one row group. */
  rowGroup(columns: ColumnSource[]): void;
  readonly rowGroups: number;
  /** Bytes so far. */
  readonly bytes: number;
  /** The whole file, with these entries in its footer. The encoder cannot be used after it. */
  finish(metadata: Record<string, string>): Uint8Array;
}

/** `columns` gives names and types; its data is not used. */
export function encodeTable(columns: ColumnSource[]): TableEncoder {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: schemaFromColumnData({ columnData: columns }), createdBy: "quitclaim" });
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
