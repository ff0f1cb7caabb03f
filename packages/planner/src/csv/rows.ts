// The rows of a CSV report at two speeds (design.md 5): the kernel passes over plain rows and tells of those that matter, and whatever is not plain is read alone.
import type { PlanError } from "../error.ts";
import type { DataFileInput } from "../reader/reader.ts";
import { type Bytes, bytesOf } from "../scan/byte-cache.ts";
import type { AclCell, OwnerCell, Triage } from "../scan/triage.ts";
import type { Kernel } from "./kernel.ts";
import { decodeKey } from "./key.ts";
import { NULL_VERSION, RowReader } from "./row.ts";
import { INCOMPLETE } from "./scanner.ts";

const QUOTE = 0x22;

export class CsvRows {
  readonly #reader: RowReader;
  readonly #triage: Triage;
  readonly #kernel: Kernel;
  readonly #text: Bytes;
  readonly #plain: boolean;
  readonly #hasVersions: boolean;
  readonly #hasBucket: boolean;
  /** What the kernel's distinct cells mean, by their number. */
  #owners: (OwnerCell | undefined)[] = [];
  #acls: (AclCell | undefined)[] = [];
  #words: (string | undefined)[] = [];

  /** `usesKernel`: false reads every row alone, and comes out the same. */
  constructor(input: DataFileInput, triage: Triage, kernel: Kernel, usesKernel = true) {
    this.#reader = new RowReader(input, triage);
    this.#triage = triage;
    this.#kernel = kernel;
    this.#text = bytesOf(kernel.memory);
    // Where every row is wanted in full, there are no plain ones.
    this.#plain = kernel.begin(input.columns) && usesKernel && !triage.whole;
    this.#hasVersions = input.columns.at.versionId !== undefined;
    this.#hasBucket = input.columns.at.bucket !== undefined;
  }

  /** Rows read. */
  get number(): number {
    return this.#reader.number;
  }

  /** An error about the row that begins where {@link read} left off. */
  unfinished(what: string): PlanError {
    return this.#reader.unfinished(what);
  }

  finish(): void {
    this.#reader.finish();
  }

  /** Reads the whole rows of [from, limit) of the kernel's memory and answers where the first row begins that is not whole. */
  read(from: number, limit: number): number {
    for (let at = from; ; ) {
      // A row with a bare first field would send the kernel through all the text in search of a quote.
      if (this.#plain && at < limit && this.#kernel.memory[at] === QUOTE) {
        at = this.#readPlain(at, limit);
      }
      const next = this.#reader.read(this.#text, at, limit);
      if (next === INCOMPLETE) return at;
      at = next;
    }
  }

  /** Up to the first row that the kernel leaves to the reader. */
  #readPlain(from: number, limit: number): number {
    const { exports, constants } = this.#kernel;
    for (let at = from; ; ) {
      const status = exports.scan(at, limit);
      this.#take();
      at = exports.next.value;
      if (status === constants.NEW_CELL) this.#learn();
      else if (status === constants.FORGOTTEN) this.#forget();
      else if (status !== constants.FULL) return at;
    }
  }

  /** What the last scan found. */
  #take(): void {
    const { exports, constants, i32 } = this.#kernel;
    const { RECORDS, RECORD_BYTES, FOREIGN, OWN } = constants;
    const reader = this.#reader;
    const first = reader.number + 1;
    const records = exports.records.value;
    this.#triage.ownPrivate(exports.ownRows.value, exports.ownBytes.value, exports.ownUntold.value);
    for (let i = 0, at = RECORDS >> 2; i < records; i++, at += RECORD_BYTES >> 2) {
      const owner = this.#owners[i32[at + 2] as number] as OwnerCell;
      const kind = i32[at] as number;
      reader.number = first + (i32[at + 1] as number);
      if (kind === FOREIGN) this.#foreign(at, owner);
      else if (kind === OWN) this.#own(at);
      else this.#triage.deleteMarker(owner);
    }
    reader.number = first - 1 + exports.rows.value;
  }

  #acl(number: number): AclCell {
    return number < 0 ? this.#triage.noAcl : (this.#acls[number] as AclCell);
  }

  #own(at: number): void {
    const { i32, f64, memory } = this.#kernel;
    const start = i32[at + 4] as number;
    const end = i32[at + 5] as number;
    const key = (): string => {
      const decoded = Buffer.allocUnsafe(end - start);
      return decoded.toString("utf8", 0, decodeKey(memory, start, end, decoded));
    };
    this.#triage.own(this.#reader.number, f64[(at >> 1) + 5] as number, this.#acl(i32[at + 3] as number), key);
  }

  #foreign(at: number, owner: OwnerCell): void {
    const { i32, f64, memory } = this.#kernel;
    const { row } = this.#triage;
    row.number = this.#reader.number;
    row.isDeleteMarker = false;
    row.size = f64[(at >> 1) + 5] as number;
    row.sizeKnown = true;
    row.keyBytes.set(memory, i32[at + 4] as number, i32[at + 5] as number);
    if (this.#hasBucket) {
      const bucket = this.#word(i32[at + 15] as number);
      this.#reader.understood(() => this.#reader.assertBucket(bucket));
    }
    if (this.#hasVersions) {
      const start = i32[at + 6] as number;
      const end = i32[at + 7] as number;
      if (start === end) row.version.set(NULL_VERSION, 0, NULL_VERSION.length);
      else row.version.set(memory, start, end);
    }
    const etag = i32[at + 8] as number;
    const etagEnd = i32[at + 9] as number;
    if (etag === etagEnd) row.etag.clear();
    else row.etag.set(memory, etag, etagEnd);
    const modified = f64[(at >> 1) + 6] as number;
    row.lastModified = Number.isNaN(modified) ? null : modified;
    row.isLatest = i32[at + 14] === 1;
    row.storageClass = this.#word(i32[at + 16] as number);
    row.encryption = this.#word(i32[at + 17] as number);
    row.accessTier = this.#word(i32[at + 18] as number);
    row.lockMode = this.#word(i32[at + 19] as number);
    row.legalHold = this.#word(i32[at + 20] as number);
    this.#triage.foreign(owner, this.#acl(i32[at + 3] as number));
  }

  #word(number: number): string {
    return number < 0 ? "" : (this.#words[number] as string);
  }

  /** A cell that the kernel has not seen before. */
  #learn(): void {
    const { exports, constants, memory } = this.#kernel;
    const cell = exports.cellNumber.value;
    const role = exports.cellRole.value;
    const start = exports.cellStart.value;
    const end = exports.cellEnd.value;
    let flags = role;
    if (role === constants.KNOWN_OWNER) {
      const owner = this.#triage.owners.get(this.#text, start, end);
      this.#owners[cell] = owner;
      if (owner.owner.kind === "bucket-owner") flags |= constants.BUCKET_OWNER;
    } else if (role === constants.KNOWN_ACL) {
      const acl = this.#triage.acls.get(this.#text, start, end);
      this.#acls[cell] = acl;
      if (this.#triage.isPrivate(acl)) flags |= constants.PRIVATE_ACL;
      if (acl.acl.state === "unknown") flags |= constants.UNTOLD_ACL;
    } else {
      this.#words[cell] = memory.toString("utf8", start, end);
    }
    memory[constants.FLAGS + cell] = (memory[constants.FLAGS + cell] as number) | flags;
  }

  #forget(): void {
    this.#owners = [];
    this.#acls = [];
    this.#words = [];
  }
}
