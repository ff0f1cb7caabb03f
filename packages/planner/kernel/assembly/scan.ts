// Rows of a CSV report, sixteen bytes at a time. The bucket owner's own rows with nothing special about them, most rows of a report, are counted here and never
// seen outside; of every other row a record says where its cells are and what they mean. Whatever is not plain (a doubled quote, a bare field, a cell that cannot
// be understood) is handed back as it was written: the reader outside, which knows all of CSV and has the words for errors, reads that row.
import { cellOf, forgetCells, isCell, NO_ROOM } from "./cells";
import { decode, ENCODED, keyKind, UNTOLD } from "./key";
import { CONFIG, FIELDS, FIELDS_MAX, FLAGS, HINTS, PAGES, RECORD_BYTES, RECORDS, RECORDS_MAX, WORD_HINTS } from "./layout";
import { booleanOf, NOT_PLAIN, sizeOf, timeOf } from "./values";

export {
  beginStream,
  beginText,
  DAMAGED,
  FILLED,
  goOnAt,
  inflate,
  inputCame,
  inputEnd,
  inputIsWhole,
  moveRest,
  remember,
  roomForInput,
  STARVED,
  unused,
  written,
} from "./deflate-stream";
export { CELLS_MAX, CONFIG, FIELDS_MAX, FLAGS, INPUT, INPUT_BYTES, RECORD_BYTES, RECORDS, TEXT, TEXT_BYTES } from "./layout";

// What scan() answers.
/** The row at `next` is not whole, or is one that only the reader outside can tell the end of. */
export const END: i32 = 0;
/** The row at `next` is not plain. */
export const ODD: i32 = 1;
/** A cell that was not seen before: `cellNumber`, `cellRole`, [cellStart, cellEnd). Say in FLAGS what it is, and go on at `next`. */
export const NEW_CELL: i32 = 2;
/** Records are full; go on at `next`. */
export const FULL: i32 = 3;
/** All cells were forgotten, and their numbers mean nothing any more; go on at `next`. */
export const FORGOTTEN: i32 = 4;

// What FLAGS say of a cell.
export const KNOWN_OWNER: i32 = 1;
export const BUCKET_OWNER: i32 = 2;
export const KNOWN_ACL: i32 = 4;
/** Of an object of the bucket owner's own: nobody else is in it, and it can be read. */
export const PRIVATE_ACL: i32 = 8;
export const KNOWN_WORD: i32 = 16;
/** There is no ACL in it. */
export const UNTOLD_ACL: i32 = 32;

// What a record is about.
export const FOREIGN: i32 = 0;
/** The bucket owner's own, with an ACL that has to be looked at; its key is as it was written. */
export const OWN: i32 = 1;
export const MARKER: i32 = 2;

/** Where the next row begins. */
export let next: i32 = 0;
/** Rows passed by this call, those with records included. */
export let rows: i32 = 0;
export let ownRows: i32 = 0;
export let ownBytes: f64 = 0;
/** Of ownRows, those whose ACL is not told. */
export let ownUntold: i32 = 0;
export let records: i32 = 0;
export let cellNumber: i32 = 0;
/** KNOWN_OWNER, KNOWN_ACL or KNOWN_WORD. */
export let cellRole: i32 = 0;
export let cellStart: i32 = 0;
export let cellEnd: i32 = 0;

/** Of {@link row}: the row is done with. */
const DONE: i32 = -1;

let lastOwner: i32 = -1;

/** Makes room for everything; before anything else. */
export function begin(): void {
  const missing = PAGES - memory.size();
  if (missing > 0) memory.grow(missing);
  forgetAll();
}

function forgetAll(): void {
  forgetCells();
  lastOwner = -1;
  memory.fill(WORD_HINTS, 0xff, WORDS * 4);
}

// @ts-expect-error: a decorator of the compiler
@inline
function columnAt(index: i32): i32 {
  return load<i32>(CONFIG + (index << 2));
}

// @ts-expect-error: a decorator of the compiler
@inline
function startOf(column: i32): i32 {
  return load<i32>(FIELDS + (column << 2));
}

