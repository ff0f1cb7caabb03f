// Parquet reports: of each stretch of rows the owner, delete marker, size and ACL columns first, all others only where a foreign owner shows.
import { isUtf8 } from "node:buffer";
import { PlanError } from "../error.ts";
import type { DataFileInput } from "../reader/reader.ts";
import { ByteCache, type Bytes, bytesOf } from "../scan/byte-cache.ts";
import type { AclCell, OwnerCell, Triage } from "../scan/triage.ts";
import { COLUMNS, type ColumnName } from "../source/columns.ts";
import { openVerified } from "./bytes.ts";
import { type Cells, type ColumnFile, openColumns } from "./columns.ts";

/** Rows whose columns are in memory at once, whatever the size of the file's row groups. */
const STRETCH_ROWS = 16_384;
/** Rows between two looks at whether the merge keeps up. */
const ROOM_ROWS = 2_048;
const WORDS_MAX = 1_024;
const NULL_VERSION = Buffer.from("null");

/** Read only where a foreign owner shows. */
const FOREIGN_COLUMNS = [
  "bucket",
  "key",
  "versionId",
  "isLatest",
  "lastModified",
  "etag",
  "storageClass",
  "encryption",
  "accessTier",
  "lockMode",
  "legalHold",
] as const satisfies readonly ColumnName[];

type Columns = Partial<Record<ColumnName, Cells>>;

export async function readParquet(input: DataFileInput, triage: Triage): Promise<void> {
  const access = await openVerified(input);
  try {
    const file = await openColumns(access.file, input.file, input.columns);
    let first = 0;
    for (let group = 0; group < file.rowGroupRows.length; group++) {
      const end = first + (file.rowGroupRows[group] as number);
      for (let start = first; start < end; start += STRETCH_ROWS) {
        await readStretch(input, triage, file, group, start, Math.min(end, start + STRETCH_ROWS));
      }
      first = end;
    }
  } finally {
    await access.close();
  }
}

async function readStretch(
  input: DataFileInput,
  triage: Triage,
  file: ColumnFile,
  group: number,
  start: number,
  end: number,
): Promise<void> {
  const columns: Columns = {};
  const read = async (name: ColumnName): Promise<void> => {
    if (input.columns.at[name] !== undefined && columns[name] === undefined) columns[name] = await file.read(name, group, start, end);
  };
  for (const name of ["owner", "isDeleteMarker", "size", "acl"] as const) await read(name);
  const rows = end - start;
  const owners: OwnerCell[] = [];
  const acls: AclCell[] = [];
  let foreign = triage.whole;
  let others = false;
  for (let i = 0; i < rows; i++) {
    const owner = triage.owners.get(...bounds(columns.owner?.[i]));
    const aclCell = columns.acl?.[i];
    const acl = aclCell === undefined || aclCell === null ? triage.noAcl : triage.acls.get(...bounds(aclCell));
    owners.push(owner);
    acls.push(acl);
    if (owner.owner.kind !== "bucket-owner") foreign ||= columns.isDeleteMarker?.[i] !== true;
    else others ||= triage.ownShared(acl);
  }
  if (foreign) for (const name of FOREIGN_COLUMNS) await read(name);
  else if (others) await read("key");
  const stretch = new Stretch(input, triage, columns, start);
  for (let i = 0; i < rows; i++) {
    stretch.row(i, owners[i] as OwnerCell, acls[i] as AclCell);
    if (i % ROOM_ROWS === ROOM_ROWS - 1) await input.room();
  }
  input.progress(input.file.size, end);
  await input.room();
}

const EMPTY = Buffer.alloc(0);

function bounds(cell: unknown): [Bytes, number, number] {
  const bytes = cell instanceof Buffer ? cell : EMPTY;
  return [bytesOf(bytes), 0, bytes.length];
}

const words = new ByteCache<string>((cell) => cell, WORDS_MAX);

class Stretch {
  readonly #input: DataFileInput;
  readonly #triage: Triage;
  readonly #columns: Columns;
  readonly #start: number;

  constructor(input: DataFileInput, triage: Triage, columns: Columns, start: number) {
    this.#input = input;
    this.#triage = triage;
    this.#columns = columns;
    this.#start = start;
  }

  row(i: number, owner: OwnerCell, acl: AclCell): void {
    const columns = this.#columns;
    const { whole, row } = this.#triage;
    row.isDeleteMarker = columns.isDeleteMarker?.[i] === true;
    if (row.isDeleteMarker && !whole) {
      this.#triage.deleteMarker(owner);
      return;
    }
    const size = this.#number("size", i) ?? 0;
    if (owner.owner.kind === "bucket-owner" && !whole) {
      this.#triage.own(this.#start + i + 1, size, acl, () => this.#key(i).toString());
      return;
    }
    this.#foreign(i, size);
    this.#triage.foreign(owner, acl);
  }

  #foreign(i: number, size: number): void {
    const { row } = this.#triage;
    const { at } = this.#input.columns;
    row.number = this.#start + i + 1;
    row.size = size;
    const bucket = this.#word("bucket", i);
    if (at.bucket !== undefined && bucket !== this.#input.bucket)
      throw this.#fault(i, `is about the bucket ${JSON.stringify(bucket)}, not ${this.#input.bucket}`);
    const key = this.#key(i);
    row.keyBytes.set(key, 0, key.length);
    if (at.versionId !== undefined) {
      const version = this.#bytes("versionId", i);
      row.version.set(version.length === 0 ? NULL_VERSION : version, 0, version.length === 0 ? NULL_VERSION.length : version.length);
    }
    row.isLatest = at.isLatest === undefined || this.#columns.isLatest?.[i] === true;
    row.lastModified = this.#number("lastModified", i);
    const etag = this.#bytes("etag", i);
    if (etag.length === 0) row.etag.clear();
    else row.etag.set(etag, 0, etag.length);
    row.storageClass = this.#word("storageClass", i);
    row.encryption = this.#word("encryption", i);
    row.accessTier = this.#word("accessTier", i);
    row.lockMode = this.#word("lockMode", i);
    row.legalHold = this.#word("legalHold", i);
  }

  #key(i: number): Buffer {
    const key = this.#bytes("key", i);
    if (key.length === 0) throw this.#fault(i, "has an empty key");
    if (!isUtf8(key)) throw this.#fault(i, "has a key that is not UTF-8");
    return key;
  }

  #bytes(name: ColumnName, i: number): Buffer {
    const cell = this.#columns[name]?.[i];
    if (cell === undefined || cell === null) return EMPTY;
    if (cell instanceof Buffer) return cell;
    throw this.#fault(i, `has a ${COLUMNS[name].parquet} that is no text`);
  }

  #word(name: ColumnName, i: number): string {
    const cell = this.#bytes(name, i);
    return cell.length === 0 ? "" : words.get(bytesOf(cell), 0, cell.length);
  }

  #number(name: ColumnName, i: number): number | null {
    const cell = this.#columns[name]?.[i];
    if (cell === undefined || cell === null) return null;
    const value = typeof cell === "bigint" ? Number(cell) : cell;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.#fault(i, `has ${String(cell)} as its ${COLUMNS[name].parquet}`);
  }

  #fault(i: number, what: string): PlanError {
    return new PlanError(
      "row-invalid",
      `Row ${this.#start + i + 1} of the data file ${this.#input.file.key} ${what}. The file is what S3 wrote (its MD5 is right), so nothing in it can be relied on: plan from another report.`,
    );
  }
}
