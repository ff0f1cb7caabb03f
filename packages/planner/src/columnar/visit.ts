// The texts of chosen rows of a stretch, found page by page in tight loops: whose turn it is asks for no cursor.

import type { Places } from "../parquet/texts.ts";
import { type Bytes, bytesOf } from "../scan/byte-cache.ts";
import type { FoundTexts } from "./cells.ts";

const NOTHING = bytesOf(Buffer.alloc(0));

export class Visit {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly #cursor: FoundTexts | undefined;
  readonly #places: Places;
  readonly #rows: Uint32Array;
  #count = 0;
  /** Texts that were found; those of the last page lie where they were found. */
  #found = 0;

  /** Of the rows in `rows`; where their texts lie is written to `places`. Without a cursor no row has a text. */
  constructor(cursor: FoundTexts | undefined, rows: Uint32Array, places: Places) {
    this.#cursor = cursor;
    this.#rows = rows;
    this.#places = places;
    this.starts = places.starts;
    this.ends = places.ends;
  }

  /** The rows to visit are the first `count` now: ascending, and behind all that were visited before. */
  begin(count: number): void {
    this.#count = count;
    this.#found = this.#cursor === undefined ? count : 0;
    if (this.#cursor === undefined) this.starts.fill(-1, 0, count);
  }

  /**
   * Goes on to rows[i]; i ascends. Gives the first place whose text is not found yet: the texts from i up to it lie in {@link text}, at its bytes [starts[i], ends[i]), and
   * there is none where starts[i] is -1. Whoever was shown texts before is done with them: they may be gone.
   */
  reach(i: number): number {
    if (i >= this.#found && this.#found < this.#count)
      this.#found = (this.#cursor as FoundTexts).visit(this.#rows, i, this.#count, this.#places);
    return this.#found;
  }

  get text(): Bytes {
    return this.#cursor?.text ?? NOTHING;
  }

  /** The texts lie on the desk, as far as there are any. */
  get onDesk(): boolean {
    return this.#cursor === undefined || this.#cursor.onDesk;
  }

  /** Every byte around the texts is ASCII. */
  get ascii(): boolean {
    return this.#cursor?.ascii ?? true;
  }
}
