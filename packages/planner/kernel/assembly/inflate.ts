// Raw deflate (RFC 1951), a whole stream at a time. Codes are looked up by their next ten bits, and an entry holds two literals, or a short length and the code of its
// distance, where both fit in these: IDs and checksums in hexadecimal digits are little else. The next entry is looked up before more bits are loaded, so that nobody waits
// for both. Every length and distance is checked before it is believed; whatever is odd gives -1, and others have the words.

// Where things are.
const ORDER: usize = 960;
const COUNTS: usize = 1024;
const OFFSETS: usize = 1088;
const SORTED: usize = 1152;
const LENGTHS: usize = 2048;
const PRECODE: usize = 3072;
const DISTANCES: usize = 4096;
const LITERALS: usize = 8192;
export const INPUT: usize = 24576;

const CODE_BITS_MAX = 15;
const PRECODE_BITS = 7;
const DISTANCE_BITS = 8;
const LITERAL_BITS = 10;
/** Entries that a table has room for; complete codes of these sizes need fewer. */
const DISTANCES_MAX = 1024;
const LITERALS_MAX = 4096;

// An entry: in bits 0 to 5 how many bits it takes, in 6 whether it is something else than literals, in 7 whether it is two of them, in 8 to 12 how many more bits belong
// to it, in 13 to 15 what else it is, and above these the literals, the least length or distance, or where the table begins in which codes of these first bits go on.
const OTHER: u32 = 1 << 6;
const TWO: u32 = 1 << 7;
const WHAT: u32 = 7 << 13;
const COPY: u32 = OTHER;
const GOES_ON: u32 = OTHER | (1 << 13);
const END: u32 = OTHER | (2 << 13);
const INVALID: u32 = OTHER | (3 << 13);
/** The greatest length, but for the greatest of all, that needs no more bits than its code. */
const SHORT_MAX: u32 = 10;
/** Such a length and its distance: the bits of the distance are among those that it takes. Bits 16 to 19 say how many are before them, 20 to 22 the length less 3, and 23 and 24 the distance's upper bits. */
const WHOLE_COPY: u32 = OTHER | (4 << 13);

/** What is read or written beyond the end of input and output. */
const SLACK: usize = 64;

/** Where the output of `inputBytes` at INPUT begins; the memory is made large enough for `outputBytes`. 0: there is no such memory. */
export function reserve(inputBytes: usize, outputBytes: usize): usize {
  const output = (INPUT + inputBytes + SLACK + 63) & ~63;
  const missing = ((output + outputBytes + SLACK + 0xffff) >> 16) - memory.size();
  if (<isize>missing > 0 && memory.grow(<i32>missing) < 0) return 0;
  return output;
}

function literalEntry(symbol: u32): u32 {
  if (symbol < 256) return symbol << 16;
  if (symbol == 256) return END;
  if (symbol > 285) return INVALID;
  if (symbol == 285) return COPY | (258 << 16);
  const place = symbol - 257;
  if (place < 8) return COPY | ((place + 3) << 16);
  const more = (place >> 2) - 1;
  return COPY | (more << 8) | ((((4 + (place & 3)) << more) + 3) << 16);
}

function distanceEntry(symbol: u32): u32 {
  if (symbol > 29) return INVALID;
  if (symbol < 4) return (symbol + 1) << 16;
  const more = (symbol >> 1) - 1;
  return (more << 8) | ((((2 + (symbol & 1)) << more) + 1) << 16);
}