// @ts-expect-error: a decorator of the compiler
@inline
function endOf(column: i32): i32 {
  return load<i32>(FIELDS + FIELDS_MAX * 4 + (column << 2));
}

/** Where the quotes are in the 64 bytes from `at`. */
// @ts-expect-error: a decorator of the compiler
@inline
function quotesIn(at: i32): u64 {
  const quote = i8x16.splat(0x22);
  const a = <u64>i8x16.bitmask(i8x16.eq(v128.load(at), quote));
  const b = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 16), quote));
  const c = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 32), quote));
  const d = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 48), quote));
  return a | (b << 16) | (c << 32) | (d << 48);
}

/** Reads the rows from `from` on that end before `limit`, until something needs the outside. */
export function scan(from: i32, limit: i32): i32 {
  next = from;
  rows = 0;
  ownRows = 0;
  ownBytes = 0;
  ownUntold = 0;
  records = 0;
  const last = columnAt(COLUMNS) - 1;
  let field: i32 = 0;
  let inside = false;
  /** Where the next opening quote must be. */
  let opening = from;
  for (let block = from; block < limit; block += 64) {
    let quotes = quotesIn(block);
    if (limit - block < 64) quotes &= (<u64>1 << (limit - block)) - 1;
    for (; quotes != 0; quotes &= quotes - 1) {
      const at = block + <i32>ctz(quotes);
      if (!inside) {
        if (at != opening) return ODD;
        store<i32>(FIELDS + (field << 2), at + 1);
        inside = true;
        continue;
      }
      if (at + 1 >= limit) return END;
      store<i32>(FIELDS + FIELDS_MAX * 4 + (field << 2), at);
      inside = false;
      const after = load<u8>(at + 1);
      opening = at + 2;
      if (after == 0x2c) {
        if (field == last) return ODD;
        field++;
      } else if (after == 0x0a) {
        if (field != last) return ODD;
        const status = row();
        if (status != DONE) return status;
        rows++;
        next = opening;
        field = 0;
        if (records == RECORDS_MAX) return FULL;
      } else return ODD;
    }
  }
  return END;
}

// Places in CONFIG.
const OWNER: i32 = 0;
const ACL: i32 = 1;
const KEY: i32 = 2;
const VERSION: i32 = 3;
const LATEST: i32 = 4;
const DELETE_MARKER: i32 = 5;
const SIZE: i32 = 6;
const MODIFIED: i32 = 7;
const ETAG: i32 = 8;
/** Bucket, storage class, encryption, access tier, lock mode and legal hold follow. */
const FIRST_WORD: i32 = 9;
const WORDS: i32 = 6;
const COLUMNS: i32 = 15;

function row(): i32 {
  const ownerColumn = columnAt(OWNER);
  const ownerStart = startOf(ownerColumn);
  const ownerLength = endOf(ownerColumn) - ownerStart;
  let owner = lastOwner;
  if (owner < 0 || !isCell(owner, ownerStart, ownerLength)) {
    owner = cellOf(ownerStart, ownerLength);
    if (owner == NO_ROOM) return forgotten();
    if ((load<u8>(FLAGS + owner) & KNOWN_OWNER) == 0) return unknown(owner, KNOWN_OWNER, ownerStart, ownerStart + ownerLength);
    lastOwner = owner;
  }
  const keyColumn = columnAt(KEY);
  const keyStart = startOf(keyColumn);
  const keyEnd = endOf(keyColumn);
  const kind = keyKind(keyStart, keyEnd);
  if (kind == UNTOLD) return ODD;
  const markerColumn = columnAt(DELETE_MARKER);
  if (markerColumn >= 0) {
    const marker = booleanOf(startOf(markerColumn), endOf(markerColumn));
    if (marker < 0) return ODD;
    if (marker == 1) {
      record(MARKER, owner, -1);
      return DONE;
    }
  }
  const sizeColumn = columnAt(SIZE);
  const size = sizeOf(startOf(sizeColumn), endOf(sizeColumn));
  if (size == NOT_PLAIN) return ODD;
  let acl: i32 = -1;
  const aclColumn = columnAt(ACL);
  if (aclColumn >= 0) {
    const start = startOf(aclColumn);
    const length = endOf(aclColumn) - start;
    acl = load<i32>(HINTS + (owner << 2));
    if (acl < 0 || !isCell(acl, start, length)) {
      acl = cellOf(start, length);
      if (acl == NO_ROOM) return forgotten();
      if ((load<u8>(FLAGS + acl) & KNOWN_ACL) == 0) return unknown(acl, KNOWN_ACL, start, start + length);
      store<i32>(HINTS + (owner << 2), acl);
    }
  }
  if ((load<u8>(FLAGS + owner) & BUCKET_OWNER) != 0) {
    const flags: i32 = acl < 0 ? PRIVATE_ACL | UNTOLD_ACL : load<u8>(FLAGS + acl);
    if ((flags & PRIVATE_ACL) != 0) {
      ownRows++;
      ownBytes += size;
      if ((flags & UNTOLD_ACL) != 0) ownUntold++;
      return DONE;
    }
    const at = record(OWN, owner, acl);
    store<i32>(at + 16, keyStart);
    store<i32>(at + 20, keyEnd);
    store<f64>(at + 40, size);
    return DONE;
  }
  return foreign(owner, acl, size, keyStart, keyEnd, kind);
}

