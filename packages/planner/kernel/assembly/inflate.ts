// Raw deflate (RFC 1951), a whole stream at a time. Codes are looked up by their next ten bits, and an entry holds two literals, or a short length and the code of its
// distance, where both fit in these: IDs and checksums in hexadecimal digits are little else. The next entry is looked up before more bits are loaded, so that nobody waits
// for both. Every length and distance is checked before it is believed; whatever is odd gives -1, and others have the words.

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
  TABLES_END,
  WHAT,
  WHOLE_COPY,
} from "./deflate-codes";

export const INPUT: usize = TABLES_END;
/** What is read or written beyond the end of input and output. */
const SLACK: usize = 64;

/** Where the output of `inputBytes` at INPUT begins; the memory is made large enough for `outputBytes`. 0: there is no such memory. */
export function reserve(inputBytes: usize, outputBytes: usize): usize {
  const output = (INPUT + inputBytes + SLACK + 63) & ~63;
  const missing = ((output + outputBytes + SLACK + 0xffff) >> 16) - memory.size();
  if (<isize>missing > 0 && memory.grow(<i32>missing) < 0) return 0;
  return output;
}

// Of the bits, between two blocks: the next ones, how many of them, and where the bytes after them begin.
let heldBits: u64 = 0;
let held: u64 = 0;
let from: usize = 0;

/** Reads the codes of a block. False where they are none. */
function readCodes(end: usize): bool {
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
    if (at > end + 8) return false;
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
  heldBits = bits;
  held = count;
  from = at;
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

/** Decompresses what stands in codes up to the block's end, from `to` on: where that ends, or 0. */
function readBlock(end: usize, output: usize, begin: usize, outputEnd: usize): usize {
  let bits = heldBits | (load<u64>(from) << held);
  let at = from + <usize>((63 - held) >> 3);
  let count = held | 56;
  let to = begin;
  let entry = literalsAt(bits);
  while (at <= end + 8 && to <= outputEnd) {
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
      if (back > to - output) return 0;
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
      if ((entry & WHAT) != (END & WHAT)) return 0;
      heldBits = bits >> <u64>entry;
      held = count - <u64>(entry & 63);
      from = at;
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
      if ((entry & WHAT) != (GOES_ON & WHAT)) return 0;
      const place = (entry >> 16) + (<u32>(bits >> DISTANCE_BITS) & ((1 << ((entry >> 8) & 31)) - 1));
      entry = load<u32>(DISTANCES + (<usize>place << 2));
      if ((entry & OTHER) != 0) return 0;
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
    if (back > to - output || <isize>length > <isize>(outputEnd - to)) return 0;
    copy(to, back, length);
    to += length;
  }
  return 0;
}

/** Decompresses the bytes at INPUT to `output`: how many they become, or -1 where they are damaged, or become more than `outputMax`. */
export function inflate(inputBytes: usize, output: usize, outputMax: usize): i32 {
  const end = INPUT + inputBytes;
  const outputEnd = output + outputMax;
  let to = output;
  heldBits = 0;
  held = 0;
  from = INPUT;
  for (let last = false; !last; ) {
    heldBits |= load<u64>(from) << held;
    from += <usize>((63 - held) >> 3);
    held |= 56;
    last = (heldBits & 1) != 0;
    const kind = <u32>(heldBits >> 1) & 3;
    heldBits >>= 3;
    held -= 3;
    if (kind == 0) {
      // It begins at a whole byte.
      from -= <usize>(held >> 3);
      heldBits = 0;
      held = 0;
      if (from + 4 > end) return -1;
      const length = <usize>load<u16>(from);
      if ((length ^ <usize>load<u16>(from + 2)) != 0xffff) return -1;
      from += 4;
      if (length > end - from || length > outputEnd - to) return -1;
      memory.copy(to, from, length);
      from += length;
      to += length;
      continue;
    }
    if (kind == 3 || !(kind == 1 ? buildFixedCodes() : readCodes(end))) return -1;
    to = readBlock(end, output, to, outputEnd);
    if (to == 0 || to > outputEnd) return -1;
  }
  // What was read ahead was not all taken.
  if (from - <usize>(held >> 3) > end) return -1;
  return <i32>(to - output);
}
