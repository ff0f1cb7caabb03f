// The rows of one stripe, handed to the triage in short stretches: of each row its owner, delete marker, size and ACL, of the foreign-owned ones everything else.
import { isUtf8 } from "node:buffer";
import { PlanError } from "../error.ts";
import type { DataFileInput } from "../reader/reader.ts";
import { ByteCache, bytesOf } from "../scan/byte-cache.ts";
import type { AclCell, OwnerCell, Triage } from "../scan/triage.ts";
import { COLUMNS, type ColumnName } from "../source/columns.ts";
import { STRETCH_ROWS } from "./cursor.ts";
import { ListedTexts } from "./listed-texts.ts";
import { Meanings } from "./meanings.ts";
import type { StripeCells } from "./stripe-cells.ts";

const WORDS_MAX = 1_024;
const NULL_VERSION = Buffer.from("null");
const words = new ByteCache<string>((cell) => cell, WORDS_MAX);

const FIRST_COLUMNS = ["owner", "isDeleteMarker", "size", "acl"] as const satisfies readonly ColumnName[];
const WORD_COLUMNS = ["bucket", "storageClass", "encryption", "accessTier", "lockMode", "legalHold"] as const;
const FOREIGN_COLUMNS: readonly ColumnName[] = ["key", "versionId", "isLatest", "lastModified", "etag", ...WORD_COLUMNS];
type WordColumn = (typeof WORD_COLUMNS)[number];

const ofWords = <T>(make: () => T): Readonly<Record<WordColumn, T>> =>
  Object.fromEntries(WORD_COLUMNS.map((name) => [name, make()])) as Record<WordColumn, T>;

/** The rows of a data file, stripe by stripe; what is used for each of them is made once. */
export class StripeRows {
  readonly #input: DataFileInput;
  readonly #triage: Triage;
  /** Rows of the file before the stripe. */
  #first = 0;
  readonly #ownersOf: Meanings<OwnerCell>;
  readonly #aclsOf: Meanings<AclCell>;
  readonly #wordsOf = ofWords(() => new Meanings(words, ""));
  readonly #owners: OwnerCell[];
  readonly #acls: AclCell[];
  readonly #words = ofWords(() => new Array<string>(STRETCH_ROWS).fill(""));
  readonly #deleted = new Uint8Array(STRETCH_ROWS);
  readonly #latest = new Uint8Array(STRETCH_ROWS);
  readonly #sizes = new Float64Array(STRETCH_ROWS).fill(Number.NaN);
  readonly #times = new Float64Array(STRETCH_ROWS).fill(Number.NaN);
  /** Rows of the stripe that are looked at one by one, and those of them that are decided: so many of this stretch. */
  readonly #looked = new Uint32Array(STRETCH_ROWS);
  #lookedCount = 0;
  readonly #foreign = new Uint32Array(STRETCH_ROWS);
  #foreignCount = 0;
  readonly #keys = new ListedTexts();
  readonly #versions = new ListedTexts();
  readonly #etags = new ListedTexts();
  /** The one that every row is about. */
  #bucket: string;

  constructor(input: DataFileInput, triage: Triage) {
    this.#input = input;
    this.#triage = triage;
    const noOwner = triage.owners.get(bytesOf(Buffer.alloc(0)), 0, 0);
    this.#ownersOf = new Meanings(triage.owners, noOwner);
    this.#aclsOf = new Meanings(triage.acls, triage.noAcl);
    this.#owners = new Array<OwnerCell>(STRETCH_ROWS).fill(noOwner);
    this.#acls = new Array<AclCell>(STRETCH_ROWS).fill(triage.noAcl);
    this.#bucket = input.bucket;
  }

