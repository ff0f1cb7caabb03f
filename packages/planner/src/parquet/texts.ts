// Text columns: a cell is a place in the bytes of its page or of its dictionary, and never becomes a string here.
import { isAscii } from "node:buffer";
import type { FileBytes } from "../columnar/bytes.ts";
import type { PageArea } from "../columnar/desk.ts";
import type { ColumnRooms } from "../columnar/room.ts";
import { type Bytes, bytesOf } from "../scan/byte-cache.ts";
import { Cursor, placesOf } from "./cursor.ts";
import { Deltas } from "./delta.ts";
import type { Fault } from "./fault.ts";
import type { Chunk } from "./footer.ts";
import { type PageBody, uint32 } from "./pages.ts";
import type { Runs } from "./runs.ts";

/** A text's length stands before it in four bytes. */
const LENGTH_BYTES = 4;
/** Lengths of one page that are kept; pages of texts by their differences have about twenty thousand. */
const LENGTHS_MAX = 1 << 22;
/** What the texts of one page by common beginnings may become. */
const JOINED_BYTES_MAX = 256 * 1024 * 1024;

/** Distinct texts; that of entry i begins at starts[i], and LENGTH_BYTES before starts[i + 1] it ends. */
export interface Dictionary {
  readonly text: Bytes;
  readonly starts: Uint32Array;
  /** All of them lie in bytes [from, to) of `text`. */
  readonly from: number;
  readonly to: number;
}

/** Where texts lie: that of the row rows[i] in bytes [starts[i], ends[i]); starts[i] is -1 where there is none. */
export interface Places {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

export class TextCursor extends Cursor {
  /** The current text: bytes [start, end) of `text`. */
  text: Bytes = bytesOf(Buffer.alloc(0));
  start = 0;
  end = 0;
  dictionary: Dictionary | undefined;
  /** The places of the next values in the dictionary; undefined where the page does without. */
  places: Runs | undefined;
  /** Where the next text begins, with its length before it or without. */
  #at = 0;
  #bodyEnd = 0;
  #lengths: Int32Array | undefined;
  #value = 0;
  /** Where texts begin and end in {@link text}, and whether all in between is ASCII; undefined until somebody asks. */
  #textAt = 0;
  #textEnd = 0;
  #ascii: boolean | undefined;
  readonly #area: PageArea | undefined;

  constructor(file: FileBytes, chunk: Chunk, rooms: ColumnRooms) {
    super(file, chunk, rooms);
    this.#area = rooms.area;
  }

  /** The current texts lie on the desk. */
  get onDesk(): boolean {
    return this.text === this.#area?.desk.text;
  }

  /** Whether every byte around the text is ASCII. Lengths below 128 are, so that one native look at the page spares a look at each text. */
  get ascii(): boolean {
    this.#ascii ??= isAscii(this.text.buffer.subarray(this.#textAt, this.#textEnd));
    return this.#ascii;
  }

