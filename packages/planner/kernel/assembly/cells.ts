// Distinct cells by their bytes: owners, ACLs and words have few distinct values, and what each of them means is worked out once, outside.
import { ARENA, ARENA_BYTES, CELLS, CELLS_MAX, FLAGS, HINTS, SLOTS, SLOTS_COUNT } from "./layout";

let count: i32 = 0;
let arenaEnd: i32 = ARENA;

/** No room for one more: everything has to be forgotten. */
export const NO_ROOM: i32 = -1;

export function forgetCells(): void {
  count = 0;
  arenaEnd = ARENA;
  memory.fill(SLOTS, 0, SLOTS_COUNT * 4);
  memory.fill(FLAGS, 0, CELLS_MAX);
  memory.fill(HINTS, 0xff, CELLS_MAX * 4);
}

// @ts-expect-error: a decorator of the compiler
@inline
export function sameBytes(a: i32, b: i32, length: i32): bool {
  if (length >= 16) {
    let i: i32 = 0;
    for (const last = length - 16; i < last; i += 16) if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
    const end = length - 16;
    return !v128.any_true(v128.xor(v128.load(a + end), v128.load(b + end)));
  }
  for (let i: i32 = 0; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

function hashOf(start: i32, length: i32): i32 {
  let hash: u64 = <u64>length * 0x9e3779b97f4a7c15;
  if (length >= 8) {
    const last = length - 8;
    for (let i: i32 = 0; i < last; i += 8) hash = rotl<u64>((hash ^ load<u64>(start + i)) * 0x9fb21c651e98df25, 29);
    hash = (hash ^ load<u64>(start + last)) * 0x9fb21c651e98df25;
  } else {
    for (let i: i32 = 0; i < length; i++) hash = (hash ^ <u64>load<u8>(start + i)) * 0x9fb21c651e98df25;
  }
  return <i32>(hash ^ (hash >> 32));
}

/** Whether the bytes are those of this cell. */
// @ts-expect-error: a decorator of the compiler
@inline
export function isCell(cell: i32, start: i32, length: i32): bool {
  const entry = CELLS + (cell << 4);
  return load<i32>(entry + 4) == length && sameBytes(load<i32>(entry), start, length);
}

/** The number of the cell with these bytes, a new one where they were not seen before, or NO_ROOM. */
export function cellOf(start: i32, length: i32): i32 {
  const hash = hashOf(start, length);
  let slot = hash & (SLOTS_COUNT - 1);
  for (;;) {
    const cell = load<i32>(SLOTS + (slot << 2)) - 1;
    if (cell < 0) break;
    if (load<i32>(CELLS + (cell << 4) + 8) == hash && isCell(cell, start, length)) return cell;
    slot = (slot + 1) & (SLOTS_COUNT - 1);
  }
  if (count == CELLS_MAX || arenaEnd + length > ARENA + ARENA_BYTES) return NO_ROOM;
  memory.copy(arenaEnd, start, length);
  const entry = CELLS + (count << 4);
  store<i32>(entry, arenaEnd);
  store<i32>(entry + 4, length);
  store<i32>(entry + 8, hash);
  arenaEnd += length;
  store<i32>(SLOTS + (slot << 2), count + 1);
  return count++;
}
