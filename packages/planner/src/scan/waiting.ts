// Chunks of a data file until the merge takes them. Files are merged in manifest order, but scanned at once: what comes before its turn waits in memory up to a
// limit that all files share, and in a temporary file beyond it, so that memory does not grow with the report.
import { deserialize, serialize } from "node:v8";
import { CHUNK_BYTES, WAITING_BYTES_MAX } from "../limits.ts";
import type { FileResult } from "./messages.ts";
import { Overflow } from "./overflow.ts";
import type { Chunk } from "./pack.ts";
import type { Shape } from "./shape.ts";
import type { Slots } from "./slots.ts";

type Kept =
  | { readonly chunk: Chunk; readonly waited: boolean; readonly taken: () => void }
  | (Pick<Chunk, "rows" | "shapeBytes"> & { readonly spilled: Spilled });

/** Where a chunk lies in the temporary file: its records, and behind them its shapes. */
interface Spilled {
  readonly at: number;
  readonly recordBytes: number;
  readonly shapeBytes: number;
  readonly written: Promise<unknown>;
}

/** The memory that all waiting chunks share, and the file for those that find none. */
export class WaitingRoom {
  #bytes = 0;
  readonly #overflow = new Overflow();
  readonly #slots: Slots;
  readonly #failed: (error: unknown) => void;
  readonly #bytesMax: number;

  /** Chunks' records lie in `slots`, which get back those that are in the temporary file. `failed` hears at once of a disk that takes no more: a turn may be hours away. */
  constructor(slots: Slots, failed: (error: unknown) => void, bytesMax = WAITING_BYTES_MAX) {
    this.#slots = slots;
    this.#failed = failed;
    this.#bytesMax = bytesMax;
  }

  /** True, and the memory is counted, where there is room for it. */
  admit(bytes: number): boolean {
    if (this.#bytes + bytes > this.#bytesMax) return false;
    this.#bytes += bytes;
    return true;
  }

  leave(bytes: number): void {
    this.#bytes -= bytes;
  }

  spill(chunk: Chunk): Spilled {
    const records = this.#overflow.append(chunk.records);
    const shapes = serialize(chunk.shapes);
    const written = Promise.all([records.written.then(() => this.#slots.release(chunk.records)), this.#overflow.append(shapes).written]);
    written.catch(this.#failed);
    return { at: records.at, recordBytes: chunk.records.length, shapeBytes: shapes.length, written };
  }

  async fetch({ at, recordBytes, shapeBytes, written }: Spilled): Promise<Pick<Chunk, "records" | "shapes">> {
    await written;
    const records = this.#slots.claim().subarray(0, recordBytes);
    await this.#overflow.read(at, records);
    const shapes = new Uint8Array(shapeBytes);
    await this.#overflow.read(at + recordBytes, shapes);
    return { records, shapes: deserialize(shapes) as Shape[] };
  }

  /** Bytes that did not fit into memory. */
  get spilled(): number {
    return this.#overflow.length;
  }

  close(): Promise<void> {
    return this.#overflow.close();
  }
}

/** Whatever a chunk uses of its memory, it has all of it. */
const bytesOf = (chunk: Chunk): number => CHUNK_BYTES + chunk.shapeBytes;

/** The chunks of one data file, in the order in which they came. */
export class FileQueue {
  readonly #room: WaitingRoom;
  readonly #kept: Kept[] = [];
  #turn = false;
  #result: FileResult | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(room: WaitingRoom) {
    this.#room = room;
  }

  /** `taken` is called when the thread may send one chunk more. */
  push(chunk: Chunk, taken: () => void): void {
    if (this.#turn) {
      this.#kept.push({ chunk, waited: false, taken });
    } else if (this.#room.admit(bytesOf(chunk))) {
      this.#kept.push({ chunk, waited: true, taken: () => undefined });
      taken();
    } else {
      const { rows, shapeBytes } = chunk;
      const spilled = this.#room.spill(chunk);
      this.#kept.push({ rows, shapeBytes, spilled });
      // A disk that cannot keep up slows the thread down.
      spilled.written.then(taken, taken);
    }
    this.#wake?.();
  }

  finish(result: FileResult): void {
    this.#result = result;
    this.#wake?.();
  }

  /** Whoever waits for a chunk, now or later, gets this error instead. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake?.();
  }

  get result(): FileResult | undefined {
    return this.#result;
  }

  /** The merge has come to this file. */
  begin(): void {
    this.#turn = true;
  }

  /** The next chunk; undefined after the last one. */
  async next(): Promise<Chunk | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#kept.length > 0) break;
      if (this.#result !== undefined) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const kept = this.#kept.shift() as Kept;
    if ("chunk" in kept) {
      if (kept.waited) this.#room.leave(bytesOf(kept.chunk));
      kept.taken();
      return kept.chunk;
    }
    const { spilled, ...rest } = kept;
    return { ...rest, ...(await this.#room.fetch(spilled)) };
  }
}
