// The memory of a kernel (kernel/ in this package, WebAssembly) in which the rows of a stretch are worked on: the pages of the columns that every planned row needs, tables
// with a place for each row, and the chunk that records are put into. It never grows, so that views of it stay good; what does not fit is done without it, row by row.
import { kernelOf } from "@quitclaim/campaign/kernel";
import { type Bytes, bytesOf } from "../scan/byte-cache.ts";
import { type Room, reusedRoom } from "./room.ts";
import { KERNEL_BYTES } from "./stretch-bytes.ts";
import { newUnsnap, type Unsnap } from "./unsnap.ts";

/** Rows whose repeated cells, numbers and booleans are in memory at once. */
export const STRETCH_ROWS = 2_048;

interface Global {
  value: number;
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly LOOKED: Global;
  readonly FOREIGN: Global;
  readonly LOOK: Global;
  readonly KEY_STARTS: Global;
  readonly KEY_ENDS: Global;
  readonly VERSION_STARTS: Global;
  readonly VERSION_ENDS: Global;
  readonly ETAG_STARTS: Global;
  readonly ETAG_ENDS: Global;
  readonly SHAPES: Global;
  readonly NO_SHAPE: Global;
  readonly SIZES: Global;
  readonly TIMES: Global;
  readonly LATEST: Global;
  readonly OWNERS: Global;
  readonly ACLS: Global;
  readonly DELETED: Global;
  readonly DELETED_ROWS: Global;
  readonly ACL_FLAGS: Global;
  readonly ACL_FLAGS_BYTES: Global;
  readonly PRIVATE: Global;
  readonly UNTOLD: Global;
  readonly CHUNK: Global;
  readonly PAGES: Global;
  readonly PAGES_BYTES: Global;
  readonly SLACK: Global;
  readonly FAULT: Global;
  readonly looked: Global;
  readonly foreign: Global;
  readonly deleted: Global;
  readonly ownRows: Global;
  readonly ownBytes: Global;
  readonly ownUntold: Global;
  readonly after: Global;
  readonly used: Global;
  readonly rows: Global;
  readonly uncompress: (input: number, inputBytes: number, output: number, outputBytes: number) => number;
  readonly list: (count: number, first: number, own: number, whole: number) => void;
  readonly integers: (from: number, count: number, to: number) => void;
  readonly find: (rows: number, i: number, end: number, at: number, bodyEnd: number, starts: number, ends: number) => number;
  readonly pack: (from: number, to: number, first: number, hasVersions: number, allLatest: number) => number;
}

const instantiate = kernelOf<Exports>(KERNEL_BYTES);

const MIB = 1024 * 1024;
/** Of each column that has an area: its largest page, decompressed and not, and before that the dictionary of a column of texts. */
const AREAS = {
  key: { bytes: 48 * MIB, dictionary: 4 * MIB },
  versionId: { bytes: 48 * MIB, dictionary: 4 * MIB },
  etag: { bytes: 48 * MIB, dictionary: 4 * MIB },
  size: { bytes: 16 * MIB, dictionary: 0 },
  lastModified: { bytes: 16 * MIB, dictionary: 0 },
} as const;
export type AreaColumn = keyof typeof AREAS;
export const AREA_COLUMNS = Object.keys(AREAS) as AreaColumn[];

const ALIGN = 64;

/** How many rows are on each list, and what the bucket owner has beside them: so many rows and bytes, and so many rows of which the report does not tell the ACL. */
export interface Listed {
  readonly looked: number;
  readonly foreign: number;
  readonly deleted: number;
  readonly own: { readonly rows: number; readonly bytes: number; readonly untold: number };
}

export class Desk {
  readonly memory: Uint8Array<ArrayBuffer>;
  /** The memory as texts lie in it. */
  readonly text: Bytes;
  /** See kernel/assembly/stretch.ts. One place more than there are rows, for what is written before it is known whose it is. */
  readonly looked: Uint32Array;
  readonly foreign: Uint32Array;
  readonly look: Uint32Array;
  readonly keys: { readonly starts: Int32Array; readonly ends: Int32Array };
  readonly versions: { readonly starts: Int32Array; readonly ends: Int32Array };
  readonly etags: { readonly starts: Int32Array; readonly ends: Int32Array };
  readonly shapes: Uint32Array;
  readonly sizes: Float64Array;
  readonly times: Float64Array;
  readonly latest: Uint8Array;
  readonly owners: Int32Array;
  readonly acls: Int32Array;
  readonly deleted: Uint8Array;
  readonly deletedRows: Uint32Array;
  /** By the number of an ACL, what it means where the bucket owner has it: {@link flagsOf}. */
  readonly aclFlags: Uint8Array;
  readonly noShape: number;
  readonly #kernel = instantiate();
  readonly #areas: Readonly<Record<AreaColumn, PageArea>>;

