// What the cells of a text column mean, looked up once for each entry of a dictionary, and by their bytes where there is none.
import type { ByteCache } from "../scan/byte-cache.ts";
import { type Dictionary, LENGTH_BYTES, type TextCursor } from "./texts.ts";

/** Entries of a dictionary whose meanings are kept beside it; those of a larger one are asked of the cache each time, which forgets. */
const ENTRIES_KEPT_MAX = 8_192;
/** Entries taken at once. */
const ENTRIES = new Uint32Array(2_048);

/** Of one column. */
export class Meanings<T> {
  readonly #cache: ByteCache<T>;
  #dictionary: Dictionary | undefined;
  #kept: (T | undefined)[] = [];

  constructor(cache: ByteCache<T>) {
    this.#cache = cache;
  }

  /** What the texts of rows [start, end) mean, from out[0] on; `none` where there is no text. */
  fill(cursor: TextCursor, start: number, end: number, out: T[], none: T): void {
    for (let row = start; row < end; ) {
      const count = cursor.alike(row, Math.min(end, row + ENTRIES.length));
      const from = row - start;
      if (!cursor.present) {
        out.fill(none, from, from + count);
      } else {
        const dictionary = cursor.takeEntries(count, ENTRIES);
        if (dictionary === undefined) this.#byBytes(cursor, out, from, count);
        else this.#byEntries(dictionary, out, from, count);
      }
      row += count;
    }
  }

  #byBytes(cursor: TextCursor, out: T[], from: number, count: number): void {
    for (let i = from; i < from + count; i++) {
      cursor.take();
      out[i] = this.#cache.get(cursor.text, cursor.start, cursor.end);
    }
  }

  #byEntries(dictionary: Dictionary, out: T[], from: number, count: number): void {
    if (dictionary !== this.#dictionary) {
      this.#dictionary = dictionary;
      this.#kept = [];
    }
    const kept = this.#kept;
    let last = ENTRIES[0] as number;
    let meaning = kept[last] ?? this.#ofEntry(dictionary, last);
    for (let i = 0; i < count; i++) {
      const entry = ENTRIES[i] as number;
      if (entry !== last) {
        meaning = kept[entry] ?? this.#ofEntry(dictionary, entry);
        last = entry;
      }
      out[from + i] = meaning;
    }
  }

  #ofEntry({ text, starts }: Dictionary, entry: number): T {
    const meaning = this.#cache.get(text, starts[entry] as number, (starts[entry + 1] as number) - LENGTH_BYTES);
    if (entry < ENTRIES_KEPT_MAX) this.#kept[entry] = meaning;
    return meaning;
  }
}
