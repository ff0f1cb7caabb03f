// ORC reports: of each stretch of rows the owner, delete marker, size and ACL columns first, all others only where a foreign owner shows. Owners, ACLs and words
// that the file keeps in dictionaries are looked up once for each entry and stripe.
import { PlanError } from "../error.ts";
import { openVerified } from "../parquet/bytes.ts";
import type { DataFileInput } from "../reader/reader.ts";
import { ByteCache } from "../scan/byte-cache.ts";
import type { AclCell, OwnerCell, Triage } from "../scan/triage.ts";
import { COLUMNS, type ColumnName } from "../source/columns.ts";
import { Lookup, Rows } from "./cells.ts";
import type { ColumnReader } from "./column.ts";
import { OrcError } from "./error.ts";
import { type OrcFile, openOrc } from "./file.ts";
import type { Column, Kind } from "./schema.ts";
import type { Stripe } from "./stripe.ts";

/** Rows whose columns are in memory at once, whatever the size of the file's stripes. */
const STRETCH_ROWS = 8_192;
/** Rows between two looks at whether the merge keeps up. */
const ROOM_ROWS = 2_048;
const WORDS_MAX = 1_024;

const FIRST_COLUMNS = ["owner", "isDeleteMarker", "size", "acl"] as const satisfies readonly ColumnName[];
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

const TEXTS: readonly Kind[] = ["string", "varchar", "char", "binary"];
/** Of all columns that are no text. */
const KINDS: Partial<Record<ColumnName, readonly Kind[]>> = {
  isLatest: ["boolean"],
  isDeleteMarker: ["boolean"],
  size: ["bigint", "int"],
  lastModified: ["timestamp", "timestamp with local time zone"],
};

/** Hands every row of an ORC data file to the triage; see ReportReader. */
export async function readOrc(input: DataFileInput, triage: Triage): Promise<void> {
  const access = await openVerified(input);
  try {
    const file = await openOrc(access.file, input.file.key);
    const columns = reportColumns(file, input);
    const lookups = { owners: new Lookup(triage.owners), acls: new Lookup(triage.acls), words: new Lookup(words) };
    let first = 0;
    for (const index of file.stripes.keys()) {
      const stripe = new StripeColumns(await file.openStripe(index), columns);
      for (let start = 0; start < stripe.rows; start += STRETCH_ROWS) {
        const rows = Math.min(stripe.rows - start, STRETCH_ROWS);
        await readStretch(input, triage, lookups, stripe, { first: first + start, start, rows });
      }
      first += stripe.rows;
    }
  } catch (error) {
    if (error instanceof OrcError) throw corrupt(error);
    throw error;
  } finally {
    await access.close();
  }
}

const words = new ByteCache<string>((cell) => cell, WORDS_MAX);

function corrupt(error: OrcError): PlanError {
  return new PlanError(
    "data-file-corrupt",
    `The data file ${error.file} cannot be read: ${error.message.slice(error.file.length + 2)}. Its MD5 is what the manifest says, so it was written like this: plan from another report.`,
    { cause: error },
  );
}

/** The file's columns by our names. Throws where they are not those of the manifest's fileSchema, or not of their types. */
function reportColumns(file: OrcFile, input: DataFileInput): Map<ColumnName, Column> {
  const columns = new Map<ColumnName, Column>();
  for (const name of Object.keys(input.columns.at) as ColumnName[]) {
    const [column] = file.columns([COLUMNS[name].parquet]);
    if (column === undefined) continue;
    const kinds = KINDS[name] ?? TEXTS;
    if (!kinds.includes(column.kind)) throw new OrcError(file.name, { column: column.name }, `is a ${column.type}, not a ${kinds[0]}`);
    columns.set(name, column);
  }
  return columns;
}

/** A stripe's columns, each opened when it is first wanted, and stepped to the rows that are. */
class StripeColumns {
  readonly rows: number;
  readonly #stripe: Stripe;
  readonly #columns: ReadonlyMap<ColumnName, Column>;
  readonly #readers = new Map<ColumnName, ColumnReader>();

