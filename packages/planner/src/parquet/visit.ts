// The texts of chosen rows of a stretch, found page by page in tight loops: whose turn it is asks for no cursor.
import { type Bytes, bytesOf } from "../scan/byte-cache.ts";
import type { TextCursor } from "./texts.ts";

const NOTHING = bytesOf(Buffer.alloc(0));

export class Visit {
  /** Of the row that turn() was asked for, and of others of its page: the text is bytes [starts[i], ends[i]) of {@link text}, and starts[i] is -1 where there is none. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly #cursor: TextCursor | undefined;
  #rows: Uint32Array = new Uint32Array(0);
  #count = 0;
  /** Texts that were found; those of the last page lie where they were found. */
  #found = 0;

  /** At most `rowsMax` rows at once. Without a cursor no row has a text. */
  constructor(cursor: TextCursor | undefined, rowsMax: number) {
    this.#cursor = cursor;
    this.starts = new Int32Array(rowsMax).fill(-1);
    this.ends = new Int32Array(rowsMax);
  }

  /** The rows to visit: the first `count` of `rows`, ascending, and behind all that were visited before. */
  begin(rows: Uint32Array, count: number): void {
    this.#rows = rows;
    this.#count = count;
    this.#found = this.#cursor === undefined ? count : 0;
  }

  /** Goes on to rows[i]; i ascends. Whoever was shown texts before is done with them: they may be gone. */
  turn(i: number): void {
    if (i >= this.#found) this.#found = (this.#cursor as TextCursor).visit(this.#rows, i, this.#count, this.starts, this.ends);
  }

  get text(): Bytes {
    return this.#cursor?.text ?? NOTHING;
  }

  /** Every byte around the texts is ASCII. */
  get ascii(): boolean {
    return this.#cursor?.ascii ?? true;
  }
}
