// What becomes of the rows of a row group, one by one: by what was decided for others with the same meanings, or as the triage says of the row in full.
import { isUtf8 } from "node:buffer";
import { PlanError } from "../error.ts";
import { ID_BYTES_MAX, KEY_BYTES_MAX, TIME_MS_MAX } from "../limits.ts";
import type { AclCell, OwnerCell } from "../scan/cells.ts";
import type { NumberedShape } from "../scan/pack.ts";
import type { Span } from "../scan/row.ts";
import type { Triage } from "../scan/triage.ts";
import { COLUMNS, type ColumnName } from "../source/columns.ts";
import type { ReportCells } from "./cells.ts";
import type { Combination } from "./combinations.ts";
import type { FileMeanings } from "./file-meanings.ts";
import type { Stretch } from "./stretch.ts";
import type { Visit } from "./visit.ts";

const NULL_VERSION = Buffer.from("null");

export class Judge {
  readonly #triage: Triage;
  readonly #columns: ReportCells;
  readonly #meanings: FileMeanings;
  readonly #stretch: Stretch;
  /** Rows of the file before the group. */
  readonly #first: number;
  /** The data file's key. */
  readonly #file: string;
  /** The one that every row is about; then the very string that rows have, so that it is not compared letter by letter. */
  #bucket: string;
  /** The number of its meaning, once it was seen. */
  #bucketNumber = -1;
  /** Whether meanings that come together are decided together. */
  #together = false;

  constructor(
    triage: Triage,
    columns: ReportCells,
    meanings: FileMeanings,
    stretch: Stretch,
    { first, file, bucket }: { readonly first: number; readonly file: string; readonly bucket: string },
  ) {
    this.#triage = triage;
    this.#columns = columns;
    this.#meanings = meanings;
    this.#stretch = stretch;
    this.#first = first;
    this.#file = file;
    this.#bucket = bucket;
  }

  /** The stretch's cells were looked up. */
  begin(): void {
    this.#together = this.#meanings.combine();
    // Numbers may begin anew with a stretch.
    this.#bucketNumber = -1;
  }

  /** An object that the bucket owner owns: row i of the stretch, at `look` among those that are looked at. */
  own(i: number, look: number): void {
    const acl = this.#meanings.acls.values[this.#stretch.acls[i] as number] as AclCell;
    this.#triage.own(this.#first + this.#stretch.start + i + 1, this.#size(i) ?? 0, acl, () => this.#keyText(i, look));
  }

  /** A foreign-owned object, which is counted, and goes on as far as it goes on. `decided`: its place among such rows. */
  foreign(i: number, look: number, decided: number): void {
    this.#fill(i, look, decided);
    this.#triage.foreign(this.#owner(i), this.#acl(i));
  }

  /** The same, but it is not packed: the shape to pack it with, where it has a place in the plan. */
  shape(i: number, look: number, decided: number): NumberedShape | undefined {
    const combination = this.#together ? this.#combination(i) : null;
    if (combination === null || !this.#isPlain(i, look, decided)) {
      this.#fill(i, look, decided);
      return this.#triage.judge(this.#owner(i), this.#acl(i));
    }
    const size = this.#stretch.sizes[i] || 0;
    combination.rows++;
    combination.bytes += size;
    if (!this.#isPinned(decided)) combination.unpinned++;
    const { thirdParty } = combination.acl;
    if (thirdParty.length > 0) this.#triage.sharedWith(thirdParty, this.#text(this.#stretch.keys, look), size);
    return combination.shape;
  }

  #combination(i: number): Combination {
    const { owners, acls, words, latest } = this.#stretch;
    const { combinations } = this.#meanings;
    const { shifts } = combinations;
    const index =
      (owners[i] as number) |
      ((acls[i] as number) << (shifts[1] as number)) |
      ((words.storageClass[i] as number) << (shifts[2] as number)) |
      ((words.encryption[i] as number) << (shifts[3] as number)) |
      ((words.accessTier[i] as number) << (shifts[4] as number)) |
      ((words.lockMode[i] as number) << (shifts[5] as number)) |
      ((words.legalHold[i] as number) << (shifts[6] as number)) |
      ((latest[i] as number) << (shifts[7] as number));
    const known = combinations.at(index);
    if (known !== undefined) return known;
    this.#fillShared(i);
    const combination = this.#triage.alike(this.#owner(i), this.#acl(i)) ?? null;
    combinations.set(index, combination);
    return combination;
  }

  /** Whether nothing has to be said about the row: what is not is looked at in full, where it is said. */
  #isPlain(i: number, look: number, decided: number): boolean {
    const { keys, versions, etags, sizes, times, words } = this.#stretch;
    if (words.bucket[i] !== this.#bucketNumber && this.#columns.bucket !== undefined) return false;
    const start = keys.starts[look] as number;
    const end = keys.ends[look] as number;
    if (start < 0 || end <= start || end - start > KEY_BYTES_MAX) return false;
    if (!keys.ascii && !isUtf8(keys.text.buffer.subarray(start, end))) return false;
    if (lengthOf(versions, decided) > ID_BYTES_MAX || lengthOf(etags, decided) > ID_BYTES_MAX) return false;
    return isNumber(sizes[i] as number) && isTime(times[i] as number);
  }

