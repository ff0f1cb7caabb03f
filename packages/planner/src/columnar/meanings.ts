// What the cells of a text column mean, looked up once for each entry of a dictionary, and by their bytes where there is none. Rows are told a number, and the number's
// meaning stands in a list: numbers are quickly written, compared and counted by.

import type { ByteCache } from "../scan/byte-cache.ts";
import type { EntryPlaces, RepeatedTexts } from "./cells.ts";

/** Entries of a dictionary whose meanings are kept beside it; those of a larger one are asked of the cache each time, which forgets. */
const ENTRIES_KEPT_MAX = 8_192;
/** Meanings that are numbered before numbering begins again. */
const NUMBERS_MAX = 16_384;
/** Entries taken at once. */
const ENTRIES = new Uint32Array(2_048);
/** The number of cells without a text. */
export const NONE = 0;

/** Of one column. */
export class Meanings<T> {
  /** By number. */
  readonly values: T[];
  readonly #cache: ByteCache<T>;
  readonly #numbers = new Map<T, number>();
  #dictionary: RepeatedTexts["dictionary"];
  /** By entry; -1: not looked up yet. */
  #kept = new Int32Array(0);

  /** `none` is what a cell without a text means. */
  constructor(cache: ByteCache<T>, none: T) {
    this.#cache = cache;
    this.values = [none];
    this.#numbers.set(none, NONE);
  }

  /** Before a stretch: whether numbering begins again, because it went too far. Until then numbers stay what they are. */
  begin(): boolean {
    if (this.values.length <= NUMBERS_MAX) return false;
    this.values.length = 1;
    this.#numbers.clear();
    this.#numbers.set(this.values[NONE] as T, NONE);
    this.#kept.fill(-1);
    return true;
  }

  /** The numbers of what the texts of rows [start, end) mean, from out[0] on. */
  fill(cursor: RepeatedTexts, start: number, end: number, out: Int32Array): void {
    for (let row = start; row < end; ) {
      const count = cursor.alike(row, end);
      const from = row - start;
      if (!cursor.present) out.fill(NONE, from, from + count);
      else if (cursor.places === undefined) this.#byBytes(cursor, out, from, from + count);
      else this.#byEntries(cursor, cursor.places, out, from, from + count);
      row += count;
    }
  }

  #byBytes(cursor: RepeatedTexts, out: Int32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      cursor.take();
      out[i] = this.#numberOf(cursor);
    }
  }

  #byEntries(cursor: RepeatedTexts, places: EntryPlaces, out: Int32Array, from: number, to: number): void {
    if (cursor.dictionary !== this.#dictionary) {
      this.#dictionary = cursor.dictionary;
      this.#kept = new Int32Array(Math.min(ENTRIES_KEPT_MAX, (cursor.dictionary?.starts.length ?? 1) - 1)).fill(-1);
    }
    const kept = this.#kept;
    for (let at = from; at < to; ) {
      const count = places.take(to - at, ENTRIES);
      if (places.repeat) out.fill(this.#ofEntry(cursor, places.value), at, at + count);
      else
        for (let i = 0; i < count; i++) {
          const entry = ENTRIES[i] as number;
          const number = entry < kept.length ? (kept[entry] as number) : -1;
          out[at + i] = number >= 0 ? number : this.#ofEntry(cursor, entry);
        }
      at += count;
    }
  }

  #ofEntry(cursor: RepeatedTexts, entry: number): number {
    const known = this.#kept[entry];
    if (known !== undefined && known >= 0) return known;
    cursor.toEntry(entry);
    const number = this.#numberOf(cursor);
    if (entry < this.#kept.length) this.#kept[entry] = number;
    return number;
  }

  #numberOf(cursor: RepeatedTexts): number {
    const meaning = this.#cache.get(cursor.text, cursor.start, cursor.end);
    let number = this.#numbers.get(meaning);
    if (number === undefined) {
      number = this.values.push(meaning) - 1;
      this.#numbers.set(meaning, number);
    }
    return number;
  }
}
