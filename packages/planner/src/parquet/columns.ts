// The columns of one Parquet data file as arrays of cells: bytes stay bytes, times and sizes become numbers, a null and an empty string are the same.
import { zstdDecompressSync } from "node:zlib";
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetScan, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { PlanError } from "../error.ts";
import { COLUMNS, type ColumnName, type ReportColumns } from "../source/columns.ts";
import type { DataFile } from "../source/manifest.ts";

/** A string column's cells are Buffers, a boolean column's booleans, all others are numbers; null or undefined: no value. */
export type Cells = ArrayLike<unknown>;

export interface ColumnFile {
  readonly rowGroupRows: readonly number[];
  /** Cells of rows [start, end) of the file, which lie in one row group. Rejects with PlanError naming file, row group and column where they cannot be read. */
  read(column: ColumnName, group: number, start: number, end: number): Promise<Cells>;
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const PARSERS = {
  stringFromBytes: asBuffer,
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (micros: bigint) => Number(micros / 1_000n),
  timestampFromNanoseconds: (nanos: bigint) => Number(nanos / 1_000_000n),
};

/** Node's own zstd is twice as fast as the one in JavaScript. */
const COMPRESSORS = { ...compressors, ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) };

export async function openColumns(file: AsyncBuffer, data: DataFile, columns: ReportColumns): Promise<ColumnFile> {
  const corrupt = (what: string, cause: unknown): PlanError =>
    new PlanError(
      "data-file-corrupt",
      `The data file ${data.key} cannot be read: ${what} (${cause instanceof Error ? cause.message : String(cause)}). Its MD5 is what the manifest says, so it was written like this: plan from another report.`,
      { cause },
    );
  let metadata: FileMetaData;
  let names: string[];
  try {
    metadata = await parquetMetadataAsync(file);
    names = parquetSchema(metadata).children.map((child) => child.element.name);
  } catch (cause) {
    throw corrupt("its Parquet footer cannot be parsed", cause);
  }
  const missing = (Object.keys(columns.at) as ColumnName[]).map((name) => COLUMNS[name].parquet).filter((name) => !names.includes(name));
  if (missing.length > 0) throw corrupt("it is not what its manifest's fileSchema says", `no column ${missing.join(", ")}`);
  const rowGroupRows = metadata.row_groups.map((group) => Number(group.num_rows));
  const scan = await parquetScan({ file, metadata, compressors: COMPRESSORS, parsers: PARSERS });
  return {
    rowGroupRows,
    async read(name, group, rowStart, rowEnd) {
      const column = COLUMNS[name].parquet;
      const where = `the column ${column} in row group ${group + 1} of ${rowGroupRows.length} is damaged`;
      let cells: Cells;
      try {
        cells = await scan.readColumn({ column, rowStart, rowEnd });
      } catch (cause) {
        throw corrupt(where, cause);
      }
      if (cells.length !== rowEnd - rowStart) throw corrupt(where, `${cells.length} values for ${rowEnd - rowStart} rows`);
      return cells;
    },
  };
}
