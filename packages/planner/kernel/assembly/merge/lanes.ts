// Records of a chunk go to the lanes of their shapes, one after the other, until a batch is full.
import { copy } from "../copy";
import { NO_VALUE, Record } from "../record";
import { allocate, bitsFor, release } from "./memory";

// @ts-expect-error: a decorator of the compiler
@unmanaged
export class Lane {
  bytes: usize;
  bits: usize;
  length: u32;
  rows: u32;
  rowsMax: u32;
  /** The number of the batch, from 1. */
  batch: u32;
  /** Distinct shapes in the batch. */
  shapes: u32;
  /** Of values that are there. */
  versions: u32;
  etags: u32;
  keyBytes: u32;
  versionBytes: u32;
  etagBytes: u32;
  /** Objects larger than this are a batch alone. */
  sizeMax: f64;
}

/** Of a chunk: its lane, and its number in that lane's batch where it has one already. */
// @ts-expect-error: a decorator of the compiler
@unmanaged
class Shape {
  lane: Lane;
  batch: u32;
  number: u32;
  unused: u32;
}
const SHAPE_BITS: usize = 4;

const START_BITS: usize = 12;

let chunk: usize = 0;
let chunkBits: usize = 0;
let at: usize = 0;
let end: usize = 0;
let table: usize = 0;
let tableBits: usize = 0;
let alone: Lane = changetype<Lane>(0);

/** Numbers in the chunk of the shapes that the last take() was the first to see in their lane's batch, and how many: u32 each, in that order. */
export let seen: usize = 0;
export let seenCount: u32 = 0;
/** The shape of the row that is alone in its batch. */
export let aloneShape: u32 = 0;

export const DONE: i32 = 0;
export const NO_MEMORY: i32 = -1;

/** The address of a new lane; 0: there is no memory. */
export function lane(rowsMax: u32, sizeMax: f64): usize {
  const block = allocate(bitsFor(offsetof<Lane>()));
  if (block == 0) return 0;
  const made = changetype<Lane>(block);
  made.bytes = 0;
  made.bits = 0;
  made.rowsMax = rowsMax;
  made.sizeMax = sizeMax;
  made.batch = 0;
  clear(made);
  return block;
}

/** The lane for rows that are alone in their batch. */
export function aloneIn(lane: Lane): void {
  alone = lane;
}

export function rowsOf(lane: Lane): u32 {
  return lane.rows;
}

/** Its batch was written. */
export function clear(lane: Lane): void {
  lane.length = 0;
  lane.rows = 0;
  lane.batch++;
  lane.shapes = 0;
  lane.versions = 0;
  lane.etags = 0;
  lane.keyBytes = 0;
  lane.versionBytes = 0;
  lane.etagBytes = 0;
}

/** Where to write the records of the next chunk; 0: there is no memory. */
export function room(bytes: usize): usize {
  const bits = bitsFor(bytes);
  if (bits > chunkBits) {
    if (chunk != 0) release(chunk, chunkBits);
    chunkBits = 0;
    chunk = allocate(bits);
    if (chunk == 0) return 0;
    chunkBits = bits;
  }
  at = chunk;
  end = chunk + bytes;
  return chunk;
}

/** Where to write its shapes; 0: there is no memory. */
export function shapesRoom(shapes: usize): usize {
  const bits = bitsFor((shapes << SHAPE_BITS) + (shapes << 2));
  if (bits > tableBits) {
    if (table != 0) release(table, tableBits);
    tableBits = 0;
    table = allocate(bits);
    if (table == 0) return 0;
    tableBits = bits;
  }
  seen = table + (shapes << SHAPE_BITS);
  return table;
}

/** Goes on with the chunk. The lane whose batch is full: write it, clear it, and call again. */
export function take(): i32 {
  seenCount = 0;
  while (at < end) {
    const record = changetype<Record>(at);
    const shape = changetype<Shape>(table + ((<usize>record.shape) << SHAPE_BITS));
    const lane = shape.lane;
    if (record.size > lane.sizeMax) {
      aloneShape = record.shape;
      at += record.length;
      return add(alone, record, 0) ? <i32>changetype<usize>(alone) : NO_MEMORY;
    }
    if (shape.batch != lane.batch) {
      shape.batch = lane.batch;
      shape.number = lane.shapes++;
      store<u32>(seen + (<usize>seenCount << 2), record.shape);
      seenCount++;
    }
    if (!add(lane, record, shape.number)) return NO_MEMORY;
    at += record.length;
    if (lane.rows == lane.rowsMax) return <i32>changetype<usize>(lane);
  }
  return DONE;
}

// @ts-expect-error: a decorator of the compiler
@inline
function add(lane: Lane, record: Record, shape: u32): bool {
  const length: usize = record.length;
  const needed = <usize>lane.length + length;
  if (lane.bits == 0 || bitsFor(needed) > lane.bits) {
    if (!enlarge(lane, needed)) return false;
  }
  const to = lane.bytes + lane.length;
  copy(to, changetype<usize>(record), length);
  changetype<Record>(to).shape = shape;
  lane.length = <u32>needed;
  lane.rows++;
  lane.keyBytes += record.key;
  if (<u32>record.version != NO_VALUE) {
    lane.versions++;
    lane.versionBytes += record.version;
  }
  if (<u32>record.etag != NO_VALUE) {
    lane.etags++;
    lane.etagBytes += record.etag;
  }
  return true;
}

function enlarge(lane: Lane, needed: usize): bool {
  const fitting = bitsFor(needed);
  const bits = fitting < START_BITS ? START_BITS : fitting;
  const block = allocate(bits);
  if (block == 0) return false;
  if (lane.bits != 0) {
    memory.copy(block, lane.bytes, lane.length);
    release(lane.bytes, lane.bits);
  }
  lane.bytes = block;
  lane.bits = bits;
  return true;
}
