// Blocks of raw deflate (RFC 1951), to be left and entered again between any two of their codes. Codes are looked up by their next ten bits, and an entry holds two
// literals, or a short length and the code of its distance, where both fit in these: IDs and checksums in hexadecimal digits are little else. The next entry is looked
// up before more bits are loaded, so that nobody waits for both. Every length and distance is checked before it is believed.

import {
  buildCodes,
  buildFixedCodes,
  buildPrecode,
  DISTANCE_BITS,
  DISTANCES,
  END,
  GOES_ON,
  LENGTHS,
  LITERAL_BITS,
  LITERALS,
  ORDER,
  OTHER,
  PRECODE,
  PRECODE_BITS,
  WHAT,
  WHOLE_COPY,
} from "./deflate-codes";

/** What {@link status} says. */
export const BLOCK_END: i32 = 0;
/** Neither input nor room was at its end: call again with more of either. */
export const BLOCK_GOES_ON: i32 = 1;
export const BLOCK_DAMAGED: i32 = 2;

/** How the last {@link readBlock} ended. */
export let status: i32 = BLOCK_END;

// Of the bits, wherever it was left: the next ones, how many of them, and where the bytes after them begin.
let heldBits: u64 = 0;
let held: u64 = 0;
let from: usize = 0;

/** Goes on with the byte at `at`. */
export function startAt(at: usize): void {
  heldBits = 0;
  held = 0;
  from = at;
}

/** The first byte of which nothing was taken. Beyond the input's end where more was taken than there was. */
export function firstUntaken(): usize {
  return from - <usize>(held >> 3);
}

/** The first byte that was not even loaded. */
export function firstUnread(): usize {
  return from;
}

/** The bytes from {@link firstUnread} on lie at `at` now. */
export function unreadMovedTo(at: usize): void {
  from = at;
}

/** Only bits that are counted are kept: behind them are bytes that may lie elsewhere by the next call, or may not have come yet. */
// @ts-expect-error: a decorator of the compiler
@inline
function leave(bits: u64, count: u64, at: usize): void {
  heldBits = bits & (((<u64>1) << count) - 1);
  held = count;
  from = at;
}

/** A block's first three bits: whether it is the last one, and above that its kind. */
export function readHead(): u32 {
  const bits = heldBits | (load<u64>(from) << held);
  const at = from + <usize>((63 - held) >> 3);
  leave(bits >> 3, (held | 56) - 3, at);
  return <u32>(bits & 7);
}

/** Reads the codes of a block of kind 1 or 2. False where they are none. */
export function readCodes(kind: u32, end: usize): bool {
  return kind == 1 ? buildFixedCodes() : kind == 2 && readOwnCodes(end);
}

function readOwnCodes(end: usize): bool {
  let bits = heldBits | (load<u64>(from) << held);
  let at = from + <usize>((63 - held) >> 3);
  let count = held | 56;
  const literals = <i32>(bits & 31) + 257;
  const distances = <i32>((bits >> 5) & 31) + 1;
  const precodes = <i32>((bits >> 10) & 15) + 4;
  if (literals > 286 || distances > 30) return false;
  bits >>= 14;
  count -= 14;
  // In this order the lengths come of the code that the other codes' lengths are written in: 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15.
  store<u64>(ORDER, 0x0609_0708_0012_1110);
  store<u64>(ORDER + 8, 0x020d_030c_040b_050a);
  store<u32>(ORDER + 16, 0x000f_010e);
  memory.fill(LENGTHS, 0, 19);
  for (let i = 0; i < precodes; i++) {
    bits |= load<u64>(at) << count;
    at += <usize>((63 - count) >> 3);
    count |= 56;
    store<u8>(LENGTHS + <usize>load<u8>(ORDER + i), <u8>(bits & 7));
    bits >>= 3;
    count -= 3;
  }
  if (!buildPrecode()) return false;
  const all = literals + distances;
  for (let i = 0; i < all; ) {
    if (at > end + 8) {
      leave(bits, count, at);
      return false;
    }
    bits |= load<u64>(at) << count;
    at += <usize>((63 - count) >> 3);
    count |= 56;
    const entry = load<u32>(PRECODE + ((<usize>bits & ((1 << PRECODE_BITS) - 1)) << 2));
    bits >>= <u64>(entry & 63);
    count -= <u64>(entry & 63);
    const symbol = entry >> 16;
    if (symbol < 16) {
      store<u8>(LENGTHS + i++, <u8>symbol);
      continue;
    }
    let more: u64 = 7;
    let least = 11;
    let value: u8 = 0;
    if (symbol == 16) {
      if (i == 0) return false;
      value = load<u8>(LENGTHS + i - 1);
      more = 2;
      least = 3;
    } else if (symbol == 17) {
      more = 3;
      least = 3;
    }
    const times = least + <i32>(bits & (((<u64>1) << more) - 1));
    bits >>= more;
    count -= more;
    if (times > all - i) return false;
    memory.fill(LENGTHS + i, value, times);
    i += times;
  }
  leave(bits, count, at);
  // Without an end there would be none.
  if (load<u8>(LENGTHS + 256) == 0) return false;
  return buildCodes(literals, distances);
}

// @ts-expect-error: a decorator of the compiler
@inline
function literalsAt(bits: u64): u32 {
  return load<u32>(LITERALS + ((<usize>bits & ((1 << LITERAL_BITS) - 1)) << 2));
}