function foreign(owner: i32, acl: i32, size: f64, keyStart: i32, keyEnd: i32, kind: i32): i32 {
  // What is not known is not 0 to a rule; the record has no room to say so.
  const sizeColumn = columnAt(SIZE);
  if (startOf(sizeColumn) == endOf(sizeColumn)) return ODD;
  const latestColumn = columnAt(LATEST);
  const latest = latestColumn < 0 ? 1 : booleanOf(startOf(latestColumn), endOf(latestColumn));
  if (latest < 0) return ODD;
  const modifiedColumn = columnAt(MODIFIED);
  const modified = modifiedColumn < 0 ? NaN : timeOf(startOf(modifiedColumn), endOf(modifiedColumn));
  if (modified == NOT_PLAIN) return ODD;
  // The record counts only once the row is known to need nothing more.
  const at = RECORDS + records * RECORD_BYTES;
  for (let i: i32 = 0; i < WORDS; i++) {
    const column = columnAt(FIRST_WORD + i);
    let word: i32 = -1;
    if (column >= 0) {
      const start = startOf(column);
      const end = endOf(column);
      if (start != end) {
        word = load<i32>(WORD_HINTS + (i << 2));
        if (word < 0 || !isCell(word, start, end - start)) {
          word = cellOf(start, end - start);
          if (word == NO_ROOM) return forgotten();
          if ((load<u8>(FLAGS + word) & KNOWN_WORD) == 0) return unknown(word, KNOWN_WORD, start, end);
          store<i32>(WORD_HINTS + (i << 2), word);
        }
      }
    }
    store<i32>(at + 60 + (i << 2), word);
  }
  record(FOREIGN, owner, acl);
  store<i32>(at + 16, keyStart);
  store<i32>(at + 20, kind == ENCODED ? decode(keyStart, keyEnd, keyStart) : keyEnd);
  span(at + 24, columnAt(VERSION));
  span(at + 32, columnAt(ETAG));
  store<f64>(at + 40, size);
  store<f64>(at + 48, modified);
  store<i32>(at + 56, latest);
  return DONE;
}

// @ts-expect-error: a decorator of the compiler
@inline
function record(kind: i32, owner: i32, acl: i32): i32 {
  const at = RECORDS + records++ * RECORD_BYTES;
  store<i32>(at, kind);
  store<i32>(at + 4, rows);
  store<i32>(at + 8, owner);
  store<i32>(at + 12, acl);
  return at;
}

// @ts-expect-error: a decorator of the compiler
@inline
function span(at: i32, column: i32): void {
  store<i32>(at, column < 0 ? -1 : startOf(column));
  store<i32>(at + 4, column < 0 ? -1 : endOf(column));
}

function unknown(cell: i32, role: i32, start: i32, end: i32): i32 {
  cellNumber = cell;
  cellRole = role;
  cellStart = start;
  cellEnd = end;
  return NEW_CELL;
}

function forgotten(): i32 {
  forgetAll();
  return FORGOTTEN;
}