/** Fills a table for the `symbols` whose code lengths lie at `lengths`. False where that is no prefix code. */
function build(lengths: usize, symbols: i32, table: usize, entriesMax: i32, rootBits: i32): bool {
  memory.fill(COUNTS, 0, 64);
  for (let i = 0; i < symbols; i++) {
    const at = COUNTS + (<usize>load<u8>(lengths + i) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
  let longest = CODE_BITS_MAX;
  while (longest > 0 && load<i32>(COUNTS + (longest << 2)) == 0) longest--;
  const rootSize = 1 << rootBits;
  let left = 1;
  let offset = 0;
  for (let length = 1; length <= CODE_BITS_MAX; length++) {
    const count = load<i32>(COUNTS + (length << 2));
    left = (left << 1) - count;
    if (left < 0) return false;
    store<i32>(OFFSETS + (length << 2), offset);
    offset += count;
  }
  if (left > 0) {
    // No code at all, or a single one, is all that may be incomplete.
    if (longest > 1 || rootBits == PRECODE_BITS) return false;
    for (let i = 0; i < rootSize; i++) store<u32>(table + (i << 2), INVALID);
  }
  for (let symbol = 0; symbol < symbols; symbol++) {
    const length = <usize>load<u8>(lengths + symbol);
    if (length == 0) continue;
    const at = OFFSETS + (length << 2);
    const place = load<i32>(at);
    store<i32>(at, place + 1);
    store<u16>(SORTED + (place << 1), <u16>symbol);
  }
  // Codes in their order, their bits turned around.
  let code = 0;
  let next = rootSize;
  let sub = 0;
  let subSize = 0;
  let prefix = -1;
  for (let i = 0; i < offset; i++) {
    const symbol = <u32>load<u16>(SORTED + (i << 1));
    const length = <i32>load<u8>(lengths + symbol);
    const entry =
      <u32>length | (rootBits == LITERAL_BITS ? literalEntry(symbol) : rootBits == DISTANCE_BITS ? distanceEntry(symbol) : symbol << 16);
    if (length <= rootBits) {
      for (let at = code; at < rootSize; at += 1 << length) store<u32>(table + (at << 2), entry);
    } else {
      const first = code & (rootSize - 1);
      if (first != prefix) {
        prefix = first;
        sub = next;
        let bits = length - rootBits;
        let room = 1 << bits;
        while (bits + rootBits < longest) {
          room -= load<i32>(COUNTS + ((bits + rootBits) << 2));
          if (room <= 0) break;
          bits++;
          room <<= 1;
        }
        subSize = 1 << bits;
        next += subSize;
        if (next > entriesMax) return false;
        store<u32>(table + (first << 2), GOES_ON | (bits << 8) | (sub << 16));
      }
      for (let at = code >> rootBits; at < subSize; at += 1 << (length - rootBits)) store<u32>(table + ((sub + at) << 2), entry);
    }
    const count = COUNTS + (length << 2);
    store<i32>(count, load<i32>(count) - 1);
    let step = 1 << (length - 1);
    while ((code & step) != 0) step >>= 1;
    code = step == 0 ? 0 : (code & (step - 1)) + step;
  }
  return true;
}

/** Puts two codes in one entry where the bits of the table have both. A second literal is found at a lower place, where nothing was changed yet. */
function join(): void {
  for (let i = (1 << LITERAL_BITS) - 1; i >= 0; i--) {
    const at = LITERALS + (i << 2);
    const entry = load<u32>(at);
    const bits = entry & 63;
    if ((entry & OTHER) == 0) {
      const second = load<u32>(LITERALS + ((i >> bits) << 2));
      if ((second & OTHER) != 0 || bits + (second & 63) > <u32>LITERAL_BITS) continue;
      store<u32>(at, TWO | (bits + (second & 63)) | (entry & 0xff0000) | ((second & 0xff0000) << 8));
    } else if ((entry & (WHAT | (31 << 8))) == 0 && entry >> 16 <= SHORT_MAX) {
      // A length that its code alone tells.
      const distance = load<u32>(DISTANCES + (((i >> bits) & ((1 << DISTANCE_BITS) - 1)) << 2));
      const before = bits + (distance & 63);
      if ((distance & OTHER) != 0 || before > <u32>LITERAL_BITS) continue;
      const more = (distance >> 8) & 31;
      const upper = ((distance >> 16) - 1) >> more;
      store<u32>(at, WHOLE_COPY | (before + more) | (more << 8) | (before << 16) | (((entry >> 16) - 3) << 20) | (upper << 23));
    }
  }
}

function buildFixed(): bool {
  memory.fill(LENGTHS, 8, 144);
  memory.fill(LENGTHS + 144, 9, 112);
  memory.fill(LENGTHS + 256, 7, 24);
  memory.fill(LENGTHS + 280, 8, 8);
  memory.fill(LENGTHS + 288, 5, 32);
  return build(LENGTHS, 288, LITERALS, LITERALS_MAX, LITERAL_BITS) && build(LENGTHS + 288, 32, DISTANCES, DISTANCES_MAX, DISTANCE_BITS);
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
  if (!build(LENGTHS, 19, PRECODE, 1 << PRECODE_BITS, PRECODE_BITS)) return false;
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
  return (
    build(LENGTHS, literals, LITERALS, LITERALS_MAX, LITERAL_BITS) &&
    build(LENGTHS + literals, distances, DISTANCES, DISTANCES_MAX, DISTANCE_BITS)
  );
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
    if (kind == 3 || !(kind == 1 ? buildFixed() : readCodes(end))) return -1;
    join();
    to = readBlock(end, output, to, outputEnd);
    if (to == 0 || to > outputEnd) return -1;
  }
  // What was read ahead was not all taken.
  if (from - <usize>(held >> 3) > end) return -1;
  return <i32>(to - output);
}
