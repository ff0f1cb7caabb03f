// What the cells of a text column mean, looked up once for each entry of a dictionary, and by their bytes where there is none.
import type { ByteCache } from "../scan/byte-cache.ts";
import type { Runs } from "./runs.ts";
import type { Dictionary, TextCursor } from "./texts.ts";

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
      const count = cursor.alike(row, end);
      const from = row - start;
      if (!cursor.present) out.fill(none, from, from + count);
      else if (cursor.places === undefined) this.#byBytes(cursor, out, from, from + count);
      else this.#byEntries(cursor, cursor.places, out, from, from + count);
      row += count;
    }
  }

  #byBytes(cursor: TextCursor, out: T[], from: number, to: number): void {
    for (let i = from; i < to; i++) {
      cursor.take();
      out[i] = this.#cache.get(cursor.text, cursor.start, cursor.end);
    }
  }

  #byEntries(cursor: TextCursor, places: Runs, out: T[], from: number, to: number): void {
    if (cursor.dictionary !== this.#dictionary) {
      this.#dictionary = cursor.dictionary;
      this.#kept = [];
    }
    const kept = this.#kept;
    for (let at = from; at < to; ) {
      const count = places.take(to - at, ENTRIES);
      if (places.repeat) out.fill(kept[places.value] ?? this.#ofEntry(cursor, places.value), at, at + count);
      else
        for (let i = 0; i < count; i++) {
          const entry = ENTRIES[i] as number;
          out[at + i] = kept[entry] ?? this.#ofEntry(cursor, entry);
        }
      at += count;
    }
  }

  #ofEntry(cursor: TextCursor, entry: number): T {
    cursor.toEntry(entry);
    const meaning = this.#cache.get(cursor.text, cursor.start, cursor.end);
    if (entry < ENTRIES_KEPT_MAX) this.#kept[entry] = meaning;
    return meaning;
  }
}
