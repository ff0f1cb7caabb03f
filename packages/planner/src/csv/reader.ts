// CSV reports at two speeds in one pass (design.md 5): each row's fields are found on raw bytes, the owner cell decides, and only foreign rows are decoded.
// Of the bucket owner's own rows nothing is decoded but what the counts need: whether it is a delete marker, and its size. Its key is checked, and its ACL is
// compared with those seen before, because a report that cannot be understood anywhere cannot be trusted elsewhere.
import { PlanError } from "../error.ts";
import { READ_BYTES, ROW_BYTES_MAX, ROWS_NAMED_MAX } from "../limits.ts";
import { openDataFile } from "../reader/open.ts";
import type { DataFileInput } from "../reader/reader.ts";
import { ByteCache, type Bytes, bytesOf } from "../scan/byte-cache.ts";
import { Span } from "../scan/row.ts";
import type { Triage } from "../scan/triage.ts";
import { booleanCell, CellError, sizeCell, timeCell } from "./cell.ts";
import { inflate } from "./inflate.ts";
import { decodeKey, isDecodable } from "./key.ts";
import { INCOMPLETE, MALFORMED, RowScanner } from "./scanner.ts";

const LF = 0x0a;
const WORDS_MAX = 1_024;

export async function readCsv(input: DataFileInput, triage: Triage): Promise<void> {
  const data = await openDataFile(input);
  const rows = new CsvRows(input, triage);
  try {
    let bytes = bytesOf(Buffer.allocUnsafeSlow(2 * READ_BYTES));
    let held = 0;
    for await (const piece of inflate(data, input.file)) {
      if (held + piece.length + 1 > bytes.buffer.length) {
        const larger = Buffer.allocUnsafeSlow(2 * (held + piece.length));
        bytes.buffer.copy(larger, 0, 0, held);
        bytes = bytesOf(larger);
      }
      bytes.buffer.set(piece, held);
      const end = held + piece.length;
      const rest = rows.read(bytes, end);
      bytes.buffer.copyWithin(0, rest, end);
      held = end - rest;
      if (held > ROW_BYTES_MAX) throw rows.fault(`does not end within ${ROW_BYTES_MAX} bytes: a quote is not closed`);
      input.progress(data.length, rows.number);
      await input.room();
    }
    if (held > 0) {
      // The last row of a file may end without a line feed.
      bytes.buffer[held] = LF;
      if (rows.read(bytes, held + 1) !== held + 1) throw rows.fault("ends inside a quoted field");
    }
    rows.finish();
  } catch (error) {
    // A damaged transfer is told as such, before the nonsense that it caused.
    await data.drain();
    throw error;
  }
}

class CsvRows {
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

  fault(what: string): PlanError {
    return new PlanError(
      "row-invalid",
      `Row ${this.number} of the data file ${this.#input.file.key} ${what}. The file is what S3 wrote (its MD5 is right), so nothing in it can be relied on: plan from another report.`,
    );
  }

  /** Reads the whole rows of [0, end) and answers where the first row begins that is not whole. */
  read(bytes: Bytes, end: number): number {
    const scanner = this.#scanner;
    let at = 0;
    for (;;) {
      const next = scanner.scan(bytes, at, end);
      if (next === INCOMPLETE) return at;
      this.number++;
      if (next === MALFORMED) throw this.fault("has bytes after the closing quote of a field");
      if (scanner.fields !== this.#input.columns.count)
        throw this.fault(`has ${scanner.fields} fields instead of ${this.#input.columns.count}`);
      try {
        this.#row(bytes);
      } catch (error) {
        if (error instanceof CellError) throw this.fault(`cannot be understood: ${error.message}`);
        throw error;
      }
      at = next;
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
    row.keyBytes.set(this.#key.bytes, this.#key.start, this.#key.end);
    if (at.bucket !== undefined && this.#word(bytes, at.bucket) !== this.#input.bucket) {
      throw new CellError(`it is about the bucket ${JSON.stringify(this.#word(bytes, at.bucket))}, not ${this.#input.bucket}`);
    }
    if (at.versionId !== undefined) {
      const start = starts[at.versionId] as number;
      const end = ends[at.versionId] as number;
      // An empty version ID is the null version, which S3 wants by that name (domain.md 1.5).
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

const NULL_VERSION = Buffer.from("null");