/** Copies `length` bytes from `back` bytes before `to`; up to fifteen more are written behind them. */
// @ts-expect-error: a decorator of the compiler
@inline
function copy(to: usize, back: usize, length: usize): void {
  let copied = to - back;
  const stop = to + length;
  if (back >= 16) {
    do {
      v128.store(to, v128.load(copied));
      to += 16;
      copied += 16;
    } while (to < stop);
  } else if (back >= 8) {
    do {
      store<u64>(to, load<u64>(copied));
      to += 8;
      copied += 8;
    } while (to < stop);
  } else if (back == 1) {
    memory.fill(to, load<u8>(copied), length);
  } else {
    do store<u8>(to++, load<u8>(copied++));
    while (to < stop);
  }
}

/**
 * Decompresses what stands in codes up to the block's end, from `begin` on, and answers where that ends. Leaves off where it has loaded what lies behind `inputStop`,
 * or written behind `outputStop`: it may take 24 bytes and write 10 more than these, and never writes a copy beyond `outputEnd`; 16 bytes behind all that may be
 * overwritten. What is copied must not begin before `origin`.
 */
export function readBlock(inputStop: usize, origin: usize, begin: usize, outputStop: usize, outputEnd: usize): usize {
  let bits = heldBits | (load<u64>(from) << held);
  let at = from + <usize>((63 - held) >> 3);
  let count = held | 56;
  let to = begin;
  let entry = literalsAt(bits);
  while (at <= inputStop && to <= outputStop) {
    bits |= load<u64>(at) << count;
    at += <usize>((63 - count) >> 3);
    count |= 56;
    if ((entry & OTHER) == 0) {
      bits >>= <u64>entry;
      count -= <u64>(entry & 63);
      store<u16>(to, <u16>(entry >> 16));
      to += 1 + <usize>((entry >> 7) & 1);
      entry = literalsAt(bits);
      if ((entry & OTHER) == 0) {
        bits >>= <u64>entry;
        count -= <u64>(entry & 63);
        store<u16>(to, <u16>(entry >> 16));
        to += 1 + <usize>((entry >> 7) & 1);
        entry = literalsAt(bits);
        if ((entry & OTHER) == 0) {
          bits >>= <u64>entry;
          count -= <u64>(entry & 63);
          store<u16>(to, <u16>(entry >> 16));
          to += 1 + <usize>((entry >> 7) & 1);
          entry = literalsAt(bits);
          continue;
        }
      }
    }
    // Literals took twenty bits at most, and this takes twenty-three: enough are left to look up the next entry.
    if ((entry & WHAT) == (WHOLE_COPY & WHAT)) {
      const more = (entry >> 8) & 31;
      const length = <usize>((entry >> 20) & 7) + 3;
      const back = <usize>(((entry >> 23) << more) + 1 + (<u32>(bits >> ((entry >> 16) & 15)) & ((1 << more) - 1)));
      bits >>= <u64>entry;
      count -= <u64>(entry & 63);
      entry = literalsAt(bits);
      if (back > to - origin) return damaged(bits, count, at, to);
      copy(to, back, length);
      to += length;
      continue;
    }
    // A length and a distance have 48 bits at most.
    bits |= load<u64>(at) << count;
    at += <usize>((63 - count) >> 3);
    count |= 56;
    if ((entry & WHAT) == (GOES_ON & WHAT)) {
      const place = (entry >> 16) + (<u32>(bits >> LITERAL_BITS) & ((1 << ((entry >> 8) & 31)) - 1));
      entry = load<u32>(LITERALS + (<usize>place << 2));
      if ((entry & OTHER) == 0) {
        bits >>= <u64>entry;
        count -= <u64>(entry & 63);
        store<u8>(to++, <u8>(entry >> 16));
        entry = literalsAt(bits);
        continue;
      }
    }
    if ((entry & WHAT) != 0) {
      if ((entry & WHAT) != (END & WHAT)) return damaged(bits, count, at, to);
      leave(bits >> <u64>entry, count - <u64>(entry & 63), at);
      status = BLOCK_END;
      return to;
    }
    bits >>= <u64>entry;
    count -= <u64>(entry & 63);
    let more = <u64>((entry >> 8) & 31);
    const length = <usize>(entry >> 16) + <usize>(bits & (((<u64>1) << more) - 1));
    bits >>= more;
    count -= more;
    entry = load<u32>(DISTANCES + ((<usize>bits & ((1 << DISTANCE_BITS) - 1)) << 2));
    if ((entry & OTHER) != 0) {
      if ((entry & WHAT) != (GOES_ON & WHAT)) return damaged(bits, count, at, to);
      const place = (entry >> 16) + (<u32>(bits >> DISTANCE_BITS) & ((1 << ((entry >> 8) & 31)) - 1));
      entry = load<u32>(DISTANCES + (<usize>place << 2));
      if ((entry & OTHER) != 0) return damaged(bits, count, at, to);
    }
    bits >>= <u64>entry;
    count -= <u64>(entry & 63);
    more = <u64>((entry >> 8) & 31);
    const back = <usize>(entry >> 16) + <usize>(bits & (((<u64>1) << more) - 1));
    bits >>= more;
    count -= more;
    bits |= load<u64>(at) << count;
    at += <usize>((63 - count) >> 3);
    count |= 56;
    entry = literalsAt(bits);
    if (back > to - origin || <isize>length > <isize>(outputEnd - to)) return damaged(bits, count, at, to);
    copy(to, back, length);
    to += length;
  }
  leave(bits, count, at);
  status = BLOCK_GOES_ON;
  return to;
}

function damaged(bits: u64, count: u64, at: usize, to: usize): usize {
  leave(bits, count, at);
  status = BLOCK_DAMAGED;
  return to;
}