  /** `pageBytesMax`, for tests: pages that are larger than this, with what they become, do not fit. */
  constructor(pageBytesMax = Number.POSITIVE_INFINITY) {
    const kernel = this.#kernel;
    const { buffer } = kernel.memory;
    this.memory = new Uint8Array(buffer);
    this.text = bytesOf(Buffer.from(buffer));
    const u32 = (at: Global): Uint32Array => new Uint32Array(buffer, at.value, STRETCH_ROWS);
    const places = (starts: Global, ends: Global): { starts: Int32Array; ends: Int32Array } => ({
      starts: new Int32Array(buffer, starts.value, STRETCH_ROWS),
      ends: new Int32Array(buffer, ends.value, STRETCH_ROWS),
    });
    this.looked = u32(kernel.LOOKED);
    this.foreign = u32(kernel.FOREIGN);
    this.look = u32(kernel.LOOK);
    this.keys = places(kernel.KEY_STARTS, kernel.KEY_ENDS);
    this.versions = places(kernel.VERSION_STARTS, kernel.VERSION_ENDS);
    this.etags = places(kernel.ETAG_STARTS, kernel.ETAG_ENDS);
    this.shapes = u32(kernel.SHAPES);
    this.sizes = new Float64Array(buffer, kernel.SIZES.value, STRETCH_ROWS);
    this.times = new Float64Array(buffer, kernel.TIMES.value, STRETCH_ROWS);
    this.latest = new Uint8Array(buffer, kernel.LATEST.value, STRETCH_ROWS);
    this.owners = new Int32Array(buffer, kernel.OWNERS.value, STRETCH_ROWS);
    this.acls = new Int32Array(buffer, kernel.ACLS.value, STRETCH_ROWS);
    this.deleted = new Uint8Array(buffer, kernel.DELETED.value, STRETCH_ROWS);
    this.deletedRows = u32(kernel.DELETED_ROWS);
    this.aclFlags = new Uint8Array(buffer, kernel.ACL_FLAGS.value, kernel.ACL_FLAGS_BYTES.value);
    this.noShape = kernel.NO_SHAPE.value >>> 0;
    let at = kernel.PAGES.value;
    this.#areas = Object.fromEntries(
      AREA_COLUMNS.map((name) => {
        const { dictionary, bytes } = AREAS[name];
        const area = new PageArea(this, at, Math.min(dictionary, pageBytesMax), Math.min(bytes, pageBytesMax), kernel.SLACK.value);
        at += bytes;
        return [name, area];
      }),
    ) as Record<AreaColumn, PageArea>;
    if (at > kernel.PAGES.value + kernel.PAGES_BYTES.value) throw new Error("the columns' areas are larger than the kernel's memory");
  }

  area(column: AreaColumn): PageArea {
    return this.#areas[column];
  }

  /** Whether these bytes lie in its memory. */
  holds(bytes: ArrayBufferView): boolean {
    return bytes.buffer === this.memory.buffer;
  }

  /** A Snappy block at `input` to `output`: false where it does not become so many bytes. */
  uncompress(input: number, inputBytes: number, output: number, outputBytes: number): boolean {
    return this.#kernel.uncompress(input, inputBytes, output, outputBytes) === 1;
  }

  /** An ACL in which nobody but the bucket owner is, and one that the report does not tell. */
  flagsOf(isPrivate: boolean, isUntold: boolean): number {
    return (isPrivate ? this.#kernel.PRIVATE.value : 0) | (isUntold ? this.#kernel.UNTOLD.value : 0);
  }

  /**
   * Lists the rows of a stretch that begins at row `first` of its group: those that are looked at, those of them that are decided, and delete markers; and counts those
   * that the bucket owner has, whose number is `own`, and of which nothing more has to be known. `whole`: every row is decided.
   */
  list(count: number, first: number, own: number, whole: boolean): Listed {
    const kernel = this.#kernel;
    kernel.list(count, first, own, whole ? 1 : 0);
    const { looked, foreign, deleted, ownRows, ownBytes, ownUntold } = kernel;
    return {
      looked: looked.value,
      foreign: foreign.value,
      deleted: deleted.value,
      own: { rows: ownRows.value, bytes: ownBytes.value, untold: ownUntold.value },
    };
  }

  /** Numbers of 64 bits that lie at `from`, into `out`, which lies in its memory too. */
  integers(from: number, count: number, out: Float64Array): void {
    this.#kernel.integers(from, count, out.byteOffset);
  }

  /**
   * The texts of rows, one for each from rows[i] up to `end`, the first with its length at `at`: where they lie, for those on the list `rows`. The first place in the
   * list that was not reached, and where the next text's length stands; undefined where a text does not end before `bodyEnd`.
   */
  find(
    rows: Uint32Array,
    i: number,
    end: number,
    at: number,
    bodyEnd: number,
    places: { readonly starts: Int32Array; readonly ends: Int32Array },
  ): number | undefined {
    const kernel = this.#kernel;
    const reached = kernel.find(rows.byteOffset, i, end, at, bodyEnd, places.starts.byteOffset, places.ends.byteOffset);
    return reached === kernel.FAULT.value ? undefined : reached;
  }

  /** After {@link find}. */
  get after(): number {
    return this.#kernel.after.value;
  }

  /** Records of the rows foreign[from], …, foreign[to - 1] go into the chunk; the first of them that did not fit. */
  pack(from: number, to: number, first: number, hasVersions: boolean, allLatest: boolean): number {
    return this.#kernel.pack(from, to, first, hasVersions ? 1 : 0, allLatest ? 1 : 0);
  }

  /** The chunk's records and how many there are; they are gone when others are packed. */
  takeChunk(): { readonly records: Uint8Array; readonly rows: number } {
    const { used, rows, CHUNK } = this.#kernel;
    const taken = { records: this.memory.subarray(CHUNK.value, CHUNK.value + used.value), rows: rows.value };
    used.value = 0;
    rows.value = 0;
    return taken;
  }
}

