// The texts of chosen rows of a stretch, found in tight loops, as many at once as lie in one piece of bytes.
import { type Bytes, bytesOf } from "../scan/byte-cache.ts";
import type { Span } from "../scan/row.ts";
import { STRETCH_ROWS } from "./cursor.ts";
import type { TextCursor } from "./text-cursor.ts";

const NOTHING = bytesOf(Buffer.alloc(0));

export class ListedTexts {
  /** Of the row that turnTo() was asked for: the text is bytes [starts[i], ends[i]) of {@link text}; starts[i] is -1 where there is none. */
  readonly starts = new Int32Array(STRETCH_ROWS).fill(-1);
  readonly ends = new Int32Array(STRETCH_ROWS);
  #cursor: TextCursor | undefined;
  #rows: Uint32Array = new Uint32Array(0);
  #count = 0;
  /** Texts that were found; those of the last piece lie where they were found. */
  #found = 0;

  /** The first `count` of `rows`, ascending, and behind all that were listed before. Without a cursor no row has a text. */
  begin(cursor: TextCursor | undefined, rows: Uint32Array, count: number): void {
    this.#cursor = cursor;
    this.#rows = rows;
    this.#count = count;
    this.#found = cursor === undefined ? count : 0;
  }

  /** Goes on to rows[i]; i ascends. Whoever was shown texts before is done with them: they may be gone. */
  turnTo(i: number): void {
    if (i >= this.#found) this.#found = (this.#cursor as TextCursor).visit(this.#rows, i, this.#count, this.starts, this.ends);
  }

  /** Goes on to rows[i], and fills `span` with its text; clears it where there is none. */
  fill(span: Span, i: number): void {
    this.turnTo(i);
    const start = this.starts[i] as number;
    const end = this.ends[i] as number;
    if (start < 0 || start === end) span.clear();
    else span.set(this.text.buffer, start, end);
  }

  get text(): Bytes {
    return this.#cursor?.text ?? NOTHING;
  }

  /** Every byte around the texts is ASCII. */
  get ascii(): boolean {
    return this.#cursor?.ascii ?? true;
  }
}
