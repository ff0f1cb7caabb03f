// ORC reports: stripe after stripe, the cursors of their columns going from row to row together.

import { openOnce, type UnverifiedAccess } from "../columnar/bytes.ts";
import { STRETCH_ROWS } from "../columnar/desk.ts";
import { FileMeanings } from "../columnar/file-meanings.ts";
import { GroupRows } from "../columnar/group.ts";
import { Packing } from "../columnar/packing.ts";
import { newRoom } from "../columnar/room.ts";
import { PlanError } from "../error.ts";
import type { DataFileInput } from "../reader/reader.ts";
import type { Triage } from "../scan/triage.ts";
import { Witness } from "../scan/witness.ts";
import { COLUMNS } from "../source/columns.ts";
import { OrcError } from "./error.ts";
import { type OrcFile, openOrc } from "./file.ts";
import { openCells, Rooms, reportColumns } from "./stripe-cells.ts";

/** Memory of files that were read, for the next ones; of one file, where they are read one after another. */
const idle: Rooms[] = [];

/** Stretches between two reports of progress. */
const PROGRESS_STRETCHES = 8;

/** Hands every row of an ORC data file to the triage; see ReportReader. */
export async function readOrc(input: DataFileInput, triage: Triage): Promise<void> {
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
    await readStripes(access, rooms, input, triage);
  } catch (error) {
    // A file that is not the manifest's is told before the nonsense that it caused.
    access.verify();
    throw error instanceof OrcError ? corrupt(error) : error;
  } finally {
    idle.push(rooms);
  }
  access.verify();
  input.progress(input.file.size, triage.tally.total.rows);
}

/** The same, in this memory, of bytes whose checksum the caller looks at. */
export async function readStripes(
  access: Pick<UnverifiedAccess, "bytes" | "begin" | "passed">,
  rooms: Rooms,
  input: Omit<DataFileInput, "location" | "remote">,
  triage: Triage,
): Promise<void> {
  const { bytes } = access;
  const source = { byteLength: bytes.byteLength, slice: (start: number, end: number) => bytes.read(start, end, newRoom) };
  const file = await openOrc(source, input.file.key);
  const columns = reportColumns(file, input);
  const { desk } = rooms;
  const meanings = new FileMeanings(triage);
  const { isLatest, versionId } = input.columns.at;
  const packing = new Packing(desk, triage, { hasVersions: versionId !== undefined, allLatest: isLatest === undefined });
  const asked = triage instanceof Witness ? { witness: triage, stripes: await stripesOf(file, triage) } : undefined;
  let first = 0;
  for (const [index, { rows: count }] of file.stripes.entries()) {
    if (asked?.stripes.has(index) === false) asked.witness.passOver(count);
    else {
      const place = file.placeOf(index);
      access.begin(place.start, place.end);
      const stripe = await file.openStripe(index);
      const { cells, finish } = openCells(stripe, columns, rooms);
      const rows = new GroupRows(triage, cells, meanings, desk, packing, { first, file: input.file.key, bucket: input.bucket });
      for (let start = 0; start < count; start += STRETCH_ROWS) {
        const end = Math.min(count, start + STRETCH_ROWS);
        rows.hand(start, end);
        if ((start / STRETCH_ROWS) % PROGRESS_STRETCHES === 0) input.progress(access.passed, first + end);
        await input.room();
      }
      finish();
    }
    first += count;
    input.progress(access.passed, first);
  }
  packing.flush();
  meanings.settle();
}

/** Those that may have the object that is asked about, by what the file says of each stripe's keys. */
async function stripesOf(file: OrcFile, { key }: Witness): Promise<Set<number>> {
  return new Set(await file.stripesWith({ column: COLUMNS.key.parquet, between: [key, key] }));
}

function corrupt(error: OrcError): PlanError {
  return new PlanError(
    "data-file-corrupt",
    `The data file ${error.file} cannot be read: ${error.message.slice(error.file.length + 2)}. Its MD5 is what the manifest says, so it was written like this: plan from another report.`,
    { cause: error },
  );
}
