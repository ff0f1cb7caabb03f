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
import { Visit } from "./visit.ts";

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
  /** The one that every row is about. */
  #bucket: string;
  /** Rows of the group that are looked at one by one, and those of them that are decided: so many of this stretch. */
  readonly #looked = new Uint32Array(STRETCH_ROWS);
  #lookedCount = 0;
  readonly #foreign = new Uint32Array(STRETCH_ROWS);
  #foreignCount = 0;
  readonly #keys: Visit;
  readonly #versions: Visit;
  readonly #etags: Visit;

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
    this.#bucket = input.bucket;
    this.#keys = new Visit(columns.key, STRETCH_ROWS);
    this.#versions = new Visit(columns.versionId, STRETCH_ROWS);
    this.#etags = new Visit(columns.etag, STRETCH_ROWS);
  }

  /** Rows [start, end) of the group, at most STRETCH_ROWS. Throws PlanError where a column is damaged or a row cannot be believed. */
  hand(start: number, end: number): void {
    const { owner, isDeleteMarker, size, acl } = this.#columns;
    if (owner !== undefined) this.#meanings.owners.fill(owner, start, end, this.#owners, this.#meanings.noOwner);
    isDeleteMarker?.fill(start, end, this.#deleted);
    size?.fill(start, end, this.#sizes);
    if (acl !== undefined) this.#meanings.acls.fill(acl, start, end, this.#acls, this.#triage.noAcl);
    this.#list(start, end);
    this.#readForeign(start);
    const triage = this.#triage;
    for (let look = 0, decided = 0; look < this.#lookedCount; look++) {
      const at = this.#looked[look] as number;
      const i = at - start;
      const bytes = this.#number("size", this.#sizes[i] as number, at) ?? 0;
      const owner = this.#owners[i] as OwnerCell;
      const acl = this.#acls[i] as AclCell;
      if (decided < this.#foreignCount && at === this.#foreign[decided]) {
        this.#fill(start, i, bytes, look, decided++);
        triage.foreign(owner, acl);
      } else {
        triage.own(this.#first + at + 1, bytes, acl, () => this.#ownKey(look, at));
      }
    }
  }

  /** Counts the rows of which nothing more has to be known, and lists the others. */
  #list(start: number, end: number): void {
    const triage = this.#triage;
    const { whole, bucketOwner } = triage;
    const [owners, acls, sizes, deleted] = [this.#owners, this.#acls, this.#sizes, this.#deleted];
    const [lookedRows, foreignRows] = [this.#looked, this.#foreign];
    // Most of the bucket owner's rows have the same ACL.
    let weighed: AclCell | undefined;
    let isPrivate = false;
    let untold = 0;
    let looked = 0;
    let foreign = 0;
    let ownRows = 0;
    let ownBytes = 0;
    let ownUntold = 0;
    for (let i = 0; i < end - start; i++) {
      const owner = owners[i] as OwnerCell;
      if (!whole && deleted[i] === 1) {
        triage.deleteMarker(owner);
      } else if (whole || owner !== bucketOwner) {
        lookedRows[looked++] = start + i;
        foreignRows[foreign++] = start + i;
      } else {
        const acl = acls[i] as AclCell;
        if (acl !== weighed) {
          weighed = acl;
          isPrivate = triage.isPrivate(acl);
          untold = acl.acl.state === "unknown" ? 1 : 0;
        }
        const size = sizes[i] as number;
        // What is no size is told when the rows before it were looked at.
        if (isPrivate && ((size >= 0 && size <= Number.MAX_SAFE_INTEGER) || Number.isNaN(size))) {
          ownRows++;
          ownBytes += size || 0;
          ownUntold += untold;
        } else {
          lookedRows[looked++] = start + i;
        }
      }
    }
    if (ownRows > 0) triage.ownPrivate(ownRows, ownBytes, ownUntold);
    this.#lookedCount = looked;
    this.#foreignCount = foreign;
    this.#keys.begin(this.#looked, looked);
    this.#versions.begin(this.#foreign, foreign);
    this.#etags.begin(this.#foreign, foreign);
  }

  /** The cells that are no longer than a word, of the rows up to the last foreign-owned one. */
  #readForeign(start: number): void {
    if (this.#foreignCount === 0) return;
    const end = (this.#foreign[this.#foreignCount - 1] as number) + 1;
    const { isLatest, lastModified } = this.#columns;
    isLatest?.fill(start, end, this.#latest);
    lastModified?.fill(start, end, this.#times);
    for (const name of WORD_COLUMNS) {
      const cursor = this.#columns[name];
      if (cursor !== undefined) this.#meanings.words[name].fill(cursor, start, end, this.#words[name], "");
    }
  }

  /** Row i of the stretch that begins at row `start` of the group, by its places among the rows that are looked at and that are decided. */
  #fill(start: number, i: number, size: number, look: number, decided: number): void {
    const { row } = this.#triage;
    const columns = this.#columns;
    const words = this.#words;
    const at = start + i;
    row.number = this.#first + at + 1;
    row.isDeleteMarker = this.#deleted[i] === 1;
    row.size = size;
    row.sizeKnown = !Number.isNaN(this.#sizes[i] as number);
    if (columns.bucket !== undefined) {
      const bucket = words.bucket[i] as string;
      if (bucket !== this.#bucket) throw this.#fault(at, `is about the bucket ${JSON.stringify(bucket)}, not ${this.#bucket}`);
      // The very string that the next rows have too, so that it is not compared letter by letter.
      this.#bucket = bucket;
    }
    const keys = this.#keys;
    this.#turnToKey(look, at);
    row.keyBytes.set(keys.text.buffer, keys.starts[look] as number, keys.ends[look] as number);
    fill(row.version, this.#versions, decided);
    if (columns.versionId !== undefined && row.version.start < 0) row.version.set(NULL_VERSION, 0, NULL_VERSION.length);
    row.isLatest = columns.isLatest === undefined || this.#latest[i] === 1;
    row.lastModified = this.#number("lastModified", this.#times[i] as number, at);
    fill(row.etag, this.#etags, decided);
    row.storageClass = words.storageClass[i] as string;
    row.encryption = words.encryption[i] as string;
    row.accessTier = words.accessTier[i] as string;
    row.lockMode = words.lockMode[i] as string;
    row.legalHold = words.legalHold[i] as string;
  }

  #ownKey(look: number, at: number): string {
    this.#turnToKey(look, at);
    const { text, starts, ends } = this.#keys;
    return text.buffer.toString("utf8", starts[look], ends[look]);
  }

  #turnToKey(look: number, at: number): void {
    const keys = this.#keys;
    keys.turn(look);
    const start = keys.starts[look] as number;
    const end = keys.ends[look] as number;
    if (start < 0 || start === end) throw this.#fault(at, "has an empty key");
    if (!keys.ascii && !isUtf8(keys.text.buffer.subarray(start, end))) throw this.#fault(at, "has a key that is not UTF-8");
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
function fill(span: Span, texts: Visit, i: number): void {
  texts.turn(i);
  const start = texts.starts[i] as number;
  const end = texts.ends[i] as number;
  if (start < 0 || start === end) span.clear();
  else span.set(texts.text.buffer, start, end);
}
