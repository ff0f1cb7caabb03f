// A stretch of a Parquet file's rows: their texts are found in pages that lie in this memory, and their records are put one behind the other into a chunk, in loops that
// go from row to row without a call. Its memory is all there from the beginning and never becomes another: what lies in it may be looked at for good.
import { copy } from "./copy";
import { HEADER_BYTES, NO_VALUE, Record } from "./record";
import { SLACK, uncompressBlock } from "./snappy-block";

/** Rows of a stretch at most: STRETCH_ROWS in src/columnar/desk.ts. */
const ROWS: usize = 2_048;
/** Of each table: the rows, and behind them what is written before it is known that it belongs to no row. */
const TABLE: usize = (ROWS + 64) * 4;
const WIDE_TABLE: usize = TABLE * 2;

/** Tables of u32 or i32. Rows of the group that are looked at, and those of them that are decided. */
export const LOOKED: usize = 0x1000;
export const FOREIGN: usize = LOOKED + TABLE;
/** For each that is decided its place among those that are looked at. */
export const LOOK: usize = FOREIGN + TABLE;
/** For each that is looked at. A start of -1: no text. */
export const KEY_STARTS: usize = LOOK + TABLE;
export const KEY_ENDS: usize = KEY_STARTS + TABLE;
/** For each that is decided. */
export const VERSION_STARTS: usize = KEY_ENDS + TABLE;
export const VERSION_ENDS: usize = VERSION_STARTS + TABLE;
export const ETAG_STARTS: usize = VERSION_ENDS + TABLE;
export const ETAG_ENDS: usize = ETAG_STARTS + TABLE;
/** For each that is decided the number of its shape in the chunk, or NO_SHAPE: it is no part of the plan. */
export const SHAPES: usize = ETAG_ENDS + TABLE;
export const NO_SHAPE: u32 = 0xffff_ffff;
/** Of every row of the stretch: f64, and u8. */
export const SIZES: usize = SHAPES + TABLE;
export const TIMES: usize = SIZES + WIDE_TABLE;
export const LATEST: usize = TIMES + WIDE_TABLE;
/** Of every row of the stretch: the numbers of what its owner and its ACL mean, i32; whether it is a delete marker, u8. */
export const OWNERS: usize = LATEST + TABLE;
export const ACLS: usize = OWNERS + TABLE;
export const DELETED: usize = ACLS + TABLE;
/** Rows of the stretch, from 0, that list() took for delete markers. */
export const DELETED_ROWS: usize = DELETED + TABLE;
/** u8 by the number of an ACL: what it means where the bucket owner has it, of the bits below. */
export const ACL_FLAGS: usize = DELETED_ROWS + TABLE;
export const ACL_FLAGS_BYTES: usize = 20 * 1024;
/** Nobody else is in it, and nothing has to be said of it. */
export const PRIVATE: u32 = 1;
/** The report does not tell it. */
export const UNTOLD: u32 = 2;
const NULL_VERSION: usize = ACL_FLAGS + ACL_FLAGS_BYTES;
const NULL_VERSION_BYTES: usize = 4;

/** Where records collect: CHUNK_BYTES in src/limits.ts. */
export const CHUNK: usize = 0x30000;
const CHUNK_BYTES: usize = 512 * 1024;

/** Pages, as src/columnar/desk.ts shares it out. */
export const PAGES: usize = 0x100000;
export const PAGES_BYTES: usize = 176 * 1024 * 1024;

memory.grow(<i32>((PAGES + PAGES_BYTES) >> 16) - memory.size());
store<u32>(NULL_VERSION, 0x6c6c756e);

/** Decompresses a Snappy block to `output`, behind which SLACK bytes are written over, as are read behind the input. False where it does not become `outputBytes`. */
export function uncompress(input: usize, inputBytes: usize, output: usize, outputBytes: usize): bool {
  return uncompressBlock(input, inputBytes, output, outputBytes);
}
export { SLACK };

/** Numbers of 64 bits as f64. */
export function integers(from: usize, count: usize, to: usize): void {
  for (let i: usize = 0; i < count; i++) store<f64>(to + (i << 3), <f64>load<i64>(from + (i << 3)));
}

/** Rows that list() put on each list, and what it counted of those that are on none. */
export let looked: u32 = 0;
export let foreign: u32 = 0;
export let deleted: u32 = 0;
export let ownRows: u32 = 0;
export let ownBytes: f64 = 0;
export let ownUntold: u32 = 0;

/**
 * Parts the stretch's rows, `count` from row `first` of the group on: delete markers, foreign-owned ones, those of the bucket owner (whose number is `own`) that are looked
 * at, and those of which nothing more has to be known. `whole`: all of them are wanted as foreign-owned ones are.
 */
