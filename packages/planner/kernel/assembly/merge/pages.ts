// A lane's batch as the values of its columns' pages, byte for byte as they lie in a Parquet file: plain ones in one pass over the records, those that depend on the shape
// alone by dictionary.
import { copy } from "../copy";
import { HEADER_BYTES, NO_VALUE, Record } from "../record";
import { Lane } from "./lanes";
import { allocate, bitsFor, release, SLACK } from "./memory";

/** Where a column's values lie. */
// @ts-expect-error: a decorator of the compiler
@unmanaged
class Column {
  at: usize;
  bytes: u32;
  nulls: u32;
  /** A bit for each row, 1 for a value; 0 where nothing is null. */
  present: usize;
}
/** In the order of the plan's columns. */
export const COLUMNS: usize = 0x200;
const COLUMN_BITS: i32 = 4;
const KEY: i32 = 0;
const VERSION: i32 = 1;
const LATEST: i32 = 2;
const SIZE: i32 = 3;
const ETAG: i32 = 4;
const MODIFIED: i32 = 5;

/** An i32 for each shape of the batch, for places(): which word it has, -1 for none. */
export let words: usize = 0;

let pages: usize = 0;
let pagesBits: usize = 0;
let next: usize = 0;
let rows: u32 = 0;
/** u32 for each row: its shape. */
let numbers: usize = 0;

// @ts-expect-error: a decorator of the compiler
@inline
function columnAt(index: i32): Column {
  return changetype<Column>(COLUMNS + (<usize>index << COLUMN_BITS));
}

/** Takes so many bytes of the pages' memory. */
function part(bytes: usize): usize {
  const at = next;
  next += (bytes + SLACK + 7) & ~7;
  return at;
}

function bitsPart(): usize {
  const bytes: usize = (rows + 7) >> 3;
  const at = part(bytes);
  memory.fill(at, 0, bytes);
  return at;
}

// @ts-expect-error: a decorator of the compiler
@inline
function setBit(bits: usize, row: u32, value: u32): void {
  const at = bits + (row >> 3);
  store<u8>(at, <u32>load<u8>(at) | (value << (row & 7)));
}

// @ts-expect-error: a decorator of the compiler
@inline
function plain(to: usize, from: usize, length: u32): usize {
  store<u32>(to, length);
  copy(to + 4, from, length);
  return to + 4 + length;
}

/** The plain columns of a batch, and room for `wordColumns` others; good until the next call. False: there is no memory. */
export function layOut(lane: Lane, wordColumns: u32): bool {
  rows = lane.rows;
  const values = lane.length + 12 * rows + 20 * rows + lane.shapes * 4;
  const ofWords = wordColumns * (4 * rows + (rows >> 3) + 128);
  const bits = bitsFor(values + ofWords + (rows >> 1) + 1024);
  if (bits > pagesBits) {
    if (pages != 0) release(pages, pagesBits);
    pagesBits = 0;
    pages = allocate(bits);
    if (pages == 0) return false;
    pagesBits = bits;
  }
  next = pages;
  const keys = part(lane.keyBytes + 4 * rows);
  const versions = part(lane.versionBytes + 4 * lane.versions);
  const etags = part(lane.etagBytes + 4 * lane.etags);
  const sizes = part(8 * rows);
  const times = part(8 * rows);
  numbers = part(4 * rows);
  words = part(4 * lane.shapes);
  const latest = bitsPart();
  const versionBits = bitsPart();
  const etagBits = bitsPart();
  const timeBits = bitsPart();
  // Where nothing is null no bits are asked for.
  const someVersion = lane.versions < rows;
  const someEtag = lane.etags < rows;
  let key = keys;
  let version = versions;
  let etag = etags;
  let time = times;
  let at = lane.bytes;
  for (let row: u32 = 0; row < rows; row++) {
    const record = changetype<Record>(at);
    let from = at + HEADER_BYTES;
    key = plain(key, from, record.key);
    from += record.key;
    if (<u32>record.version != NO_VALUE) {
      version = plain(version, from, record.version);
      from += record.version;
      if (someVersion) setBit(versionBits, row, 1);
    }
    if (<u32>record.etag != NO_VALUE) {
      etag = plain(etag, from, record.etag);
      if (someEtag) setBit(etagBits, row, 1);
    }
    setBit(latest, row, record.latest);
    store<i64>(sizes + (<usize>row << 3), <i64>Math.floor(record.size));
    if (record.modified == record.modified) {
      store<i64>(time, <i64>Math.floor(record.modified));
      time += 8;
      setBit(timeBits, row, 1);
    }
    store<u32>(numbers + (<usize>row << 2), record.shape);
    at += record.length;
  }
  set(KEY, keys, key, 0, 0);
  set(VERSION, versions, version, rows - lane.versions, versionBits);
  set(LATEST, latest, latest + ((rows + 7) >> 3), 0, 0);
  set(SIZE, sizes, sizes + 8 * rows, 0, 0);
  set(ETAG, etags, etag, rows - lane.etags, etagBits);
  set(MODIFIED, times, time, rows - <u32>((time - times) >> 3), timeBits);
  return true;
}

function set(index: i32, at: usize, end: usize, nulls: u32, present: usize): void {
  const column = columnAt(index);
  column.at = at;
  column.bytes = <u32>(end - at);
  column.nulls = nulls;
  column.present = nulls == 0 ? 0 : present;
}

/** A column by dictionary from what lies at `words`: `count` distinct words, and whether any shape has none. */
export function places(index: i32, count: u32, anyNull: bool): void {
  let present: usize = 0;
  let values = rows;
  if (anyNull) {
    present = bitsPart();
    values = 0;
    for (let row: u32 = 0; row < rows; row++) {
      const value = <u32>(placeOf(row) >= 0);
      setBit(present, row, value);
      values += value;
    }
  }
  const width: u32 = count < 2 ? 1 : 32 - clz<u32>(count - 1);
  const groups = (values + 7) >> 3;
  const start = part(<usize>groups * width + 16);
  let to = start;
  store<u8>(to++, width);
  if (count == 1) {
    to = varint(to, values * 2);
    store<u8>(to++, 0);
  } else if (groups > 0) {
    to = varint(to, groups * 2 + 1);
    to = packed(to, width, to + <usize>groups * width);
  }
  set(index, start, to, rows - values, present);
}

// @ts-expect-error: a decorator of the compiler
@inline
function placeOf(row: u32): i32 {
  return load<i32>(words + (<usize>load<u32>(numbers + (<usize>row << 2)) << 2));
}

function varint(to: usize, value: u32): usize {
  for (; value >= 0x80; value >>= 7) store<u8>(to++, (value & 0x7f) | 0x80);
  store<u8>(to++, value);
  return to;
}

/** Bit-packed up to `end`, the lowest bits first, zeros behind the last. */
function packed(to: usize, width: u32, end: usize): usize {
  let held: u64 = 0;
  let bits: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    const place = placeOf(row);
    if (place < 0) continue;
    held |= <u64>place << <u64>bits;
    bits += width;
    if (bits >= 32) {
      store<u32>(to, <u32>held);
      to += 4;
      held >>= 32;
      bits -= 32;
    }
  }
  for (; to < end; to++) {
    store<u8>(to, <u8>held);
    held >>= 8;
  }
  return end;
}
