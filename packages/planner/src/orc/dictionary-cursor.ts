// A text column of which the stripe keeps each distinct value once.
import type { ByteStream } from "./byte-stream.ts";
import type { ColumnStreams } from "./column.ts";
import { STRETCH_ROWS } from "./cursor.ts";
import { Integers } from "./integers.ts";
import type { Meanings } from "./meanings.ts";
import { readDictionary } from "./strings.ts";
import { TextCursor } from "./text-cursor.ts";
import type { Strings } from "./vector.ts";

const PLACE = "place in the dictionary";
/** Places taken at once. */
const PLACES = new Uint32Array(STRETCH_ROWS);

export class DictionaryCursor extends TextCursor {
  readonly #streams: ColumnStreams;
  readonly #placeStream: ByteStream;
  readonly #places: Integers;
  /** Read when it is first needed. */
  #dictionary: Strings | undefined;

  constructor(streams: ColumnStreams, rows: number) {
    super(streams, rows);
    this.#streams = streams;
    this.#placeStream = streams.open("DATA", true);
    this.#places = new Integers(this.#placeStream, streams.encoding, false);
  }

  override visit(rows: Uint32Array, from: number, to: number, starts: Int32Array, ends: Int32Array): number {
    const { offsets } = this.#open();
    const last = (rows[to - 1] as number) + 1;
    for (let i = from; i < to; ) {
      const row = rows[i] as number;
      const count = this.alike(row, last);
      if (!this.present) {
        i = this.passOver(rows, i, to, count, starts);
        continue;
      }
      this.#places.readUnsigned(PLACES, 0, count, PLACE);
      for (; i < to && (rows[i] as number) < row + count; i++) {
        const entry = this.#entry(PLACES[(rows[i] as number) - row] as number);
        starts[i] = offsets[entry] as number;
        ends[i] = offsets[entry + 1] as number;
      }
      this.pass(count);
    }
    return to;
  }

  protected override take<T>(meanings: Meanings<T>, out: T[], from: number, to: number): void {
    const kept = meanings.keptOf(this.#open());
    for (let at = from; at < to; ) {
      const count = this.#places.take(to - at, PLACES, PLACE);
      if (this.#places.repeat) {
        const entry = this.#places.value;
        out.fill(kept[entry] ?? this.#learn(meanings, entry), at, at + count);
      } else {
        for (let i = 0; i < count; i++) {
          const entry = PLACES[i] as number;
          out[at + i] = kept[entry] ?? this.#learn(meanings, entry);
        }
      }
      at += count;
    }
  }

  protected override skip(values: number): void {
    this.#places.skip(values);
  }

  protected override exhausted(): boolean {
    return this.#places.exhausted();
  }

  #learn<T>(meanings: Meanings<T>, place: number): T {
    const { offsets } = this.#open();
    const entry = this.#entry(place);
    return meanings.keep(entry, meanings.of(this.text, offsets[entry] as number, offsets[entry + 1] as number));
  }

  /** The place, once it is one of the dictionary's. */
  #entry(place: number): number {
    const size = this.#streams.encoding.dictionarySize;
    if (place >= size) throw this.#placeStream.fault(`has the place ${place} in a dictionary of ${size} entries`);
    return place;
  }

  #open(): Strings {
    if (this.#dictionary === undefined) {
      this.#dictionary = readDictionary(this.#streams);
      this.setText(this.#dictionary.bytes);
    }
    return this.#dictionary;
  }
}
