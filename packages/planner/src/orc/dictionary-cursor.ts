// A text column of which the stripe keeps each distinct value once.

import type { EntryPlaces, TextCells } from "../columnar/cells.ts";
import { STRETCH_ROWS } from "../columnar/desk.ts";
import type { ByteStream } from "./byte-stream.ts";
import type { ColumnStreams } from "./column.ts";
import type { CursorRooms } from "./cursor.ts";
import { Integers } from "./integers.ts";
import { readDictionary } from "./strings.ts";
import { TextCursor } from "./text-cursor.ts";

const PLACE = "place in the dictionary";
/** Places taken at once. */
const PLACES = new Uint32Array(STRETCH_ROWS);

export class DictionaryCursor extends TextCursor {
  readonly #streams: ColumnStreams;
  readonly #placeStream: ByteStream;
  readonly #places: Integers;
  /** Entry i is bytes [starts[i], starts[i + 1]) of the dictionary. */
  #dictionary: { readonly starts: Uint32Array } | undefined;

  constructor(streams: ColumnStreams, rows: number, rooms: CursorRooms) {
    super(streams, rows, rooms);
    this.#streams = streams;
    this.#placeStream = streams.open("DATA", rooms.of("DATA"));
    this.#places = new Integers(this.#placeStream, streams.encoding, false, PLACE);
  }

  override get places(): EntryPlaces {
    return this.#places;
  }

  override get dictionary(): TextCells["dictionary"] {
    return this.#open();
  }

  override take(): void {
    this.#places.take(1, PLACES);
    this.toEntry(this.#places.repeat ? this.#places.value : (PLACES[0] as number));
  }

  override toEntry(entry: number): void {
    const { starts } = this.#open();
    const size = this.#streams.encoding.dictionarySize;
    if (entry >= size) throw this.#placeStream.fault(`has the place ${entry} in a dictionary of ${size} entries`);
    this.start = this.textAt + (starts[entry] as number);
    this.end = this.textAt + (starts[entry + 1] as number);
  }

  override visit(
    rows: Uint32Array,
    from: number,
    to: number,
    { starts, ends }: { readonly starts: Int32Array; readonly ends: Int32Array },
  ): number {
    const last = (rows[to - 1] as number) + 1;
    for (let i = from; i < to; ) {
      const row = rows[i] as number;
      const count = Math.min(this.reach(row, last), PLACES.length);
      if (!this.present) {
        i = this.passOver(rows, i, to, count, starts);
        continue;
      }
      this.#places.readUnsigned(PLACES, 0, count);
      this.pass(count);
      for (; i < to && (rows[i] as number) < row + count; i++) {
        this.toEntry(PLACES[(rows[i] as number) - row] as number);
        starts[i] = this.start;
        ends[i] = this.end;
      }
    }
    return to;
  }

  protected override skip(values: number): void {
    this.#places.skip(values);
  }

  protected override exhausted(): boolean {
    return this.#places.exhausted();
  }

  #open(): { readonly starts: Uint32Array } {
    if (this.#dictionary === undefined) {
      const { bytes, offsets } = readDictionary(this.#streams);
      this.setText(bytes, (area) => area.settleDictionary(bytes));
      this.#dictionary = { starts: offsets };
    }
    return this.#dictionary;
  }
}