  protected override openValues(page: PageBody, dictionary: PageBody | undefined): void {
    const { encoding } = page;
    this.places = undefined;
    this.#lengths = undefined;
    this.#ascii = undefined;
    if (encoding === "DICTIONARY") {
      this.places = placesOf(page, this.fault);
      this.dictionary ??= dictionaryOf(dictionary, this.#area, this.fault);
      this.text = this.dictionary.text;
      this.#textAt = this.dictionary.from;
      this.#textEnd = this.dictionary.to;
      return;
    }
    if (encoding === "PLAIN") this.#setBody(page.bytes, page.start);
    else if (encoding === "DELTA_LENGTH_BYTE_ARRAY") this.#openLengths(page);
    else if (encoding === "DELTA_BYTE_ARRAY") this.#openJoined(page);
    else throw this.fault(`has texts in the encoding ${encoding}`);
  }

  protected override skip(values: number): void {
    if (this.places !== undefined) {
      this.places.skip(values);
    } else {
      for (let i = 0; i < values; i++) {
        // It moves #at itself, so its answer comes first.
        const length = this.#nextLength();
        this.#at += length;
      }
    }
  }

  /**
   * Where the texts of the rows rows[from], …, rows[to - 1] (ascending) lie. As many of them as lie in one page, which {@link text} then is: gives the place of the first
   * row that was not reached. The cursor stands behind them, so nobody takes values of the page.
   */
  visit(rows: Uint32Array, from: number, to: number, places: Places): number {
    const last = (rows[to - 1] as number) + 1;
    let i = from;
    do {
      const row = rows[i] as number;
      const end = row + this.alike(row, last);
      if (!this.present) while (i < to && (rows[i] as number) < end) places.starts[i++] = -1;
      else if (this.places === undefined && this.#lengths === undefined) i = this.#visitPlain(rows, i, end, places);
      else i = this.#visitOthers(rows, i, to, end, places);
    } while (i < to && (rows[i] as number) < this.pageEnd);
    return i;
  }

  /** Every row from rows[i] up to `end` has a text, its length before it. */
  #visitPlain(rows: Uint32Array, i: number, end: number, places: Places): number {
    if (this.onDesk) {
      const { desk } = this.#area as PageArea;
      const reached = desk.find(rows, i, end, this.#at, this.#bodyEnd, places);
      if (reached !== undefined) {
        this.#at = desk.after;
        return reached;
      }
      // A fault: found again below, which says what it is.
    }
    const { starts, ends } = places;
    const { view } = this.text;
    const bodyEnd = this.#bodyEnd;
    let at = this.#at;
    let next = rows[i] as number;
    // Written for every row and kept for those on the list, without a branch that nothing foretells.
    for (let row = next; row < end; row++) {
      const start = at + LENGTH_BYTES;
      if (start > bodyEnd) throw this.fault("has a page that ends before its rows do");
      const length = view.getUint32(at, true);
      at = start + length;
      if (at > bodyEnd) throw this.fault(`has a text of ${length} bytes where only ${bodyEnd - start} are left`);
      starts[i] = start;
      ends[i] = at;
      // 1 where they are the same.
      i += ((row ^ next) - 1) >>> 31;
      next = rows[i] as number;
    }
    this.#at = at;
    return i;
  }

  #visitOthers(rows: Uint32Array, i: number, to: number, end: number, { starts, ends }: Places): number {
    let row = rows[i] as number;
    for (; i < to && (rows[i] as number) < end; i++) {
      const wanted = rows[i] as number;
      this.skip(wanted - row);
      this.take();
      starts[i] = this.start;
      ends[i] = this.end;
      row = wanted + 1;
    }
    this.skip(end - row);
    return i;
  }

  /** Makes the next value the current one. */
  take(): void {
    if (this.places !== undefined) {
      this.toEntry(this.places.next());
      return;
    }
    const length = this.#nextLength();
    this.start = this.#at;
    this.#at += length;
    this.end = this.#at;
  }

  /** Makes an entry of the dictionary the current text. */
  toEntry(entry: number): void {
    const { starts } = this.dictionary as Dictionary;
    if (entry >= starts.length - 1) throw this.fault(`has the place ${entry} in a dictionary of ${starts.length - 1} texts`);
    this.start = starts[entry] as number;
    this.end = (starts[entry + 1] as number) - LENGTH_BYTES;
  }

  /** Of the next text, which then begins at #at. */
  #nextLength(): number {
    let length: number;
    if (this.#lengths === undefined) {
      const at = this.#at;
      if (at + LENGTH_BYTES > this.#bodyEnd) throw this.fault("has a page that ends before its rows do");
      length = this.text.view.getUint32(at, true);
      this.#at = at + LENGTH_BYTES;
    } else {
      if (this.#value >= this.#lengths.length) throw this.fault("has a page that ends before its rows do");
      length = this.#lengths[this.#value++] as number;
    }
    if (length > this.#bodyEnd - this.#at)
      throw this.fault(`has a text of ${length} bytes where only ${this.#bodyEnd - this.#at} are left`);
    return length;
  }

  /** `page`: what the bytes were made of. */
  #setBody(bytes: Uint8Array, start: number, page = bytes): void {
    const { text, from, to } = textOf(this.#area?.settle(bytes, page) ?? bytes, this.#area);
    this.text = text;
    this.#textAt = from + start;
    this.#textEnd = to;
    this.#at = from + start;
    this.#bodyEnd = to;
  }

  #openLengths(page: PageBody): void {
    const { lengths, after } = lengthsOf(page, page.start, this.fault);
    this.#lengths = lengths;
    this.#value = 0;
    this.#setBody(page.bytes, after);
  }

  /** Each text is the beginning of the one before it and bytes of its own: they are put together at once. */
  #openJoined(page: PageBody): void {
    const { bytes } = page;
    const shared = lengthsOf(page, page.start, this.fault);
    const own = lengthsOf(page, shared.after, this.fault);
    const count = own.lengths.length;
    if (shared.lengths.length !== count) throw this.fault(`has ${shared.lengths.length} beginnings for ${count} texts`);
    let total = 0;
    const lengths = new Int32Array(count);
    for (let i = 0, previous = 0, at = own.after; i < count; i++) {
      const [from, rest] = [shared.lengths[i] as number, own.lengths[i] as number];
      if (from > previous || rest > bytes.length - at) throw this.fault("has a text that is longer than its bytes");
      at += rest;
      previous = from + rest;
      lengths[i] = previous;
      total += previous;
      if (total > JOINED_BYTES_MAX) throw this.fault(`has a page that becomes more than ${JOINED_BYTES_MAX} bytes`);
    }
    const joined = new Uint8Array(total);
    for (let i = 0, at = own.after, to = 0, previous = 0; i < count; i++) {
      const [from, length] = [shared.lengths[i] as number, lengths[i] as number];
      joined.copyWithin(to, previous, previous + from);
      joined.set(bytes.subarray(at, at + length - from), to + from);
      at += length - from;
      previous = to;
      to += length;
    }
    this.#lengths = lengths;
    this.#value = 0;
    this.#setBody(joined, 0, bytes);
  }
}

function lengthsOf(page: PageBody, start: number, fault: Fault): { lengths: Int32Array; after: number } {
  const deltas = new Deltas(page.bytes, start, page.bytes.length, fault);
  if (deltas.count > Math.min(page.values, LENGTHS_MAX)) throw fault(`has a page of ${deltas.count} lengths`);
  const lengths = new Int32Array(deltas.count);
  for (let i = 0; i < lengths.length; i++) {
    const length = deltas.next();
    if (length < 0 || length > page.bytes.length) throw fault(`has a text of ${length} bytes in a page of ${page.bytes.length}`);
    lengths[i] = length;
  }
  return { lengths, after: deltas.after };
}

/** Bytes as texts lie in them: in [from, to) of `text`, which is the whole desk for what lies there. */
function textOf(bytes: Uint8Array, area: PageArea | undefined): { text: Bytes; from: number; to: number } {
  if (area?.desk.holds(bytes) === true) return { text: area.desk.text, from: bytes.byteOffset, to: bytes.byteOffset + bytes.byteLength };
  return { text: bytesOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)), from: 0, to: bytes.byteLength };
}

function dictionaryOf(page: PageBody | undefined, area: PageArea | undefined, fault: Fault): Dictionary {
  if (page === undefined) throw fault("has places in a dictionary, but no dictionary");
  const { bytes, values } = page;
  if (values > bytes.length / LENGTH_BYTES) throw fault(`has a dictionary of ${values} texts in ${bytes.length} bytes`);
  const { text, from, to } = textOf(area?.settleDictionary(bytes) ?? bytes, area);
  const starts = new Uint32Array(values + 1);
  let at = LENGTH_BYTES;
  for (let i = 0; i < values; i++) {
    if (at > bytes.length) throw fault("has a dictionary that ends before its entries do");
    starts[i] = from + at;
    at += uint32(bytes, at - LENGTH_BYTES) + LENGTH_BYTES;
  }
  if (at > bytes.length + LENGTH_BYTES) throw fault("has a dictionary that ends before its entries do");
  starts[values] = from + at;
  return { text, starts, from, to };
}