/** One column's part of the desk: what was read of the file, behind it what the page became, and before both the dictionary. */
export class PageArea {
  readonly desk: Desk;
  readonly #dictionaryAt: number;
  readonly #at: number;
  readonly #end: number;
  readonly #slack: number;
  /** Of the file, read to where the pages begin. */
  #fileBytes = 0;
  readonly #otherRoom = reusedRoom();
  readonly #otherUnsnap = newUnsnap();

  constructor(desk: Desk, at: number, dictionaryBytes: number, bytes: number, slack: number) {
    this.desk = desk;
    this.#dictionaryAt = at;
    this.#at = at + dictionaryBytes;
    this.#end = at + bytes;
    this.#slack = slack;
  }

  /** Memory for what is read of the file. */
  readonly file: Room = (bytes) => {
    if (bytes > (this.#end - this.#at) / 2) return this.#otherRoom(bytes);
    this.#fileBytes = bytes;
    return this.desk.memory.subarray(this.#at, this.#at + bytes);
  };

  readonly unsnap: Unsnap = (input, bytes) => {
    const { desk } = this;
    const inside = desk.holds(input);
    const from = inside ? input.byteOffset : this.#at;
    const output = this.#behind(inside ? this.#fileBytes : input.length);
    if (output + bytes + this.#slack > this.#end) return this.#otherUnsnap(input, bytes);
    if (!inside) desk.memory.set(input, from);
    return desk.uncompress(from, input.length, output, bytes) ? desk.memory.subarray(output, output + bytes) : undefined;
  };

  /**
   * The same bytes on the desk, or as they were where they are too many. They are gone when the next page is opened. `page`, which they were made of, stays as it is: its
   * levels are still read.
   */
  settle(bytes: Uint8Array, page = bytes): Uint8Array {
    if (this.desk.holds(bytes)) return bytes;
    const pageEnd = this.desk.holds(page) ? page.byteOffset + page.length - this.#at : 0;
    const at = this.#behind(Math.max(this.#fileBytes, pageEnd));
    if (at + bytes.length + this.#slack > this.#end) return bytes;
    this.desk.memory.set(bytes, at);
    return this.desk.memory.subarray(at, at + bytes.length);
  }

  /** The same for a dictionary, which stays until there is another. */
  settleDictionary(bytes: Uint8Array): Uint8Array {
    if (bytes.length + this.#slack > this.#at - this.#dictionaryAt) return bytes;
    this.desk.memory.set(bytes, this.#dictionaryAt);
    return this.desk.memory.subarray(this.#dictionaryAt, this.#dictionaryAt + bytes.length);
  }

  /** Where something can be put that leaves so many bytes at the beginning as they are. */
  #behind(bytes: number): number {
    return (this.#at + bytes + this.#slack + ALIGN - 1) & -ALIGN;
  }
}
