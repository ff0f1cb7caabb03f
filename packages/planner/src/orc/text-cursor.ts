// A text column of a stripe: a cell is a place in the decompressed bytes of its stream, or of the stripe's dictionary, and never becomes a string here.
import { isAscii } from "node:buffer";
import { type Bytes, bytesOf } from "../scan/byte-cache.ts";
import { Cursor } from "./cursor.ts";
import type { Meanings } from "./meanings.ts";

export abstract class TextCursor extends Cursor {
  #text: Bytes = bytesOf(Buffer.alloc(0));
  #bytes: Uint8Array | undefined;
  #ascii: boolean | undefined;

  /** The bytes in which the texts lie that were found last. */
  get text(): Bytes {
    return this.#text;
  }

  /** Whether all of {@link text} is ASCII: one native look at it spares a look at each text. */
  get ascii(): boolean {
    this.#ascii ??= isAscii(this.#text.buffer);
    return this.#ascii;
  }

  /** What the texts of rows [start, end), at most STRETCH_ROWS, mean, from out[0] on. */
  fill<T>(start: number, end: number, meanings: Meanings<T>, out: T[]): void {
    for (let row = start; row < end; ) {
      const count = this.alike(row, end);
      const from = row - start;
      if (this.present) this.take(meanings, out, from, from + count);
      else out.fill(meanings.none, from, from + count);
      this.pass(count);
      row += count;
    }
  }

  /**
   * Where the texts of the rows rows[from], …, rows[to - 1] (ascending, all within STRETCH_ROWS) begin and end in {@link text}, in starts and ends at the same places; -1
   * where there is none. As many of them as lie in one piece of bytes: gives the place of the first row that was not reached.
   */
  abstract visit(rows: Uint32Array, from: number, to: number, starts: Int32Array, ends: Int32Array): number;

  /** What the next values mean, in out[from], …, out[to - 1]. */
  protected abstract take<T>(meanings: Meanings<T>, out: T[], from: number, to: number): void;

  /** Each chunk is another array, though it may lie where the one before it did. */
  protected setText(bytes: Uint8Array): void {
    if (bytes === this.#bytes) return;
    this.#bytes = bytes;
    this.#text = bytesOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#ascii = undefined;
  }

  /** Rows that {@link alike} found to have no text, of those on the list: the place of the first one behind them. */
  protected passOver(rows: Uint32Array, from: number, to: number, count: number, starts: Int32Array): number {
    const end = (rows[from] as number) + count;
    this.pass(count);
    let i = from;
    while (i < to && (rows[i] as number) < end) starts[i++] = -1;
    return i;
  }
}
