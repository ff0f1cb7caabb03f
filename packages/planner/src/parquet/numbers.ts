// Sizes and times: 64-bit integers as numbers, times in milliseconds. What has no exact number comes out as a number that nobody believes (reader.ts looks at each).
import type { FileBytes } from "../columnar/bytes.ts";
import type { PageArea } from "../columnar/desk.ts";
import type { ColumnRooms } from "../columnar/room.ts";
import { Cursor, placesOf } from "./cursor.ts";
import { Deltas } from "./delta.ts";
import type { Chunk, ColumnKind } from "./footer.ts";
import type { PageBody } from "./pages.ts";
import type { Runs } from "./runs.ts";

type NumberKind = Extract<ColumnKind, { kind: "number" }>;

const BYTES = { INT32: 4, INT64: 8, INT96: 12 } as const;
const UNIX_EPOCH_JULIAN_DAY = 2_440_588;
const DAY_MS = 86_400_000;
/** Places taken at once. */
const PLACES = new Uint32Array(2_048);

export class NumberCursor extends Cursor {
  readonly #kind: NumberKind;
  readonly #width: number;
  #dictionary: Float64Array | undefined;
  #places: Runs | undefined;
  #deltas: Deltas | undefined;
  /** Fixed-width values. */
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  readonly #area: PageArea | undefined;

  constructor(file: FileBytes, chunk: Chunk, kind: NumberKind, rooms: ColumnRooms) {
    super(file, chunk, rooms);
    this.#area = rooms.area;
    this.#kind = kind;
    this.#width = BYTES[kind.type];
  }

  /** The values of rows [start, end), from out[0] on; NaN: no value. */
  fill(start: number, end: number, out: Float64Array): void {
    for (let row = start; row < end; ) {
      const count = this.alike(row, end);
      const from = row - start;
      if (!this.present) out.fill(Number.NaN, from, from + count);
      else if (this.#places !== undefined) this.#takePlaces(this.#places, from, from + count, out);
      else if (this.#deltas !== undefined) this.#takeDeltas(this.#deltas, from, from + count, out);
      else this.#takeFixed(from, from + count, out);
      row += count;
    }
  }

  protected override openValues(page: PageBody, dictionary: PageBody | undefined): void {
    const { encoding, bytes, start } = page;
    this.#places = undefined;
    this.#deltas = undefined;
    if (encoding === "DICTIONARY") {
      this.#dictionary ??= this.#dictionaryOf(dictionary);
      this.#places = placesOf(page, this.fault);
    } else if (encoding === "DELTA_BINARY_PACKED" && this.#kind.type !== "INT96") {
      this.#deltas = new Deltas(bytes, start, bytes.length, this.fault);
    } else if (encoding === "PLAIN" || encoding === "BYTE_STREAM_SPLIT") {
      const values = encoding === "PLAIN" ? bytes.subarray(start) : joinStreams(bytes.subarray(start), this.#width);
      this.#view = viewOf(this.#area?.settle(values, bytes) ?? values);
      this.#at = 0;
    } else throw this.fault(`has numbers in the encoding ${encoding}`);
  }

  protected override skip(values: number): void {
    if (this.#places !== undefined) this.#places.skip(values);
    else if (this.#deltas !== undefined) for (let i = 0; i < values; i++) this.#deltas.next();
    else this.#at += values * this.#width;
  }

  #takePlaces(places: Runs, from: number, to: number, out: Float64Array): void {
    const dictionary = this.#dictionary as Float64Array;
    const valueAt = (place: number): number => {
      if (place >= dictionary.length) throw this.fault(`has the place ${place} in a dictionary of ${dictionary.length} numbers`);
      return dictionary[place] as number;
    };
    for (let at = from; at < to; ) {
      const count = places.take(to - at, PLACES);
      if (places.repeat) out.fill(valueAt(places.value), at, at + count);
      else for (let i = 0; i < count; i++) out[at + i] = valueAt(PLACES[i] as number);
      at += count;
    }
  }

  #takeDeltas(deltas: Deltas, from: number, to: number, out: Float64Array): void {
    for (let i = from; i < to; i++) out[i] = Math.floor(deltas.next() / this.#kind.perUnit);
  }

  #takeFixed(from: number, to: number, out: Float64Array): void {
    const view = this.#view;
    const width = this.#width;
    let at = this.#at;
    this.#at += (to - from) * width;
    if (this.#at > view.byteLength) throw this.fault("has a page that ends before its rows do");
    const desk = this.#area?.desk;
    if (this.#kind.type !== "INT64" || this.#kind.perUnit !== 1)
      for (let i = from; i < to; i++, at += width) out[i] = this.#fixed(view, at);
    else if (desk?.holds(view) === true && desk.holds(out)) desk.integers(view.byteOffset + at, to - from, out.subarray(from, to));
    else for (let i = from; i < to; i++, at += 8) out[i] = view.getInt32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
  }

  #dictionaryOf(page: PageBody | undefined): Float64Array {
    if (page === undefined) throw this.fault("has places in a dictionary, but no dictionary");
    if (page.values * this.#width > page.bytes.length)
      throw this.fault(`has a dictionary of ${page.values} numbers in ${page.bytes.length} bytes`);
    const view = viewOf(page.bytes);
    return Float64Array.from({ length: page.values }, (_, i) => this.#fixed(view, i * this.#width));
  }

  #fixed(view: DataView, at: number): number {
    const { type, perUnit } = this.#kind;
    if (type === "INT32") return view.getInt32(at, true);
    const high = view.getInt32(at + 4, true);
    const value = high * 0x1_0000_0000 + view.getUint32(at, true);
    if (type === "INT96") return (view.getInt32(at + 8, true) - UNIX_EPOCH_JULIAN_DAY) * DAY_MS + Math.floor(value / 1_000_000);
    if (perUnit === 1) return value;
    // Nanoseconds since 1970 are beyond what a number holds exactly.
    if (!Number.isSafeInteger(value)) return Number(view.getBigInt64(at, true) / BigInt(perUnit));
    return Math.floor(value / perUnit);
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** All values' first bytes, then all second ones, and so on (parquet-format, BYTE_STREAM_SPLIT). */
function joinStreams(bytes: Uint8Array, width: number): Uint8Array {
  const count = Math.floor(bytes.length / width);
  const joined = new Uint8Array(count * width);
  for (let byte = 0; byte < width; byte++) for (let i = 0; i < count; i++) joined[i * width + byte] = bytes[byte * count + i] as number;
  return joined;
}
