// The cells of a stretch of inventory rows: where a text lies in its vector, what a repeated one means, which numbers can be believed.
import { isUtf8 } from "node:buffer";
import { PlanError } from "../error.ts";
import type { DataFileInput } from "../reader/reader.ts";
import { type ByteCache, type Bytes, bytesOf } from "../scan/byte-cache.ts";
import type { Span } from "../scan/row.ts";
import { COLUMNS, type ColumnName } from "../source/columns.ts";
import type { Strings, Vector } from "./vector.ts";

/** Entries of a dictionary whose meanings are kept beside it; those of a larger one are asked of the cache each time, which forgets. */
const ENTRIES_KEPT_MAX = 8_192;
const NULL_VERSION = Buffer.from("null");

/** A text column of the stretch. */
export interface Text {
  readonly strings: Strings;
  readonly bytes: Bytes;
  /** Undefined where row i is entry i. */
  readonly indexes: Uint32Array | undefined;
}

/** What texts mean, by a cache of all files' texts and, where a column has a dictionary, by the dictionary's entries. */
export class Lookup<T> {
  readonly #cache: ByteCache<T>;
  readonly #kept = new WeakMap<Strings, (T | undefined)[]>();

  constructor(cache: ByteCache<T>) {
    this.#cache = cache;
  }

  of({ strings, bytes, indexes }: Text, i: number): T {
    const { offsets } = strings;
    if (indexes === undefined) return this.#cache.get(bytes, offsets[i] as number, offsets[i + 1] as number);
    const entry = indexes[i] as number;
    const kept = this.#keptOf(strings);
    const known = kept?.[entry];
    if (known !== undefined) return known;
    const value = this.#cache.get(bytes, offsets[entry] as number, offsets[entry + 1] as number);
    if (kept !== undefined) kept[entry] = value;
    return value;
  }

  #keptOf(dictionary: Strings): (T | undefined)[] | undefined {
    if (dictionary.offsets.length > ENTRIES_KEPT_MAX) return undefined;
    let kept = this.#kept.get(dictionary);
    if (kept === undefined) {
      kept = [];
      this.#kept.set(dictionary, kept);
    }
    return kept;
  }
}

/** A row is named by its place in the stretch; a text without a value is an empty one. */
export class Rows {
  /** Rows of the file before the stretch. */
  readonly first: number;
  readonly #input: DataFileInput;
  readonly #vectors = new Map<ColumnName, Vector>();
  readonly #texts = new Map<ColumnName, Text>();

  constructor(input: DataFileInput, first: number) {
    this.#input = input;
    this.first = first;
  }

  set(name: ColumnName, vector: Vector): void {
    this.#vectors.set(name, vector);
    if (vector.kind !== "strings" && vector.kind !== "dictionary") return;
    const strings = vector.kind === "strings" ? vector : vector.dictionary;
    const { buffer, byteOffset, byteLength } = strings.bytes;
    const bytes = bytesOf(Buffer.from(buffer, byteOffset, byteLength));
    this.#texts.set(name, { strings, bytes, indexes: vector.kind === "strings" ? undefined : vector.indexes });
  }

  has(name: ColumnName): boolean {
    return this.#vectors.has(name);
  }

  lookUp<T>(lookup: Lookup<T>, name: ColumnName, i: number): T {
    return lookup.of(this.#texts.get(name) as Text, i);
  }

  /** "" where the report has no such column. */
  word(lookup: Lookup<string>, name: ColumnName, i: number): string {
    const text = this.#texts.get(name);
    return text === undefined ? "" : lookup.of(text, i);
  }

  /** False where there is no value. */
  boolean(name: ColumnName, i: number): boolean {
    const vector = this.#vectors.get(name);
    return vector?.kind === "booleans" && vector.values[i] === 1;
  }

  number(name: ColumnName, i: number): number | null {
    const vector = this.#vectors.get(name);
    if (vector === undefined || vector.nulls?.[i] === 1 || (vector.kind !== "longs" && vector.kind !== "ints")) return null;
    return this.#believable(name, i, Number(vector.values[i]));
  }

  /** Epoch milliseconds. */
  time(name: ColumnName, i: number): number | null {
    const vector = this.#vectors.get(name);
    if (vector?.kind !== "timestamps" || vector.nulls?.[i] === 1) return null;
    return this.#believable(name, i, (vector.seconds[i] as number) * 1_000 + Math.floor((vector.nanos[i] as number) / 1_000_000));
  }

  key(i: number): string {
    const { text, start, end } = this.#keyAt(i);
    return text.bytes.buffer.toString("utf8", start, end);
  }

  fillKey(i: number, into: Span): void {
    const { text, start, end } = this.#keyAt(i);
    into.set(text.bytes.buffer, start, end);
  }

  /** Cleared where there is no value. */
  fillText(name: ColumnName, i: number, into: Span): void {
    const text = this.#texts.get(name);
    const entry = text?.indexes === undefined ? i : (text.indexes[i] as number);
    const start = text?.strings.offsets[entry] ?? 0;
    const end = text?.strings.offsets[entry + 1] ?? 0;
    if (text === undefined || start === end) into.clear();
    else into.set(text.bytes.buffer, start, end);
  }

  /** An empty version ID is the null version, which S3 wants by that name (domain.md 1.5). */
  fillVersion(i: number, into: Span): void {
    this.fillText("versionId", i, into);
    if (this.has("versionId") && into.start < 0) into.set(NULL_VERSION, 0, NULL_VERSION.length);
  }

  assertBucket(lookup: Lookup<string>, i: number): void {
    if (!this.has("bucket")) return;
    const bucket = this.word(lookup, "bucket", i);
    if (bucket !== this.#input.bucket) throw this.#fault(i, `is about the bucket ${JSON.stringify(bucket)}, not ${this.#input.bucket}`);
  }

  #keyAt(i: number): { text: Text; start: number; end: number } {
    const text = this.#texts.get("key") as Text;
    const entry = text.indexes === undefined ? i : (text.indexes[i] as number);
    const start = text.strings.offsets[entry] as number;
    const end = text.strings.offsets[entry + 1] as number;
    if (start === end) throw this.#fault(i, "has an empty key");
    if (!isUtf8(text.bytes.buffer.subarray(start, end))) throw this.#fault(i, "has a key that is not UTF-8");
    return { text, start, end };
  }

  #believable(name: ColumnName, i: number, value: number): number {
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw this.#fault(i, `has ${value} as its ${COLUMNS[name].parquet}`);
  }

  #fault(i: number, what: string): PlanError {
    return new PlanError(
      "row-invalid",
      `Row ${this.first + i + 1} of the data file ${this.#input.file.key} ${what}. The file is what S3 wrote (its MD5 is right), so nothing in it can be relied on: plan from another report.`,
    );
  }
}
