// The rows of one row group, handed to the triage in short stretches: of each row its owner, delete marker, size and ACL, of the foreign-owned ones everything else.
import { isUtf8 } from "node:buffer";
import { PlanError } from "../error.ts";
import type { DataFileInput } from "../reader/reader.ts";
import { ByteCache, bytesOf } from "../scan/byte-cache.ts";
import type { Span } from "../scan/row.ts";
import type { AclCell, OwnerCell, Triage } from "../scan/triage.ts";
import { COLUMNS, type ColumnName } from "../source/columns.ts";
import type { Columns } from "./columns.ts";
import { Meanings } from "./meanings.ts";
import type { TextCursor } from "./texts.ts";

const WORDS_MAX = 1_024;
const NULL_VERSION = Buffer.from("null");
const words = new ByteCache<string>((cell) => cell, WORDS_MAX);

const WORD_COLUMNS = ["bucket", "storageClass", "encryption", "accessTier", "lockMode", "legalHold"] as const;
type WordColumn = (typeof WORD_COLUMNS)[number];

/** What texts mean, column by column; for all row groups of a file. */
export class FileMeanings {
  readonly owners: Meanings<OwnerCell>;
  readonly acls: Meanings<AclCell>;
  readonly words: Readonly<Record<WordColumn, Meanings<string>>>;
  /** The owner of a row that names none. */
  readonly noOwner: OwnerCell;

  constructor(triage: Triage) {
    this.owners = new Meanings(triage.owners);
    this.acls = new Meanings(triage.acls);
    this.words = Object.fromEntries(WORD_COLUMNS.map((name) => [name, new Meanings(words)])) as Record<WordColumn, Meanings<string>>;
    this.noOwner = triage.owners.get(bytesOf(Buffer.alloc(0)), 0, 0);
  }
}

/** Rows whose repeated cells, numbers and booleans are in memory at once. */
export const STRETCH_ROWS = 2_048;