  /** All rows of a stripe, of whose file `first` rows lie before it. Rejects with OrcError where a column is damaged, with PlanError where a row cannot be believed. */
  async hand(cells: StripeCells, first: number): Promise<void> {
    this.#first = first;
    await cells.open(FIRST_COLUMNS);
    for (let start = 0; start < cells.rows; start += STRETCH_ROWS) {
      const end = Math.min(cells.rows, start + STRETCH_ROWS);
      this.#readFirst(cells, start, end);
      this.#list(start, end);
      if (this.#foreignCount > 0) await cells.open(FOREIGN_COLUMNS);
      else if (this.#lookedCount > 0) await cells.open(["key"]);
      this.#readForeign(cells, start);
      this.#handListed(cells, start);
      this.#input.progress(this.#input.file.size, first + end);
      await this.#input.room();
    }
    cells.finish();
  }

  #readFirst(cells: StripeCells, start: number, end: number): void {
    cells.text("owner")?.fill(start, end, this.#ownersOf, this.#owners);
    cells.boolean("isDeleteMarker")?.fill(start, end, this.#deleted);
    cells.number("size")?.fill(start, end, this.#sizes);
    cells.text("acl")?.fill(start, end, this.#aclsOf, this.#acls);
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
  }

  /** The cells that are no longer than a word, of the rows up to the last foreign-owned one. */
  #readForeign(cells: StripeCells, start: number): void {
    this.#keys.begin(cells.text("key"), this.#looked, this.#lookedCount);
    if (this.#foreignCount === 0) return;
    this.#versions.begin(cells.text("versionId"), this.#foreign, this.#foreignCount);
    this.#etags.begin(cells.text("etag"), this.#foreign, this.#foreignCount);
    const end = (this.#foreign[this.#foreignCount - 1] as number) + 1;
    cells.boolean("isLatest")?.fill(start, end, this.#latest);
    cells.number("lastModified")?.fill(start, end, this.#times);
    for (const name of WORD_COLUMNS) cells.text(name)?.fill(start, end, this.#wordsOf[name], this.#words[name]);
  }

  #handListed(cells: StripeCells, start: number): void {
    const triage = this.#triage;
    for (let look = 0, decided = 0; look < this.#lookedCount; look++) {
      const at = this.#looked[look] as number;
      const i = at - start;
      const size = this.#number("size", this.#sizes[i] as number, at);
      const owner = this.#owners[i] as OwnerCell;
      const acl = this.#acls[i] as AclCell;
      if (decided < this.#foreignCount && at === this.#foreign[decided]) {
        this.#fill(cells, i, at, size, look, decided++);
        triage.foreign(owner, acl);
      } else {
        triage.own(this.#first + at + 1, size ?? 0, acl, () => this.#ownKey(look, at));
      }
    }
  }

  /** Row i of the stretch, which is row `at` of the stripe, by its places among the rows that are looked at and that are decided. */
  #fill(cells: StripeCells, i: number, at: number, size: number | null, look: number, decided: number): void {
    const { row } = this.#triage;
    const words = this.#words;
    row.number = this.#first + at + 1;
    row.isDeleteMarker = this.#deleted[i] === 1;
    row.size = size ?? 0;
    row.sizeKnown = size !== null;
    if (cells.text("bucket") !== undefined) {
      const bucket = words.bucket[i] as string;
      if (bucket !== this.#bucket) throw this.#fault(at, `is about the bucket ${JSON.stringify(bucket)}, not ${this.#bucket}`);
      // The very string that the next rows have too, so that it is not compared letter by letter.
      this.#bucket = bucket;
    }
    const keys = this.#keys;
    this.#turnToKey(look, at);
    row.keyBytes.set(keys.text.buffer, keys.starts[look] as number, keys.ends[look] as number);
    this.#versions.fill(row.version, decided);
    // An empty version ID is the null version, which S3 wants by that name (domain.md 1.5).
    if (cells.text("versionId") !== undefined && row.version.start < 0) row.version.set(NULL_VERSION, 0, NULL_VERSION.length);
    row.isLatest = cells.boolean("isLatest") === undefined || this.#latest[i] === 1;
    row.lastModified = this.#number("lastModified", this.#times[i] as number, at);
    this.#etags.fill(row.etag, decided);
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
    keys.turnTo(look);
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
