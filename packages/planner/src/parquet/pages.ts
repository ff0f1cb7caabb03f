// The pages of one column chunk, one after another: headers are read of all of them, bodies only of those that are asked for.
import type { FileBytes } from "../columnar/bytes.ts";
import type { ColumnRooms } from "../columnar/room.ts";
import { decompressPage, PAGE_BYTES_MAX } from "./codec.ts";
import type { Chunk } from "./footer.ts";
import { type PageEncoding, type PageHeader, parsePageHeader } from "./page-header.ts";

/** Read at once where a header is expected; statistics can make it longer. */
const HEADER_BYTES = 4_096;
const HEADER_BYTES_MAX = 1 << 24;

/** A page's values, decompressed: [start, end) of `bytes`. */
export interface PageBody {
  readonly encoding: PageEncoding;
  readonly values: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  /** The definition levels' runs of an optional column; undefined where the column is required. */
  readonly levels: { readonly bytes: Uint8Array; readonly start: number; readonly end: number } | undefined;
}

export class Pages {
  readonly #file: FileBytes;
  readonly #chunk: Chunk;
  readonly #rooms: ColumnRooms;
  #dictionary: PageBody | undefined;
  #seen = 0;
  /** Where in the file the next header is expected. */
  #at: number;
  #header: PageHeader | undefined;
  #bodyAt = 0;
  /** Bytes [#windowAt, …) of the file that were read already. */
  #window: Uint8Array = new Uint8Array(0);
  #windowAt = 0;

  constructor(file: FileBytes, chunk: Chunk, rooms: ColumnRooms) {
    this.#file = file;
    this.#chunk = chunk;
    this.#rooms = rooms;
    this.#at = chunk.start;
  }

  /** Steps to the next data page and gives its number of rows; the body is not looked at. Undefined after the last one. */
  next(): number | undefined {
    const { fault, rows } = this.#chunk;
    while (this.#at < this.#chunk.end) {
      const header = this.#readHeader();
      if (header.kind === "dictionary") {
        if (this.#dictionary !== undefined || this.#seen > 0) throw fault("has a dictionary that does not come first");
        if (header.encoding !== "PLAIN" && header.encoding !== "DICTIONARY")
          throw fault(`has a dictionary in the encoding ${header.encoding}`);
        const page = this.#body(header);
        // It may lie where the next pages are read to, or decompressed to.
        this.#dictionary = { ...page, bytes: new Uint8Array(page.bytes) };
      } else if (header.kind !== "other" && header.values > 0) {
        this.#seen += header.values;
        if (this.#seen > rows) throw fault(`has pages for more than the row group's ${rows} rows`);
        this.#header = header;
        return header.values;
      }
    }
    if (this.#seen < rows) throw fault(`ends after ${this.#seen} of ${rows} rows`);
    return undefined;
  }

  /** The chunk's dictionary page, once the first data page was stepped to. */
  get dictionary(): PageBody | undefined {
    return this.#dictionary;
  }

  /** The body of the page that was stepped to; good until the next one is opened. */
  open(): PageBody {
    if (this.#header === undefined) throw new Error("no page was stepped to");
    return this.#body(this.#header);
  }

  #readHeader(): PageHeader {
    const { end, fault } = this.#chunk;
    for (let length = HEADER_BYTES; ; length *= 4) {
      const upTo = Math.min(end, this.#at + length);
      const from = this.#bytes(this.#at, upTo);
      const header = parsePageHeader(from, 0, fault);
      if (header !== undefined) {
        this.#bodyAt = this.#at + header.bodyAt;
        this.#at = this.#bodyAt + header.compressed;
        if (this.#at > end) throw fault(`has a page of ${header.compressed} bytes where only ${end - this.#bodyAt} are left`);
        return header;
      }
      if (upTo === end || length > HEADER_BYTES_MAX) throw fault("has a page header that is cut off");
    }
  }

  #body(header: PageHeader): PageBody {
    const { codec, fault, optional } = this.#chunk;
    const { unsnap } = this.#rooms;
    const { encoding, values, uncompressed } = header;
    if (header.compressed > PAGE_BYTES_MAX) throw fault(`has a page of ${header.compressed} bytes`);
    const stored = this.#bytes(this.#bodyAt, this.#bodyAt + header.compressed);
    if (header.kind === "data-v2") {
      if (header.repetitionBytes > 0) throw fault("has a page with repetition levels, but is no list");
      const start = header.definitionBytes;
      const rest = stored.subarray(start);
      const bytes = decompressPage(header.isCompressed ? codec : "UNCOMPRESSED", rest, uncompressed - start, unsnap, fault);
      return { encoding, values, bytes, start: 0, levels: optional ? { bytes: stored, start: 0, end: start } : undefined };
    }
    const bytes = decompressPage(codec, stored, uncompressed, unsnap, fault);
    if (header.kind === "dictionary" || !optional) return { encoding, values, bytes, start: 0, levels: undefined };
    const length = bytes.length < 4 ? Number.NaN : uint32(bytes, 0);
    if (!(length <= bytes.length - 4)) throw fault("has a page whose levels are longer than itself");
    return { encoding, values, bytes, start: 4 + length, levels: { bytes, start: 4, end: 4 + length } };
  }

  #bytes(start: number, end: number): Uint8Array {
    if (start < this.#windowAt || end > this.#windowAt + this.#window.length) {
      const ahead = Math.min(this.#chunk.end, Math.max(end, start + this.#file.readAhead));
      this.#window = this.#file.read(start, ahead, this.#rooms.file);
      this.#windowAt = start;
    }
    return this.#window.subarray(start - this.#windowAt, end - this.#windowAt);
  }
}

export const uint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)) >>> 0;
