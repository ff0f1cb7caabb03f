// The merge's kernel (kernel/ in this package, WebAssembly) and its memory, in which the rows of every lane collect until a batch is full.
import type { EncodedColumn } from "@quitclaim/campaign";
import { kernelOf } from "@quitclaim/campaign/kernel";
import type { Chunk } from "../scan/pack.ts";
import { KERNEL_BYTES } from "./merge-bytes.ts";

type Global = { readonly value: number };

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly DONE: Global;
  readonly NO_MEMORY: Global;
  readonly COLUMNS: Global;
  readonly seen: Global;
  readonly seenCount: Global;
  readonly aloneShape: Global;
  readonly words: Global;
  readonly lane: (rowsMax: number, sizeMax: number) => number;
  readonly aloneIn: (lane: number) => void;
  readonly clear: (lane: number) => void;
  readonly rowsOf: (lane: number) => number;
  readonly room: (bytes: number) => number;
  readonly shapesRoom: (shapes: number) => number;
  readonly take: () => number;
  readonly layOut: (lane: number, wordColumns: number) => number;
  readonly places: (column: number, words: number, anyNull: number) => void;
}

const instantiate = kernelOf<Exports>(KERNEL_BYTES);

/** Numbers of 32 bits that a column's place, and a chunk's shape, take. */
const COLUMN_NUMBERS = 4;
const SHAPE_NUMBERS = 4;

/** Where a chunk's shape belongs: the lane, and its number in that lane's batch if `batch` is the lane's own. */
export interface ShapePlace {
  readonly lane: number;
  readonly batch: number;
  readonly number: number;
}

export class MergeKernel {
  readonly #exports = instantiate();
  #bytes = new Uint8Array(0);
  #u32 = new Uint32Array(0);

  /** A new lane, by its address. Objects larger than `sizeMax` bytes are left to the lane for those that are alone. */
  lane(rowsMax: number, sizeMax: number): number {
    return there(this.#exports.lane(rowsMax, sizeMax));
  }

  /** Rows in its batch. */
  rows(lane: number): number {
    return this.#exports.rowsOf(lane);
  }

  /** Objects too large for their own lane come to this one. */
  aloneIn(lane: number): void {
    this.#exports.aloneIn(lane);
  }

  /** Takes over the chunk's records and where its shapes belong; {@link take} then goes through them. */
  open(chunk: Chunk, places: readonly ShapePlace[]): void {
    const records = there(this.#exports.room(chunk.records.length));
    const table = there(this.#exports.shapesRoom(places.length));
    this.#look();
    this.#bytes.set(chunk.records, records);
    let at = table >>> 2;
    for (const { lane, batch, number } of places) {
      this.#u32[at] = lane;
      this.#u32[at + 1] = batch;
      this.#u32[at + 2] = number;
      at += SHAPE_NUMBERS;
    }
  }

  /** The lane whose batch is full now: write it, clear it, and call again. undefined at the chunk's end. */
  take(): number | undefined {
    const answer = this.#exports.take();
    if (answer === this.#exports.NO_MEMORY.value) throw outOfMemory();
    return answer === this.#exports.DONE.value ? undefined : answer >>> 0;
  }

  /** The chunk's shapes that were new to their lane's batch in the last take(): each has the lane's next number. */
  seen(each: (shape: number) => void): void {
    const count = this.#exports.seenCount.value;
    if (count === 0) return;
    this.#look();
    const start = (this.#exports.seen.value >>> 0) >>> 2;
    for (let i = 0; i < count; i++) each(this.#u32[start + i] as number);
  }

  /** The chunk's shape of the row that came to the lane for those that are alone. */
  get aloneShape(): number {
    return this.#exports.aloneShape.value;
  }

  /** The batch was written; the lane begins another. */
  clear(lane: number): void {
    this.#exports.clear(lane);
  }

  /** Lays out the plain columns of a lane's batch, with room for `wordColumns` more. What the methods below answer is good until the next call. */
  layOut(lane: number, wordColumns: number): void {
    if (this.#exports.layOut(lane, wordColumns) === 0) throw outOfMemory();
    this.#look();
  }

  /** The column with this number in the plan. */
  plain(column: number, rows: number, compress: boolean): EncodedColumn {
    return { kind: "encoded", ...this.#column(column, rows), compress, dictionary: undefined };
  }

  /** A column that depends on the shape alone. `words`: distinct words, as plain values; `placeOf`: for each shape of the batch the number of its word, -1 for none. */
  words(
    column: number,
    rows: number,
    words: { readonly count: number; readonly plain: Uint8Array },
    placeOf: readonly number[],
  ): EncodedColumn {
    const start = (this.#exports.words.value >>> 0) >>> 2;
    let anyNull = 0;
    for (let i = 0; i < placeOf.length; i++) {
      const place = placeOf[i] as number;
      if (place < 0) anyNull = 1;
      this.#u32[start + i] = place;
    }
    this.#exports.places(column, words.count, anyNull);
    return { kind: "encoded", ...this.#column(column, rows), compress: true, dictionary: words };
  }

  #column(column: number, rows: number): Pick<EncodedColumn, "values" | "nulls" | "present"> {
    const at = (this.#exports.COLUMNS.value >>> 2) + column * COLUMN_NUMBERS;
    const start = this.#u32[at] as number;
    const present = this.#u32[at + 3] as number;
    return {
      values: this.#bytes.subarray(start, start + (this.#u32[at + 1] as number)),
      nulls: this.#u32[at + 2] as number,
      present: present === 0 ? undefined : this.#bytes.subarray(present, present + ((rows + 7) >> 3)),
    };
  }

  /** Memory that grew is another buffer. */
  #look(): void {
    const { buffer } = this.#exports.memory;
    if (buffer === this.#bytes.buffer) return;
    this.#bytes = new Uint8Array(buffer);
    this.#u32 = new Uint32Array(buffer);
  }
}

function there(address: number): number {
  if (address === 0) throw outOfMemory();
  return address >>> 0;
}

const outOfMemory = (): Error =>
  new Error("The rows of batches that are not full yet do not fit into memory (at most 4 GiB). Plan with a smaller limits.batchRows.");
