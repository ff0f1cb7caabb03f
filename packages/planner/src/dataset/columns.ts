// Packed rows as the columns of a row group, bytes to bytes: keys, versions and ETags are copied, everything else comes from shapes and goes by dictionary.
import type { PageColumn } from "@quitclaim/campaign";
import { ByteCopier } from "../scan/copy-bytes.ts";
import { HEADER_BYTES, NO_VALUE } from "../scan/pack.ts";
import type { LaneRows } from "./lane.ts";
import type { MergedShape } from "./merge.ts";

/** In the order of PLAN_COLUMNS. The pages are good until the next call: they lie in memory that is used again and again. */
export function planPages(rows: LaneRows): PageColumn[] {
  const count = rows.rows;
  const view = new Records(rows.bytes);
  const key = new BytesColumn(count, SCRATCH.key);
  const version = new BytesColumn(count, SCRATCH.version);
  const etag = new BytesColumn(count, SCRATCH.etag);
  const latest = new Uint8Array(count);
  const size = new Float64Array(count);
  const modified = new Float64Array(count);
  let modifiedCount = 0;
  const modifiedPresent = new Uint8Array(count);
  // First pass: how much room each column needs.
  for (let at = 0, i = 0; i < count; i++) {
    key.measure(view.u16[(at >> 1) + 12] as number);
    version.measure(view.u16[(at >> 1) + 13] as number);
    etag.measure(view.u16[(at >> 1) + 14] as number);
    at += view.u32[at >> 2] as number;
  }
  for (let at = 0, i = 0; i < count; i++) {
    const keyLength = view.u16[(at >> 1) + 12] as number;
    const versionLength = view.u16[(at >> 1) + 13] as number;
    const etagLength = view.u16[(at >> 1) + 14] as number;
    const versionAt = at + HEADER_BYTES + keyLength;
    const etagAt = versionAt + (versionLength === NO_VALUE ? 0 : versionLength);
    key.append(i, rows.bytes, at + HEADER_BYTES, keyLength);
    version.append(i, rows.bytes, versionAt, versionLength);
    etag.append(i, rows.bytes, etagAt, etagLength);
    latest[i] = view.bytes[at + 30] as number;
    size[i] = view.f64[(at >> 3) + 1] as number;
    const time = view.f64[(at >> 3) + 2] as number;
    if (!Number.isNaN(time)) {
      modified[modifiedCount++] = time;
      modifiedPresent[i] = 1;
    }
    at += view.u32[at >> 2] as number;
  }
  const words = new Words(rows.shapes);
  return [
    key.column(true),
    version.column(false),
    { kind: "boolean", values: latest },
    { kind: "int64", values: size },
    etag.column(false),
    {
      kind: "int64",
      values: modified.subarray(0, modifiedCount),
      present: modifiedCount === count ? undefined : modifiedPresent,
    },
    words.column((s) => s.shape.storageClass),
    words.column((s) => s.shape.encryption),
    words.column((s) => s.shape.owner),
    words.column((s) => s.shape.lane.op),
    words.column((s) => s.shape.grants),
    words.column((s) => s.shape.formerAcl),
  ];
}

/** The columns that held rows have besides: reason and detail. */
export function heldPages(rows: LaneRows): PageColumn[] {
  const words = new Words(rows.shapes);
  const of = (pick: (lane: Extract<MergedShape["shape"]["lane"], { kind: "held" }>) => string): PageColumn =>
    words.column((s) => (s.shape.lane.kind === "held" ? pick(s.shape.lane) : null));
  return [...planPages(rows), of((lane) => lane.reason), of((lane) => lane.detail)];
}

class Records {
  readonly bytes: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;

  constructor(bytes: Uint8Array) {
    const length = bytes.byteLength & ~7;
    this.bytes = bytes;
    this.u16 = new Uint16Array(bytes.buffer, bytes.byteOffset, length >> 1);
    this.u32 = new Uint32Array(bytes.buffer, bytes.byteOffset, length >> 2);
    this.f64 = new Float64Array(bytes.buffer, bytes.byteOffset, length >> 3);
  }
}

/** Memory for one column's bytes, row group after row group: made anew for each, it would make the collector mark the heap again and again. */
class Scratch {
  #bytes = new Uint8Array(0);

  take(length: number): Uint8Array<ArrayBuffer> {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(2 * length);
    return this.#bytes.subarray(0, length);
  }
}

const SCRATCH = { key: new Scratch(), version: new Scratch(), etag: new Scratch() };

class BytesColumn {
  #bytes = 0;
  #values = 0;
  #plain: Uint8Array<ArrayBuffer> | undefined;
  #view = new DataView(new ArrayBuffer(0));
  #at = 0;
  readonly #present: Uint8Array;
  readonly #scratch: Scratch;
  readonly #copier = new ByteCopier();

  constructor(rows: number, scratch: Scratch) {
    this.#present = new Uint8Array(rows);
    this.#scratch = scratch;
  }

  measure(length: number): void {
    if (length === NO_VALUE) return;
    this.#bytes += 4 + length;
    this.#values++;
  }

  append(row: number, from: Uint8Array, start: number, length: number): void {
    if (length === NO_VALUE) return;
    if (this.#plain === undefined) {
      this.#plain = this.#scratch.take(this.#bytes);
      this.#view = new DataView(this.#plain.buffer, this.#plain.byteOffset, this.#plain.byteLength);
    }
    const at = this.#at;
    this.#view.setUint32(at, length, true);
    this.#copier.copy(from, start, this.#view, at + 4, length);
    this.#at = at + 4 + length;
    this.#present[row] = 1;
  }

  column(compress: boolean): PageColumn {
    const present = this.#values === this.#present.length ? undefined : this.#present;
    return { kind: "bytes", plain: this.#plain ?? new Uint8Array(0), compress, present };
  }
}

/** Columns that depend on the shape alone: each distinct shape of the row group is looked at once for each column. */
class Words {
  readonly #rows: readonly MergedShape[];
  readonly #distinct: MergedShape[] = [];
  readonly #numbers: Uint32Array;

  constructor(rows: readonly MergedShape[]) {
    this.#rows = rows;
    this.#numbers = new Uint32Array(rows.length);
    const seen = new Map<MergedShape, number>();
    let last: MergedShape | undefined;
    let lastNumber = 0;
    for (let i = 0; i < rows.length; i++) {
      const shape = rows[i] as MergedShape;
      if (shape !== last) {
        last = shape;
        const number = seen.get(shape);
        lastNumber = number ?? this.#distinct.push(shape) - 1;
        if (number === undefined) seen.set(shape, lastNumber);
      }
      this.#numbers[i] = lastNumber;
    }
  }

  column(pick: (shape: MergedShape) => string | null): PageColumn {
    const words: string[] = [];
    const placeOf = new Map<string, number>();
    // In order of first appearance in the rows, whichever shapes stand for them.
    const places = this.#distinct.map((shape) => {
      const word = pick(shape);
      if (word === null) return -1;
      let place = placeOf.get(word);
      if (place === undefined) {
        place = words.push(word) - 1;
        placeOf.set(word, place);
      }
      return place;
    });
    const rows = this.#rows.length;
    const present = new Uint8Array(rows);
    const values = new Uint32Array(rows);
    let count = 0;
    for (let i = 0; i < rows; i++) {
      const place = places[this.#numbers[i] as number] as number;
      if (place < 0) continue;
      present[i] = 1;
      values[count++] = place;
    }
    return {
      kind: "words",
      words: words.map((word) => Buffer.from(word)),
      places: values.subarray(0, count),
      present: count === rows ? undefined : present,
    };
  }
}
