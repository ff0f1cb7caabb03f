// A text column whose values lie one after another, their lengths in a stream of their own.
import { STRETCH_ROWS } from "../columnar/desk.ts";
import type { ByteStream } from "./byte-stream.ts";
import type { ColumnStreams } from "./column.ts";
import type { CursorRooms } from "./cursor.ts";
import { Integers } from "./integers.ts";
import { TextCursor } from "./text-cursor.ts";

const LENGTH = "length";

export class DirectCursor extends TextCursor {
  override readonly places = undefined;
  override readonly dictionary = undefined;
  readonly #data: ByteStream;
  readonly #lengths: Integers;
  /** Lengths [#next, #known) were read ahead of their texts. */
  readonly #ahead = new Uint32Array(STRETCH_ROWS);
  #next = 0;
  #known = 0;
  /** Values that will be taken one by one. */
  #promised = 0;
  /** Where in the chunk at hand the next text begins; behind its end where texts were stepped over that go on in later chunks. */
  #at = 0;

  constructor(streams: ColumnStreams, rows: number, rooms: CursorRooms) {
    super(streams, rows, rooms);
    this.#lengths = new Integers(streams.open("LENGTH", rooms.of("LENGTH")), streams.encoding, false, LENGTH);
    this.#data = streams.open("DATA", rooms.area === undefined ? rooms.of("DATA") : rooms.area.file);
  }

  override alike(row: number, end: number): number {
    const count = super.alike(row, end);
    this.#promised = this.present ? count : 0;
    return count;
  }

  override take(): void {
    this.#look(this.#promised--);
    const length = this.#ahead[this.#next] as number;
    if (this.#at + length <= this.#data.end || this.#turn()) {
      this.setText(this.#data.buffer);
      this.start = this.textAt + this.#at;
      this.#at += length;
      this.#next++;
    } else {
      this.#bring();
      this.start = this.textAt;
    }
    this.end = this.start + length;
  }

  override toEntry(entry: number): void {
    throw this.fault(`has no dictionary, of which entry ${entry} was asked for`);
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
      const count = this.reach(row, last);
      if (!this.present) {
        i = this.passOver(rows, i, to, count, starts);
        continue;
      }
      const known = this.#look(count);
      if (this.#at + (this.#ahead[this.#next] as number) <= this.#data.end) {
        this.setText(this.#data.buffer);
        i = this.#find(rows, i, row + known, starts, ends);
        continue;
      }
      // It lies in the next chunk, while the texts that were found lie in this one.
      if (i > from) return i;
      if (this.#turn()) continue;
      const length = this.#bring();
      starts[i] = this.textAt;
      ends[i] = this.textAt + length;
      this.pass(1);
      return i + 1;
    }
    return to;
  }

  /** Finds the texts of the listed rows from rows[i] on and before `end`, all of which have texts of known length, up to the chunk's end. */
  #find(rows: Uint32Array, from: number, end: number, starts: Int32Array, ends: Int32Array): number {
    const lengths = this.#ahead;
    const { textAt } = this;
    const chunkEnd = textAt + this.#data.end;
    const first = rows[from] as number;
    let i = from;
    let next = first;
    let at = textAt + this.#at;
    let known = this.#next;
    let row = first;
    // Written for every row and kept for those on the list, without a branch that nothing foretells.
    for (; row < end; row++) {
      const stop = at + (lengths[known] as number);
      if (stop > chunkEnd && row === next) break;
      known++;
      starts[i] = at;
      ends[i] = stop;
      at = stop;
      // 1 where they are the same.
      i += ((row ^ next) - 1) >>> 31;
      next = rows[i] as number;
    }
    this.#at = at - textAt;
    this.#next = known;
    this.pass(row - first);
    return i;
  }

  protected override skip(values: number): void {
    const known = Math.min(values, this.#known - this.#next);
    for (let i = 0; i < known; i++) this.#at += this.#ahead[this.#next++] as number;
    if (known < values) this.#at += this.#lengths.sum(values - known);
  }

  protected override exhausted(): boolean {
    this.#reachText();
    return this.#next === this.#known && this.#lengths.exhausted() && this.#data.exhausted();
  }

  /** How many of the next `count` values' lengths are known; at least one. */
  #look(count: number): number {
    if (this.#next === this.#known) {
      this.#known = Math.min(count, this.#ahead.length);
      this.#next = 0;
      this.#lengths.readUnsigned(this.#ahead, 0, this.#known);
    }
    return Math.min(count, this.#known - this.#next);
  }

  /** Steps to the chunk in which the next text begins: whether all of it lies there. The texts that were found before are gone. */
  #turn(): boolean {
    const length = this.#ahead[this.#next] as number;
    this.#reachText();
    if (length > 0 && this.#data.at === this.#data.end) this.#data.need(1);
    this.#at = this.#data.at;
    return this.#at + length <= this.#data.end;
  }

  /** Makes the next text, which lies in several chunks, a piece of bytes of its own, which begins at textAt: its length. */
  #bring(): number {
    const length = this.#ahead[this.#next++] as number;
    const bytes = this.#data.take(length);
    // The chunk lies where other bytes of the column do.
    this.setText(bytes, (area) => area.settleDictionary(bytes));
    this.#at = this.#data.at;
    return length;
  }

  /** Brings the stream to the next text's place. */
  #reachText(): void {
    this.#data.skip(this.#at - this.#data.at);
    this.#at = this.#data.at;
  }
}