export class GroupRows {
  readonly #input: DataFileInput;
  readonly #triage: Triage;
  readonly #columns: Columns;
  readonly #meanings: FileMeanings;
  /** Rows of the file before the group. */
  readonly #first: number;
  readonly #owners: OwnerCell[];
  readonly #acls: AclCell[];
  readonly #deleted = new Uint8Array(STRETCH_ROWS);
  readonly #latest = new Uint8Array(STRETCH_ROWS);
  readonly #sizes = new Float64Array(STRETCH_ROWS).fill(Number.NaN);
  readonly #times = new Float64Array(STRETCH_ROWS).fill(Number.NaN);
  readonly #words: Readonly<Record<WordColumn, string[]>>;
  /** The row within the group whose key may be asked for. */
  #row = 0;
  readonly #ownKey = (): string => {
    const { text, start, end } = this.#key(this.#row);
    return text.buffer.toString("utf8", start, end);
  };

  constructor(input: DataFileInput, triage: Triage, columns: Columns, meanings: FileMeanings, first: number) {
    this.#input = input;
    this.#triage = triage;
    this.#columns = columns;
    this.#meanings = meanings;
    this.#first = first;
    this.#owners = new Array<OwnerCell>(STRETCH_ROWS).fill(meanings.noOwner);
    this.#acls = new Array<AclCell>(STRETCH_ROWS).fill(triage.noAcl);
    this.#words = Object.fromEntries(WORD_COLUMNS.map((name) => [name, new Array<string>(STRETCH_ROWS).fill("")])) as Record<
      WordColumn,
      string[]
    >;
  }

  /** Rows [start, end) of the group, at most STRETCH_ROWS. Throws PlanError where a column is damaged or a row cannot be believed. */
  hand(start: number, end: number): void {
    const { owner, isDeleteMarker, size, acl } = this.#columns;
    if (owner !== undefined) this.#meanings.owners.fill(owner, start, end, this.#owners, this.#meanings.noOwner);
    isDeleteMarker?.fill(start, end, this.#deleted);
    size?.fill(start, end, this.#sizes);
    if (acl !== undefined) this.#meanings.acls.fill(acl, start, end, this.#acls, this.#triage.noAcl);
    this.#readForeign(start, end);
    const triage = this.#triage;
    const { row, whole } = triage;
    let ownRows = 0;
    let ownBytes = 0;
    for (let i = 0; i < end - start; i++) {
      const ownerCell = this.#owners[i] as OwnerCell;
      row.isDeleteMarker = this.#deleted[i] === 1;
      if (row.isDeleteMarker && !whole) {
        triage.deleteMarker(ownerCell);
        continue;
      }
      const bytes = this.#number("size", this.#sizes[i] as number, start + i) ?? 0;
      const aclCell = this.#acls[i] as AclCell;
      if (ownerCell.owner.kind !== "bucket-owner" || whole) {
        this.#fill(start, i, bytes);
        triage.foreign(ownerCell, aclCell);
      } else if (triage.isPrivate(aclCell)) {
        ownRows++;
        ownBytes += bytes;
      } else {
        this.#row = start + i;
        triage.own(this.#first + start + i + 1, bytes, aclCell, this.#ownKey);
      }
    }
    if (ownRows > 0) triage.ownPrivate(ownRows, ownBytes);
  }

  /** The cells that are no longer than a word, of the rows from the first foreign-owned one to the last one. */
  #readForeign(start: number, end: number): void {
    const isForeign = (i: number): boolean =>
      this.#triage.whole || ((this.#owners[i] as OwnerCell).owner.kind !== "bucket-owner" && this.#deleted[i] === 0);
    let from = 0;
    let to = end - start;
    while (from < to && !isForeign(from)) from++;
    while (to > from && !isForeign(to - 1)) to--;
    if (from === to) return;
    const { isLatest, lastModified } = this.#columns;
    isLatest?.fill(start, start + to, this.#latest);
    lastModified?.fill(start, start + to, this.#times);
    for (const name of WORD_COLUMNS) {
      const cursor = this.#columns[name];
      if (cursor !== undefined) this.#meanings.words[name].fill(cursor, start, start + to, this.#words[name], "");
    }
  }

  /** Row i of the stretch that begins at row `start` of the group. */
  #fill(start: number, i: number, size: number): void {
    const { row } = this.#triage;
    const columns = this.#columns;
    const words = this.#words;
    const at = start + i;
    row.number = this.#first + at + 1;
    row.size = size;
    if (columns.bucket !== undefined && words.bucket[i] !== this.#input.bucket)
      throw this.#fault(at, `is about the bucket ${JSON.stringify(words.bucket[i])}, not ${this.#input.bucket}`);
    const key = this.#key(at);
    row.keyBytes.set(key.text.buffer, key.start, key.end);
    fill(row.version, columns.versionId, at);
    if (columns.versionId !== undefined && row.version.start < 0) row.version.set(NULL_VERSION, 0, NULL_VERSION.length);
    row.isLatest = columns.isLatest === undefined || this.#latest[i] === 1;
    row.lastModified = this.#number("lastModified", this.#times[i] as number, at);
    fill(row.etag, columns.etag, at);
    row.storageClass = words.storageClass[i] as string;
    row.encryption = words.encryption[i] as string;
    row.accessTier = words.accessTier[i] as string;
    row.lockMode = words.lockMode[i] as string;
    row.legalHold = words.legalHold[i] as string;
  }

  #key(row: number): TextCursor {
    const key = this.#columns.key;
    if (key?.seek(row) !== true || key.start === key.end) throw this.#fault(row, "has an empty key");
    if (!key.ascii && !isUtf8(key.text.buffer.subarray(key.start, key.end))) throw this.#fault(row, "has a key that is not UTF-8");
    return key;
  }

  /** null: NaN, which stands for no value. */
  #number(name: ColumnName, value: number, row: number): number | null {
    if (Number.isSafeInteger(value) && value >= 0) return value;
    if (Number.isNaN(value)) return null;
    throw this.#fault(row, `has ${value} as its ${COLUMNS[name].parquet}`);
  }

  #fault(row: number, what: string): PlanError {
    return new PlanError(
      "row-invalid",
      `Row ${this.#first + row + 1} of the data file ${this.#input.file.key} ${what}. The file is what S3 wrote (its MD5 is right), so nothing in it can be relied on: plan from another report.`,
    );
  }
}

/** Cleared where there is no value. */
function fill(span: Span, cursor: TextCursor | undefined, i: number): void {
  if (cursor?.seek(i) !== true || cursor.start === cursor.end) span.clear();
  else span.set(cursor.text.buffer, cursor.start, cursor.end);
}
