// The tables by which deflate's codes are looked up: made from the codes' lengths, with two codes in one entry where the bits of the table have both.

// Where things are.
export const ORDER: usize = 960;
const COUNTS: usize = 1024;
const OFFSETS: usize = 1088;
const SORTED: usize = 1152;
export const LENGTHS: usize = 2048;
export const PRECODE: usize = 3072;
export const DISTANCES: usize = 4096;
export const LITERALS: usize = 8192;
/** Behind all tables. */
export const TABLES_END: usize = 24576;

const CODE_BITS_MAX = 15;
export const PRECODE_BITS = 7;
export const DISTANCE_BITS = 8;
export const LITERAL_BITS = 10;
/** Entries that a table has room for; complete codes of these sizes need fewer. */
const DISTANCES_MAX = 1024;
const LITERALS_MAX = 4096;

// An entry: in bits 0 to 5 how many bits it takes, in 6 whether it is something else than literals, in 7 whether it is two of them, in 8 to 12 how many more bits belong
// to it, in 13 to 15 what else it is, and above these the literals, the least length or distance, or where the table begins in which codes of these first bits go on.
export const OTHER: u32 = 1 << 6;
const TWO: u32 = 1 << 7;
export const WHAT: u32 = 7 << 13;
const COPY: u32 = OTHER;
export const GOES_ON: u32 = OTHER | (1 << 13);
export const END: u32 = OTHER | (2 << 13);
const INVALID: u32 = OTHER | (3 << 13);
/** The greatest length, but for the greatest of all, that needs no more bits than its code. */
const SHORT_MAX: u32 = 10;
/**
 * Such a length and its distance: the bits of the distance are among those that it takes. Bits 16 to 19 say how many are before them, 20 to 22 the length less 3, and 23
 * and 24 the distance's upper bits.
 */
export const WHOLE_COPY: u32 = OTHER | (4 << 13);

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

/** Of the code whose nineteen lengths lie at LENGTHS: the one that the other codes' lengths are written in. */
export function buildPrecode(): bool {
  return build(LENGTHS, 19, PRECODE, 1 << PRECODE_BITS, PRECODE_BITS);
}

/** Of a block's two codes, whose lengths lie at LENGTHS, those of distances behind the others. */
export function buildCodes(literals: i32, distances: i32): bool {
  if (!build(LENGTHS, literals, LITERALS, LITERALS_MAX, LITERAL_BITS)) return false;
  if (!build(LENGTHS + literals, distances, DISTANCES, DISTANCES_MAX, DISTANCE_BITS)) return false;
  join();
  return true;
}

/** Of the codes of blocks that bring none. */
export function buildFixedCodes(): bool {
  memory.fill(LENGTHS, 8, 144);
  memory.fill(LENGTHS + 144, 9, 112);
  memory.fill(LENGTHS + 256, 7, 24);
  memory.fill(LENGTHS + 280, 8, 8);
  memory.fill(LENGTHS + 288, 5, 32);
  return buildCodes(288, 32);
}
