// The rows of one row group, handed to the triage one by one: of each its owner, delete marker, size and ACL, of the foreign-owned ones everything else.
import { isUtf8 } from "node:buffer";
import { PlanError } from "../error.ts";
import type { DataFileInput } from "../reader/reader.ts";
import { ByteCache, bytesOf } from "../scan/byte-cache.ts";
import type { Span } from "../scan/row.ts";
import type { AclCell, OwnerCell, Triage } from "../scan/triage.ts";
import { COLUMNS, type ColumnName } from "../source/columns.ts";
import type { Columns } from "./columns.ts";
import { Meanings } from "./meanings.ts";
import type { NumberCursor } from "./numbers.ts";
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

export class GroupRows {
  readonly #input: DataFileInput;
  readonly #triage: Triage;
  readonly #columns: Columns;
  readonly #meanings: FileMeanings;
  /** Rows of the file before the group. */
  readonly #first: number;
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
  }

  /** Rows [start, end) of the group. Throws PlanError where a column is damaged or a row cannot be believed. */
  hand(start: number, end: number): void {
    for (let row = start; row < end; row++) this.#hand(row);
  }

  #hand(i: number): void {
    const triage = this.#triage;
    const { owner: owners, acl: acls, isDeleteMarker, size: sizes } = this.#columns;
    const { row, whole } = triage;
    const owner = owners?.seek(i) === true ? this.#meanings.owners.of(owners) : this.#meanings.noOwner;
    row.isDeleteMarker = isDeleteMarker?.seek(i) === true && isDeleteMarker.value;
    if (row.isDeleteMarker && !whole) {
      triage.deleteMarker(owner);
      return;
    }
    const size = this.#number("size", sizes, i) ?? 0;
    const acl = acls?.seek(i) === true ? this.#meanings.acls.of(acls) : triage.noAcl;
    if (owner.owner.kind === "bucket-owner" && !whole) {
      this.#row = i;
      triage.own(this.#first + i + 1, size, acl, this.#ownKey);
      return;
    }
    this.#fill(i, size);
    triage.foreign(owner, acl);
  }

  #fill(i: number, size: number): void {
    const { row } = this.#triage;
    const columns = this.#columns;
    row.number = this.#first + i + 1;
    row.size = size;
    if (columns.bucket !== undefined) {
      const bucket = this.#word("bucket", i);
      if (bucket !== this.#input.bucket) throw this.#fault(i, `is about the bucket ${JSON.stringify(bucket)}, not ${this.#input.bucket}`);
    }
    const key = this.#key(i);
    row.keyBytes.set(key.text.buffer, key.start, key.end);
    fill(row.version, columns.versionId, i);
    if (columns.versionId !== undefined && row.version.start < 0) row.version.set(NULL_VERSION, 0, NULL_VERSION.length);
    row.isLatest = columns.isLatest === undefined || (columns.isLatest.seek(i) && columns.isLatest.value);
    row.lastModified = this.#number("lastModified", columns.lastModified, i);
    fill(row.etag, columns.etag, i);
    row.storageClass = this.#word("storageClass", i);
    row.encryption = this.#word("encryption", i);
    row.accessTier = this.#word("accessTier", i);
    row.lockMode = this.#word("lockMode", i);
    row.legalHold = this.#word("legalHold", i);
  }

  #key(i: number): TextCursor {
    const key = this.#columns.key;
    if (key?.seek(i) !== true || key.start === key.end) throw this.#fault(i, "has an empty key");
    if (!key.ascii && !isUtf8(key.text.buffer.subarray(key.start, key.end))) throw this.#fault(i, "has a key that is not UTF-8");
    return key;
  }

  #word(name: WordColumn, i: number): string {
    const cursor = this.#columns[name];
    return cursor?.seek(i) === true ? this.#meanings.words[name].of(cursor) : "";
  }

  #number(name: ColumnName, cursor: NumberCursor | undefined, i: number): number | null {
    if (cursor?.seek(i) !== true) return null;
    const { value } = cursor;
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw this.#fault(i, `has ${value} as its ${COLUMNS[name].parquet}`);
  }

  #fault(i: number, what: string): PlanError {
    return new PlanError(
      "row-invalid",
      `Row ${this.#first + i + 1} of the data file ${this.#input.file.key} ${what}. The file is what S3 wrote (its MD5 is right), so nothing in it can be relied on: plan from another report.`,
    );
  }
}

/** Cleared where there is no value. */
function fill(span: Span, cursor: TextCursor | undefined, i: number): void {
  if (cursor?.seek(i) !== true || cursor.start === cursor.end) span.clear();
  else span.set(cursor.text.buffer, cursor.start, cursor.end);
}
