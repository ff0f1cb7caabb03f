// A Parquet blob of the store, read by ranges: the footer first, then only the row groups asked for.
import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { type CampaignStore, StoreError } from "../store/store.ts";

/** What is there is not what was written: cut off, edited or rotten. It does not mend itself, so whoever meets it has to tell a person. */
export class DamagedFile extends StoreError {}

export interface StoredTable {
  readonly rows: number;
  readonly rowGroupRows: readonly number[];
  /** An entry of the footer's key-value metadata. */
  entry(name: string): string | undefined;
  readRowGroup(index: number): Promise<Record<string, unknown>[]>;
  readAll(): Promise<Record<string, unknown>[]>;
}

/**
 * undefined where the blob does not exist. Throws DamagedFile naming the path, and the row group that was asked for, where it is no whole Parquet
 * file or cannot be read; other StoreErrors where the medium fails.
 */
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
  // Loaded with the first file, and decompressors with the first rows: many a command reads none.
  const { parquetMetadataAsync, parquetReadObjects } = await import("hyparquet");
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(file);
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    throw new DamagedFile(
      `${store.location}: ${path} is not a whole Parquet file. It was cut off or edited; remove it and run the same command again.`,
      { cause },
    );
  }
  const rowGroupRows = metadata.row_groups.map((g) => Number(g.num_rows));
  async function read(what: string, rowStart: number, rowEnd: number): Promise<Record<string, unknown>[]> {
    if (rowStart === rowEnd) return [];
    const { compressors } = await import("hyparquet-compressors");
    try {
      return await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
    } catch (cause) {
      if (cause instanceof StoreError) throw cause;
      throw damaged(store, path, what, cause);
    }
  }
  return {
    rows: Number(metadata.num_rows),
    rowGroupRows,
    entry: (name) => metadata.key_value_metadata?.find((e) => e.key === name)?.value,
    async readRowGroup(index) {
      const rows = rowGroupRows[index];
      if (rows === undefined)
        throw new DamagedFile(`${store.location}: ${path} has ${rowGroupRows.length} row groups, ${index} was asked for`);
      const start = rowGroupRows.slice(0, index).reduce((a, n) => a + n, 0);
      return read(`row group ${index}`, start, start + rows);
    },
    readAll: () => read("its rows", 0, Number(metadata.num_rows)),
  };
}

/** `what` of the file could not be read, because of `cause`. */
export function damaged(store: Pick<CampaignStore, "location">, path: string, what: string, cause: unknown): DamagedFile {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new DamagedFile(
    `${store.location}: ${path} is damaged: ${what} cannot be read (${said}). The bytes changed after they were written, so look at the disk too. ` +
      "Put back a sound copy of this file; without one, plan again if it belongs to the plan, or remove it if it is a ledger file, and it is worked out anew.",
    { cause },
  );
}
