// One row of a CSV report, all of CSV allowed: found on raw bytes, and decoded only where its owner is foreign. Of the bucket owner's own rows nothing is decoded but
// what the counts need; the key is checked, and the ACL is compared with those seen before, because a report that cannot be understood anywhere cannot be trusted
// elsewhere. The kernel reads the plain rows; this reads the others, and has the words for what is wrong with them.
import { PlanError } from "../error.ts";
import { ROWS_NAMED_MAX } from "../limits.ts";
import type { DataFileInput } from "../reader/reader.ts";
import { ByteCache, type Bytes } from "../scan/byte-cache.ts";
import { Span } from "../scan/row.ts";
import type { Triage } from "../scan/triage.ts";
import { booleanCell, CellError, sizeCell, timeCell } from "./cell.ts";
import { decodeKey, isDecodable } from "./key.ts";
import { INCOMPLETE, MALFORMED, RowScanner } from "./scanner.ts";

const WORDS_MAX = 1_024;

export class RowReader {
  /** Of the row being read, from 1. */
  number = 0;
  readonly #input: DataFileInput;
  readonly #triage: Triage;
  readonly #scanner: RowScanner;
  readonly #words = new ByteCache<string>((cell) => cell, WORDS_MAX);
  readonly #key = new Span();
  readonly #encoded = new Span();
  /** Of the bucket owner's own rows the key is decoded only where somebody asks for it. */
  readonly #keyText = (): string => {
    const { bytes, start, end } = this.#encoded;
    return this.#decoded.toString("utf8", 0, decodeKey(bytes, start, end, this.#decoded));
  };
  #decoded = Buffer.allocUnsafe(4_096);
  #undecodable: number[] = [];
  #undecodableRows = 0;

  constructor(input: DataFileInput, triage: Triage) {
    this.#input = input;
    this.#triage = triage;
    this.#scanner = new RowScanner(input.columns.count);
  }

  /** About the row behind the last one that was read. */
  unfinished(what: string): PlanError {
    return this.fault(what, this.number + 1);
  }

  fault(what: string, number = this.number): PlanError {
    return new PlanError(
      "row-invalid",
      `Row ${number} of the data file ${this.#input.file.key} ${what}. The file is what S3 wrote (its MD5 is right), so nothing in it can be relied on: plan from another report.`,
    );
  }

  /** Reads the row that begins at `from` and answers where the next one begins, or INCOMPLETE where it does not end before `limit`. */
  read(bytes: Bytes, from: number, limit: number): number {
    const next = this.#scanner.scan(bytes, from, limit);
    if (next === INCOMPLETE) return next;
    this.number++;
    if (next === MALFORMED) throw this.fault("has bytes after the closing quote of a field");
    const { fields } = this.#scanner;
    if (fields !== this.#input.columns.count) throw this.fault(`has ${fields} fields instead of ${this.#input.columns.count}`);
    this.understood(() => this.#row(bytes));
    return next;
  }

  /** Runs `read` and names the row where a cell of it cannot be understood. */
  understood(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (error instanceof CellError) throw this.fault(`cannot be understood: ${error.message}`);
      throw error;
    }
  }

  #row(bytes: Bytes): void {
    const { buffer } = bytes;
    const { starts, ends } = this.#scanner;
    const { at } = this.#input.columns;
    const triage = this.#triage;
    const ownerAt = at.owner as number;
    const owner = triage.owners.get(bytes, starts[ownerAt] as number, ends[ownerAt] as number);
    const own = owner.owner.kind === "bucket-owner" && !triage.whole;
    if (!this.#decodeKey(buffer, own)) return;
    const markerAt = at.isDeleteMarker;
    const marker = markerAt !== undefined && booleanCell(buffer, starts[markerAt] as number, ends[markerAt] as number, "IsDeleteMarker");
    if (marker && !triage.whole) {
      triage.deleteMarker(owner);
      return;
    }
    const sizeAt = at.size as number;
    const size = sizeCell(buffer, starts[sizeAt] as number, ends[sizeAt] as number);
    const aclAt = at.acl;
    const acl = aclAt === undefined ? triage.noAcl : triage.acls.get(bytes, starts[aclAt] as number, ends[aclAt] as number);
    if (own) {
      triage.own(this.number, size, acl, this.#keyText);
      return;
    }
    triage.row.isDeleteMarker = marker;
    this.#foreign(bytes, size);
    triage.foreign(owner, acl);
  }

  #foreign(bytes: Bytes, size: number): void {
    const { buffer } = bytes;
    const { starts, ends } = this.#scanner;
    const { at } = this.#input.columns;
    const { row } = this.#triage;
    row.number = this.number;
    row.size = size;
    row.sizeKnown = starts[at.size as number] !== ends[at.size as number];
    row.keyBytes.set(this.#key.bytes, this.#key.start, this.#key.end);
    if (at.bucket !== undefined) this.assertBucket(this.#word(bytes, at.bucket));
    if (at.versionId !== undefined) {
      const start = starts[at.versionId] as number;
      const end = ends[at.versionId] as number;
      if (start === end) row.version.set(NULL_VERSION, 0, NULL_VERSION.length);
      else row.version.set(buffer, start, end);
    }
    row.isLatest = at.isLatest === undefined || booleanCell(buffer, starts[at.isLatest] as number, ends[at.isLatest] as number, "IsLatest");
    row.lastModified =
      at.lastModified === undefined ? null : timeCell(buffer, starts[at.lastModified] as number, ends[at.lastModified] as number);
    if (at.etag === undefined || starts[at.etag] === ends[at.etag]) row.etag.clear();
    else row.etag.set(buffer, starts[at.etag] as number, ends[at.etag] as number);
    row.storageClass = this.#word(bytes, at.storageClass);
    row.encryption = this.#word(bytes, at.encryption);
    row.accessTier = this.#word(bytes, at.accessTier);
    row.lockMode = this.#word(bytes, at.lockMode);
    row.legalHold = this.#word(bytes, at.legalHold);
  }

  /** Throws CellError where the row is about another bucket. */
  assertBucket(bucket: string): void {
    if (bucket !== this.#input.bucket) throw new CellError(`it is about the bucket ${JSON.stringify(bucket)}, not ${this.#input.bucket}`);
  }

  /** A cell with few distinct values; "" where the report has no such column. */
  #word(bytes: Bytes, column: number | undefined): string {
    if (column === undefined) return "";
    const start = this.#scanner.starts[column] as number;
    const end = this.#scanner.ends[column] as number;
    return start === end ? "" : this.#words.get(bytes, start, end);
  }

  /** False where it cannot be decoded; the row is noted, and reading goes on to name the others too. */
  #decodeKey(buffer: Buffer, own: boolean): boolean {
    const column = this.#input.columns.at.key as number;
    const start = this.#scanner.starts[column] as number;
    const end = this.#scanner.ends[column] as number;
    if (start === end) throw new CellError("its key is empty");
    if (this.#decoded.length < end - start) this.#decoded = Buffer.allocUnsafe(2 * (end - start));
    if (own) {
      this.#encoded.set(buffer, start, end);
      if (isDecodable(buffer, start, end) === true) return true;
    }
    const length = decodeKey(buffer, start, end, this.#decoded);
    if (length >= 0) {
      this.#key.set(this.#decoded, 0, length);
      return true;
    }
    this.#undecodableRows++;
    if (this.#undecodable.length < ROWS_NAMED_MAX) this.#undecodable.push(this.number);
    return false;
  }

  /** After the last row. Throws where rows were found whose keys cannot be decoded. */
  finish(): void {
    if (this.#undecodableRows === 0) return;
    const more = this.#undecodableRows - this.#undecodable.length;
    const rows = `${this.#undecodableRows === 1 ? "row" : "rows"} ${this.#undecodable.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
    throw new PlanError(
      "key-undecodable",
      `The data file ${this.#input.file.key} has keys that cannot be decoded, in ${rows}: not form-encoded UTF-8. Acting on a guessed key would change the wrong object. ` +
        "Plan from a Parquet report of the same bucket, where keys are not encoded.",
    );
  }
}

/** An empty version ID is the null version, which S3 wants by that name (domain.md 1.5). */
export const NULL_VERSION = Buffer.from("null");
