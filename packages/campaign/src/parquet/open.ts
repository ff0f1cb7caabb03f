// A Parquet blob of the store, read by ranges: the footer first, then only the row groups asked for.
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { type CampaignStore, StoreError } from "../store/store.ts";

export interface StoredTable {
  readonly rows: number;
  readonly rowGroupRows: readonly number[];
  /** An entry of the footer's key-value metadata. */
  entry(name: string): string | undefined;
  readRowGroup(index: number): Promise<Record<string, unknown>[]>;
  readAll(): Promise<Record<string, unknown>[]>;
}

/** undefined where the blob does not exist. Throws StoreError naming the path where it is no whole Parquet file. */
export async function openTable(store: CampaignStore, path: string): Promise<StoredTable | undefined> {
  const byteLength = await store.size(path);
  if (byteLength === undefined) return undefined;
  const file: AsyncBuffer = {
    byteLength,
    async slice(start, end = byteLength) {
      const bytes = await store.readRange(path, start, end);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },
  };
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(file);
  } catch (cause) {
    throw new StoreError(
      `${store.location}: ${path} is not a whole Parquet file. It was cut off or edited; remove it and run the same command again.`,
      { cause },
    );
  }
  const rowGroupRows = metadata.row_groups.map((g) => Number(g.num_rows));
  const read = (rowStart: number, rowEnd: number): Promise<Record<string, unknown>[]> =>
    rowStart === rowEnd ? Promise.resolve([]) : parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
  return {
    rows: Number(metadata.num_rows),
    rowGroupRows,
    entry: (name) => metadata.key_value_metadata?.find((e) => e.key === name)?.value,
    async readRowGroup(index) {
      const rows = rowGroupRows[index];
      if (rows === undefined)
        throw new StoreError(`${store.location}: ${path} has ${rowGroupRows.length} row groups, ${index} was asked for`);
      const start = rowGroupRows.slice(0, index).reduce((a, n) => a + n, 0);
      return read(start, start + rows);
    },
    readAll: () => read(0, Number(metadata.num_rows)),
  };
}