  constructor(stripe: Stripe, columns: ReadonlyMap<ColumnName, Column>) {
    this.rows = stripe.rows;
    this.#stripe = stripe;
    this.#columns = columns;
  }

  /** Reads rows [start, start + rows) of those of the columns that the report has into `into`. */
  async read(names: readonly ColumnName[], start: number, rows: number, into: Rows): Promise<void> {
    const unopened = names.filter((name) => this.#columns.has(name) && !this.#readers.has(name));
    const opened = await this.#stripe.open(unopened.map((name) => this.#columns.get(name) as Column));
    for (const [i, name] of unopened.entries()) this.#readers.set(name, opened[i] as ColumnReader);
    for (const name of names) {
      const reader = this.#readers.get(name);
      if (reader === undefined) continue;
      reader.skip(start - (this.rows - reader.rowsLeft));
      into.set(name, reader.read(rows));
    }
  }
}

interface Lookups {
  readonly owners: Lookup<OwnerCell>;
  readonly acls: Lookup<AclCell>;
  readonly words: Lookup<string>;
}

interface Stretch {
  /** Rows of the file before it. */
  readonly first: number;
  /** Its first row within the stripe. */
  readonly start: number;
  readonly rows: number;
}

async function readStretch(
  input: DataFileInput,
  triage: Triage,
  lookups: Lookups,
  stripe: StripeColumns,
  { first, start, rows }: Stretch,
): Promise<void> {
  const cells = new Rows(input, first);
  await stripe.read(FIRST_COLUMNS, start, rows, cells);
  const owners: OwnerCell[] = [];
  const acls: AclCell[] = [];
  let foreign = triage.whole;
  let others = false;
  for (let i = 0; i < rows; i++) {
    const owner = cells.lookUp(lookups.owners, "owner", i);
    const acl = input.columns.at.acl === undefined ? triage.noAcl : cells.lookUp(lookups.acls, "acl", i);
    owners.push(owner);
    acls.push(acl);
    if (owner.owner.kind !== "bucket-owner") foreign ||= !cells.boolean("isDeleteMarker", i);
    else others ||= triage.ownShared(acl);
  }
  if (foreign) await stripe.read(FOREIGN_COLUMNS, start, rows, cells);
  else if (others) await stripe.read(["key"], start, rows, cells);
  for (let i = 0; i < rows; i++) {
    hand(cells, triage, lookups.words, i, owners[i] as OwnerCell, acls[i] as AclCell);
    if (i % ROOM_ROWS === ROOM_ROWS - 1) await input.room();
  }
  input.progress(input.file.size, first + rows);
  await input.room();
}

function hand(cells: Rows, triage: Triage, wordsOf: Lookup<string>, i: number, owner: OwnerCell, acl: AclCell): void {
  const { row, whole } = triage;
  row.isDeleteMarker = cells.boolean("isDeleteMarker", i);
  if (row.isDeleteMarker && !whole) {
    triage.deleteMarker(owner);
    return;
  }
  const told = cells.number("size", i);
  const size = told ?? 0;
  if (owner.owner.kind === "bucket-owner" && !whole) {
    triage.own(cells.first + i + 1, size, acl, () => cells.key(i));
    return;
  }
  row.number = cells.first + i + 1;
  row.size = size;
  row.sizeKnown = told !== null;
  cells.fillKey(i, row.keyBytes);
  cells.assertBucket(wordsOf, i);
  cells.fillVersion(i, row.version);
  row.isLatest = !cells.has("isLatest") || cells.boolean("isLatest", i);
  row.lastModified = cells.time("lastModified", i);
  cells.fillText("etag", i, row.etag);
  row.storageClass = cells.word(wordsOf, "storageClass", i);
  row.encryption = cells.word(wordsOf, "encryption", i);
  row.accessTier = cells.word(wordsOf, "accessTier", i);
  row.lockMode = cells.word(wordsOf, "lockMode", i);
  row.legalHold = cells.word(wordsOf, "legalHold", i);
  triage.foreign(owner, acl);
}
