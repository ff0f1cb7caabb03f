// What the cells of a text column mean, looked up once for each entry of a dictionary, and by their bytes where there is none.
import type { ByteCache, Bytes } from "../scan/byte-cache.ts";

/** Entries of a dictionary whose meanings are kept beside it; those of a larger one are asked of the cache each time, which forgets. */
const ENTRIES_KEPT_MAX = 8_192;

/** Of one column. */
export class Meanings<T> {
  /** What a row without a text means. */
  readonly none: T;
  readonly #cache: ByteCache<T>;
  #dictionary: object | undefined;
  #kept: (T | undefined)[] = [];

  constructor(cache: ByteCache<T>, none: T) {
    this.#cache = cache;
    this.none = none;
  }

  /** What bytes [start, end) of `text` mean. */
  of(text: Bytes, start: number, end: number): T {
    return this.#cache.get(text, start, end);
  }

  /** What is known so far about the entries of a dictionary; whoever learns more says so with {@link keep}. */
  keptOf(dictionary: object): readonly (T | undefined)[] {
    if (dictionary !== this.#dictionary) {
      this.#dictionary = dictionary;
      this.#kept = [];
    }
    return this.#kept;
  }

  keep(entry: number, meaning: T): T {
    if (entry < ENTRIES_KEPT_MAX) this.#kept[entry] = meaning;
    return meaning;
  }
}
