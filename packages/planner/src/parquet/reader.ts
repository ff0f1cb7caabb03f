// Parquet reports: row group after row group, the cursors of their columns going from row to row together.

import { openOnce, type UnverifiedAccess } from "../columnar/bytes.ts";
import { STRETCH_ROWS } from "../columnar/desk.ts";
import { FileMeanings } from "../columnar/file-meanings.ts";
import { GroupRows } from "../columnar/group.ts";
import { Packing } from "../columnar/packing.ts";
import type { DataFileInput } from "../reader/reader.ts";
import type { Triage } from "../scan/triage.ts";
import type { ColumnName } from "../source/columns.ts";
import { finishColumns, openColumns, Rooms } from "./columns.ts";
import { readFooter } from "./footer.ts";

/** Memory of files that were read, for the next ones; of one file, where they are read one after another. */
const idle: Rooms[] = [];

/** Stretches between two reports of progress. */
const PROGRESS_STRETCHES = 8;

/** Hands every row of a Parquet data file to the triage; see ReportReader. */
export async function readParquet(input: DataFileInput, triage: Triage): Promise<void> {
  const access = await openOnce(input);
  try {
    await readRows(access, input, triage);
  } finally {
    await access.close();
  }
}

async function readRows(access: UnverifiedAccess, input: DataFileInput, triage: Triage): Promise<void> {
  const rooms = idle.pop() ?? new Rooms();
  try {
    await readGroups(access, rooms, input, triage);
  } catch (error) {
    // A damaged file is told before the nonsense that it caused.
    access.verify();
    throw error;
  } finally {
    idle.push(rooms);
  }
  access.verify();
  input.progress(input.file.size, triage.tally.total.rows);
}

/** The same, in this memory, of bytes whose checksum the caller looks at. */
export async function readGroups(
  access: Pick<UnverifiedAccess, "file" | "bytes"> & Partial<UnverifiedAccess>,
  rooms: Rooms,
  input: DataFileInput,
  triage: Triage,
): Promise<void> {
  const { bytes } = access;
  const progress = (rows: number): void => input.progress(access.passed ?? input.file.size, rows);
  const groups = await readFooter(access.file, input.file.key, Object.keys(input.columns.at) as ColumnName[]);
  const { desk } = rooms;
  const meanings = new FileMeanings(triage);
  const { isLatest, versionId } = input.columns.at;
  const packing = new Packing(desk, triage, { hasVersions: versionId !== undefined, allLatest: isLatest === undefined });
  let first = 0;
  for (const group of groups) {
    access.begin?.(group.start, group.end);
    const columns = openColumns(bytes, group, rooms);
    const rows = new GroupRows(triage, columns, meanings, desk, packing, { first, file: input.file.key, bucket: input.bucket });
    for (let start = 0; start < group.rows; start += STRETCH_ROWS) {
      const end = Math.min(group.rows, start + STRETCH_ROWS);
      rows.hand(start, end);
      if ((start / STRETCH_ROWS) % PROGRESS_STRETCHES === 0) progress(first + end);
      await input.room();
    }
    finishColumns(columns);
    first += group.rows;
    progress(first);
  }
  packing.flush();
  meanings.settle();
}
