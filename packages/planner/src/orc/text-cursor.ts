// A text column of a stripe: a cell is a place in the decompressed bytes of its stream, or of the stripe's dictionary, and never becomes a string here.
import { isAscii } from "node:buffer";
import type { EntryPlaces, TextCells } from "../columnar/cells.ts";
import type { Desk, PageArea } from "../columnar/desk.ts";
import { type Bytes, bytesOf } from "../scan/byte-cache.ts";
import type { ColumnStreams } from "./column.ts";
import { Cursor, type CursorRooms } from "./cursor.ts";

const NOTHING = new Uint8Array(0);

export abstract class TextCursor extends Cursor implements TextCells {
  start = 0;
  end = 0;
  abstract readonly places: EntryPlaces | undefined;
  abstract readonly dictionary: TextCells["dictionary"];
  /** Where in {@link text} the bytes begin that texts were last found in. */
  protected textAt = 0;
  protected readonly area: PageArea | undefined;
  #text: Bytes = bytesOf(Buffer.alloc(0));
  #bytes: Uint8Array = NOTHING;
  #ascii: boolean | undefined;

  constructor(streams: ColumnStreams, rows: number, rooms: CursorRooms) {
    super(streams, rows, rooms);
    this.area = rooms.area;
  }

  get text(): Bytes {
    return this.#text;
  }

  get onDesk(): boolean {
    return this.#text === this.area?.desk.text;
  }

  get ascii(): boolean {
    this.#ascii ??= isAscii(this.#text.buffer.subarray(this.textAt, this.textAt + this.#bytes.length));
    return this.#ascii;
  }

  abstract visit(rows: Uint32Array, from: number, to: number, places: { readonly starts: Int32Array; readonly ends: Int32Array }): number;
  abstract take(): void;
  abstract toEntry(entry: number): void;

  /** Texts are found in these bytes from now on. Each chunk is another array, though it may lie where the one before it did. */
  protected setText(bytes: Uint8Array, settle: (area: PageArea) => Uint8Array = (area) => area.settle(bytes)): void {
    if (bytes === this.#bytes) return;
    this.#bytes = bytes;
    this.#ascii = undefined;
    const lying = this.area === undefined ? bytes : settle(this.area);
    const desk: Desk | undefined = this.area?.desk;
    if (desk?.holds(lying) === true) {
      this.#text = desk.text;
      this.textAt = lying.byteOffset;
    } else {
      this.#text = bytesOf(Buffer.from(lying.buffer, lying.byteOffset, lying.byteLength));
      this.textAt = 0;
    }
  }

  /** Rows that {@link reach} found to have no text, of those on the list: the place of the first one behind them. */
  protected passOver(rows: Uint32Array, from: number, to: number, count: number, starts: Int32Array): number {
    const end = (rows[from] as number) + count;
    this.pass(count);
    let i = from;
    while (i < to && (rows[i] as number) < end) starts[i++] = -1;
    return i;
  }
}
