// What the cells of a text column mean, looked up once for each entry of a dictionary, and by their bytes where there is none.
import type { ByteCache } from "../scan/byte-cache.ts";
import type { Dictionary, TextCursor } from "./texts.ts";

/** Entries of a dictionary whose meanings are kept beside it; those of a larger one are asked of the cache each time, which forgets. */
const ENTRIES_KEPT_MAX = 8_192;

/** Of one column. */
export class Meanings<T> {
  readonly #cache: ByteCache<T>;
  #dictionary: Dictionary | undefined;
  #kept: (T | undefined)[] = [];

  constructor(cache: ByteCache<T>) {
    this.#cache = cache;
  }

  /** Of the cursor's current text. */
  of(cursor: TextCursor): T {
    const { entry } = cursor;
    if (entry < 0) return this.#cache.get(cursor.text, cursor.start, cursor.end);
    if (cursor.dictionary !== this.#dictionary) {
      this.#dictionary = cursor.dictionary;
      this.#kept = [];
    }
    const known = this.#kept[entry];
    if (known !== undefined) return known;
    const value = this.#cache.get(cursor.text, cursor.start, cursor.end);
    if (entry < ENTRIES_KEPT_MAX) this.#kept[entry] = value;
    return value;
  }
}
