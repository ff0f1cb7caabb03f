// Chunks of a data file until the merge takes them. Files are merged in manifest order, but scanned at once: what comes before its turn waits in memory up to a
// limit that all files share, and in a temporary file beyond it, so that memory does not grow with the report.
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { PlanError } from "../error.ts";
import { CHUNK_BYTES, WAITING_BYTES_MAX } from "../limits.ts";
import type { FileResult } from "./messages.ts";
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
  readonly bytes: number;
  readonly written: Promise<void>;
}

/** The temporary file, and the memory that all waiting chunks share. */
export class WaitingRoom {
  #bytes = 0;
  readonly #parent = tmpdir();
  #file: Promise<FileHandle> | undefined;
  #end = 0;
  readonly #slots: Slots;
  readonly #bytesMax: number;

  /** Chunks' records lie in `slots`, which get back those that are in the temporary file. */
  constructor(slots: Slots, bytesMax = WAITING_BYTES_MAX) {
    this.#slots = slots;
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
    const { records } = chunk;
    const shapes = serialize(chunk.shapes);
    const at = this.#end;
    const bytes = records.length + shapes.length;
    this.#end += bytes;
    this.#file ??= this.#create();
    const written = this.#file.then(async (file) => {
      await this.#write(file, records, at);
      this.#slots.release(records);
      await this.#write(file, shapes, at + records.length);
    });
    // Whoever takes the chunk awaits it; until then a failed write must not end the process.
    written.catch(() => undefined);
    return { at, recordBytes: records.length, bytes, written };
  }

  async fetch({ at, recordBytes, bytes: length, written }: Spilled): Promise<Pick<Chunk, "records" | "shapes">> {
    await written;
    const file = await (this.#file as Promise<FileHandle>);
    const records = this.#slots.claim().subarray(0, recordBytes);
    const shapes = new Uint8Array(length - recordBytes);
    if ((await file.read(records, 0, recordBytes, at)).bytesRead !== recordBytes) throw this.#cutOff();
    if ((await file.read(shapes, 0, shapes.length, at + recordBytes)).bytesRead !== shapes.length) throw this.#cutOff();
    return { records, shapes: deserialize(shapes) as Shape[] };
  }

  #cutOff(): Error {
    return new Error(`the planner's temporary file in ${this.#parent} was cut off`);
  }

  /** Bytes that did not fit into memory. */
  get spilled(): number {
    return this.#end;
  }

  async close(): Promise<void> {
    // Where it could not even be made, whoever spilled was told.
    await (await this.#file?.catch(() => undefined))?.close();
  }

  /** All of it: a disk that is nearly full takes a part, and says so only at the next write. */
  async #write(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
        done += bytesWritten;
      }
    } catch (error) {
      throw noSpace(this.#parent, error);
    }
  }

  /** Nothing is left of it once it is closed, however this process ends: it has no name from the beginning. */
  async #create(): Promise<FileHandle> {
    try {
      const folder = await mkdtemp(join(this.#parent, "quitclaim-plan-"));
      try {
        return await open(join(folder, "waiting"), "wx+", 0o600);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    } catch (error) {
      throw noSpace(this.#parent, error);
    }
  }
}

const noSpace = (folder: string, error: unknown): PlanError =>
  new PlanError(
    "temporary-space",
    `Rows that wait for their turn did not fit into memory, and cannot be kept in the temporary folder ${folder}: ${error instanceof Error ? error.message : String(error)}. There is no plan. ` +
      "Make room there, or set TMPDIR to a folder on a disk that has some, then run the same command again.",
    { cause: error },
  );

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