  #isPinned(decided: number): boolean {
    const { versions } = this.#stretch;
    const length = lengthOf(versions, decided);
    if (length !== NULL_VERSION.length) return length > 0;
    const start = versions.starts[decided] as number;
    return versions.text.buffer.compare(NULL_VERSION, 0, NULL_VERSION.length, start, start + length) !== 0;
  }

  #fill(i: number, look: number, decided: number): void {
    const { row } = this.#triage;
    const { keys, versions, etags, sizes, times, deleted, words } = this.#stretch;
    row.number = this.#first + this.#stretch.start + i + 1;
    row.isDeleteMarker = deleted[i] === 1;
    row.size = this.#size(i) ?? 0;
    row.sizeKnown = !Number.isNaN(sizes[i] as number);
    if (this.#columns.bucket !== undefined) this.#assertBucket(i);
    this.#assertKey(i, look);
    row.keyBytes.set(keys.text.buffer, keys.starts[look] as number, keys.ends[look] as number);
    fill(row.version, versions, decided);
    if (this.#columns.versionId !== undefined && row.version.start < 0) row.version.set(NULL_VERSION, 0, NULL_VERSION.length);
    row.lastModified = this.#number("lastModified", times[i] as number, i);
    fill(row.etag, etags, decided);
    this.#fillShared(i);
    this.#bucketNumber = words.bucket[i] as number;
  }

  /** What rows with the same meanings share. */
  #fillShared(i: number): void {
    const { row } = this.#triage;
    const { words, latest } = this.#stretch;
    const { storageClass, encryption, accessTier, lockMode, legalHold } = this.#meanings.words;
    row.isLatest = this.#columns.isLatest === undefined || latest[i] === 1;
    row.storageClass = storageClass.values[words.storageClass[i] as number] as string;
    row.encryption = encryption.values[words.encryption[i] as number] as string;
    row.accessTier = accessTier.values[words.accessTier[i] as number] as string;
    row.lockMode = lockMode.values[words.lockMode[i] as number] as string;
    row.legalHold = legalHold.values[words.legalHold[i] as number] as string;
  }

  #owner(i: number): OwnerCell {
    return this.#meanings.owners.values[this.#stretch.owners[i] as number] as OwnerCell;
  }

  #acl(i: number): AclCell {
    return this.#meanings.acls.values[this.#stretch.acls[i] as number] as AclCell;
  }

  #assertBucket(i: number): void {
    const bucket = this.#meanings.words.bucket.values[this.#stretch.words.bucket[i] as number] as string;
    if (bucket !== this.#bucket) throw this.#fault(i, `is about the bucket ${JSON.stringify(bucket)}, not ${this.#bucket}`);
    this.#bucket = bucket;
  }

  #assertKey(i: number, look: number): void {
    const { keys } = this.#stretch;
    const start = keys.starts[look] as number;
    const end = keys.ends[look] as number;
    if (start < 0 || start === end) throw this.#fault(i, "has an empty key");
    if (!keys.ascii && !isUtf8(keys.text.buffer.subarray(start, end))) throw this.#fault(i, "has a key that is not UTF-8");
  }

  #keyText(i: number, look: number): string {
    this.#assertKey(i, look);
    return this.#text(this.#stretch.keys, look);
  }

  #text(texts: Visit, at: number): string {
    const start = texts.starts[at];
    const end = texts.ends[at];
    return texts.text.buffer.toString(texts.ascii ? "latin1" : "utf8", start, end);
  }

  #size(i: number): number | null {
    return this.#number("size", this.#stretch.sizes[i] as number, i);
  }

  /** null: NaN, which stands for no value. */
  #number(name: ColumnName, value: number, i: number): number | null {
    if (Number.isNaN(value)) return null;
    if (name === "lastModified" ? isTime(value) : isNumber(value)) return value;
    throw this.#fault(i, `has ${value} as its ${COLUMNS[name].parquet}`);
  }

  #fault(i: number, what: string): PlanError {
    return new PlanError(
      "row-invalid",
      `Row ${this.#first + this.#stretch.start + i + 1} of the data file ${this.#file} ${what}. The file is what S3 wrote (its MD5 is right), so nothing in it can be relied on: plan from another report.`,
    );
  }
}

/** One that can be believed, or NaN. */
const isNumber = (value: number): boolean => (Number.isSafeInteger(value) && value >= 0) || Number.isNaN(value);

/** The same, of epoch milliseconds. */
const isTime = (value: number): boolean => isNumber(value) && !(value > TIME_MS_MAX);

function lengthOf({ starts, ends }: Visit, i: number): number {
  const start = starts[i] as number;
  return start < 0 ? 0 : (ends[i] as number) - start;
}

/** Cleared where there is no value. */
function fill(span: Span, texts: Visit, i: number): void {
  if (lengthOf(texts, i) === 0) span.clear();
  else span.set(texts.text.buffer, texts.starts[i] as number, texts.ends[i] as number);
}
