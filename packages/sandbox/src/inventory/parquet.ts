/** Parquet data files of a report: message `s3.inventory`, Snappy, keys as plain UTF-8, times as TIMESTAMP_MILLIS. */
import { setImmediate } from "node:timers/promises";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { type InventoryColumn, type InventoryEntry, inventoryColumns } from "./columns.ts";

/** Rows of one row group. */
const rowGroupRows = 25_000;

const types = {
  key: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  boolean: { type: "BOOLEAN" },
  integer: { type: "INT64" },
  time: { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
} as const;

type ParquetValue = string | boolean | bigint | Date | undefined;

/** One data file. Gives the event loop back between row groups. */
export async function parquetFile(entries: Iterable<InventoryEntry>): Promise<Buffer> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [
      { name: "s3.inventory", num_children: inventoryColumns.length },
      ...inventoryColumns.map((column) => ({
        name: column.parquet,
        repetition_type: column.required === true ? ("REQUIRED" as const) : ("OPTIONAL" as const),
        ...types[column.kind],
      })),
    ],
    createdBy: "quitclaim sandbox",
    // Minimum and maximum of unsorted columns help no reader, and cost a fifth of the writing.
    statistics: false,
  });
  let group: InventoryEntry[] = [];
  const flush = async (): Promise<void> => {
    const rows = group;
    group = [];
    writer.write({
      columnData: inventoryColumns.map((column) => ({ name: column.parquet, data: rows.map((entry) => parquetValue(column, entry)) })),
      rowGroupSize: rowGroupRows,
    });
    await setImmediate();
  };
  for (const entry of entries) {
    group.push(entry);
    if (group.length === rowGroupRows) await flush();
  }
  if (group.length > 0) await flush();
  writer.finish();
  return Buffer.from(bytes.getBytes());
}

function parquetValue(column: InventoryColumn, entry: InventoryEntry): ParquetValue {
  const value = column.value(entry);
  if (typeof value !== "number") return value;
  return column.kind === "time" ? new Date(value) : BigInt(value);
}