export function list(count: u32, first: u32, own: i32, whole: bool): void {
  looked = 0;
  foreign = 0;
  deleted = 0;
  ownRows = 0;
  ownBytes = 0;
  ownUntold = 0;
  for (let i: usize = 0; i < count; i++) {
    if (!whole && load<u8>(DELETED + i) == 1) {
      store<u32>(DELETED_ROWS + (<usize>deleted << 2), <u32>i);
      deleted++;
      continue;
    }
    if (whole || load<i32>(OWNERS + (i << 2)) != own) {
      const place: usize = <usize>foreign << 2;
      store<u32>(LOOK + place, looked);
      store<u32>(FOREIGN + place, first + <u32>i);
      foreign++;
    } else {
      const flags = <u32>load<u8>(ACL_FLAGS + <usize>load<u32>(ACLS + (i << 2)));
      const size = load<f64>(SIZES + (i << 3));
      // What is no size is told when the rows before it were looked at; no size at all is no fault.
      if (flags & PRIVATE && !(size < 0) && !(size > <f64>F64.MAX_SAFE_INTEGER)) {
        ownRows++;
        if (size == size) ownBytes += size;
        ownUntold += (flags & UNTOLD) >> 1;
        continue;
      }
    }
    store<u32>(LOOKED + (<usize>looked << 2), first + <u32>i);
    looked++;
  }
}

/** Where the next text's length stands, after find(). */
export let after: usize = 0;
export const FAULT: u32 = 0xffff_ffff;

/**
 * Texts with their lengths before them, from `at` on, one for each row from rows[i] up to `end`: of those on the list `rows` it is kept in starts and ends where they
 * lie. The first place in the list that was not reached, or FAULT where a text does not end before `bodyEnd`.
 */
export function find(rows: usize, i: u32, end: u32, at: usize, bodyEnd: usize, starts: usize, ends: usize): u32 {
  let next = load<u32>(rows + (i << 2));
  // Written for every row and kept for those on the list, without a branch that nothing foretells.
  for (let row = next; row < end; row++) {
    const start = at + 4;
    if (start > bodyEnd) return FAULT;
    const length: usize = load<u32>(at);
    if (length > bodyEnd - start) return FAULT;
    at = start + length;
    const place: usize = i << 2;
    store<u32>(starts + place, <u32>start);
    store<u32>(ends + place, <u32>at);
    i += <u32>(row == next);
    next = load<u32>(rows + (i << 2));
  }
  after = at;
  return i;
}

/** Bytes and rows in the chunk; whoever takes them away sets both to 0. */
export let used: usize = 0;
export let rows: u32 = 0;

/**
 * Puts the records of FOREIGN[from], …, FOREIGN[to - 1] into the chunk. `first` is the stretch's first row. The first that did not fit: it belongs into the next chunk.
 * `hasVersions`: one without a version has the null version. `allLatest`: nothing says which are not.
 */
export function pack(from: u32, to: u32, first: u32, hasVersions: bool, allLatest: bool): u32 {
  for (let k = from; k < to; k++) {
    const place: usize = k << 2;
    const shape = load<u32>(SHAPES + place);
    if (shape == NO_SHAPE) continue;
    const i: usize = load<u32>(FOREIGN + place) - first;
    const look: usize = load<u32>(LOOK + place) << 2;
    const key: usize = load<u32>(KEY_STARTS + look);
    const keyBytes: usize = load<u32>(KEY_ENDS + look) - key;
    let version: usize = load<u32>(VERSION_STARTS + place);
    let versionBytes: usize = <i32>version < 0 ? 0 : load<u32>(VERSION_ENDS + place) - version;
    if (versionBytes == 0 && hasVersions) {
      version = NULL_VERSION;
      versionBytes = NULL_VERSION_BYTES;
    }
    const etag: usize = load<u32>(ETAG_STARTS + place);
    const etagBytes: usize = <i32>etag < 0 ? 0 : load<u32>(ETAG_ENDS + place) - etag;
    const bytes = (HEADER_BYTES + keyBytes + versionBytes + etagBytes + 7) & ~7;
    if (used + bytes > CHUNK_BYTES) return k;
    let at = CHUNK + used;
    const record = changetype<Record>(at);
    const size = load<f64>(SIZES + (i << 3));
    record.length = <u32>bytes;
    record.shape = shape;
    record.size = size == size ? size : 0;
    record.modified = load<f64>(TIMES + (i << 3));
    record.key = <u16>keyBytes;
    record.version = <u16>(versionBytes == 0 ? NO_VALUE : versionBytes);
    record.etag = <u16>(etagBytes == 0 ? NO_VALUE : etagBytes);
    record.latest = allLatest ? 1 : load<u8>(LATEST + i);
    at += HEADER_BYTES;
    copy(at, key, keyBytes);
    at += keyBytes;
    copy(at, version, versionBytes);
    copy(at + versionBytes, etag, etagBytes);
    used += bytes;
    rows++;
  }
  return to;
}
