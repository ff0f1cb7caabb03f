// Snappy, written (the format's description: github.com/google/snappy, format_description.txt). The same input gives the same bytes, whatever was compressed before:
// the same plan has to be the same files.

/** u32 positions by the hash of four bytes. */
const TABLE: i32 = 0x400;
const TABLE_BITS_MAX: i32 = 14;
/** What is compressed lies here; what comes out lies behind it. */
export const INPUT: i32 = 0x11000;
/** Bytes that may be read behind the input. */
export const MARGIN: i32 = 64;

const OFFSET_MAX: i32 = 0xffff;
/** Where fewer bytes are left, no match is looked for. */
const TAIL: i32 = 15;
/** Literals up to this have their length in their first byte. */
const SHORT: i32 = 60;
/** Misses after which the search takes longer steps, as a power of two. */
const PATIENCE_BITS: i32 = 5;

@inline
function slotOf(at: i32, shift: i32): i32 {
  return TABLE + (((load<u32>(at) * 0x1e35a7bd) >>> shift) << 2);
}

/** Makes room for an input of so many bytes and for the most that can become of it. */
export function reserve(length: i32): void {
  const pages = (INPUT + 2 * MARGIN + length + outputMax(length) + 0xffff) >>> 16;
  const missing = pages - memory.size();
  if (missing > 0) memory.grow(missing);
}

export function outputMax(length: i32): i32 {
  return 32 + length + length / 6;
}

export function outputOf(length: i32): i32 {
  return INPUT + length + MARGIN;
}

/** Compresses the `length` bytes at INPUT to outputOf(length), and answers how many bytes they became. */
export function compress(length: i32): i32 {
  const start = outputOf(length);
  let out = start;
  let left: u32 = length;
  for (; left >= 0x80; left >>= 7) store<u8>(out++, left | 0x80);
  store<u8>(out++, left);
  let emitted = INPUT;
  if (length >= TAIL) {
    const shift = 32 - tableBits(length);
    memory.fill(TABLE, 0, 4 << (32 - shift));
    const end = INPUT + length;
    const last = end - TAIL;
    let at = INPUT + 1;
    for (;;) {
      let from: i32 = 0;
      let tried: i32 = 1 << PATIENCE_BITS;
      for (;;) {
        if (at > last) return finish(start, out, emitted, end);
        const slot = slotOf(at, shift);
        from = INPUT + load<i32>(slot);
        store<i32>(slot, at - INPUT);
        if (at - from <= OFFSET_MAX && load<u32>(at) == load<u32>(from)) break;
        at += tried >> PATIENCE_BITS;
        tried++;
      }
      out = literal(out, emitted, at - emitted);
      for (;;) {
        const matched = matchLength(at, from, end);
        out = copy(out, at - from, matched);
        at += matched;
        emitted = at;
        if (at >= last) return finish(start, out, emitted, end);
        store<i32>(slotOf(at - 1, shift), at - 1 - INPUT);
        const slot = slotOf(at, shift);
        from = INPUT + load<i32>(slot);
        store<i32>(slot, at - INPUT);
        if (at - from > OFFSET_MAX || load<u32>(at) != load<u32>(from)) break;
      }
      at++;
    }
  }
  return finish(start, out, emitted, INPUT + length);
}

function tableBits(length: i32): i32 {
  const bits = 31 - clz(length);
  return bits < TABLE_BITS_MAX ? bits : TABLE_BITS_MAX;
}

function finish(start: i32, out: i32, emitted: i32, end: i32): i32 {
  return (emitted < end ? literal(out, emitted, end - emitted) : out) - start;
}

/** Of two places that agree in four bytes. */
@inline
function matchLength(at: i32, from: i32, end: i32): i32 {
  let matched: i32 = 4;
  while (at + matched + 8 <= end) {
    const difference = load<u64>(at + matched) ^ load<u64>(from + matched);
    if (difference != 0) return matched + (<i32>ctz(difference) >> 3);
    matched += 8;
  }
  while (at + matched < end && load<u8>(at + matched) == load<u8>(from + matched)) matched++;
  return matched;
}

/** Up to fifteen bytes more than the literal has are read and written: behind input and output there is room, and what comes next lies over them. */
// @ts-expect-error: a decorator of the compiler
@inline
function literal(out: i32, from: i32, length: i32): i32 {
  if (length == 0) return out;
  if (length > SHORT) return longLiteral(out, from, length);
  store<u8>(out, (length - 1) << 2);
  v128.store(out + 1, v128.load(from));
  for (let done: i32 = 16; done < length; done += 16) v128.store(out + 1 + done, v128.load(from + done));
  return out + 1 + length;
}

function longLiteral(out: i32, from: i32, length: i32): i32 {
  const n = length - 1;
  const bytes = n < 0x100 ? 1 : n < 0x10000 ? 2 : n < 0x1000000 ? 3 : 4;
  store<u8>(out++, (59 + bytes) << 2);
  for (let i: i32 = 0; i < bytes; i++) store<u8>(out++, n >>> (8 * i));
  memory.copy(out, from, length);
  return out + length;
}

function copy(out: i32, offset: i32, length: i32): i32 {
  for (; length >= 68; length -= 64) out = shortCopy(out, offset, 64);
  if (length > 64) {
    out = shortCopy(out, offset, 60);
    length -= 60;
  }
  return shortCopy(out, offset, length);
}

@inline
function shortCopy(out: i32, offset: i32, length: i32): i32 {
  if (length < 12 && offset < 2048) {
    store<u8>(out, 1 + ((length - 4) << 2) + ((offset >> 8) << 5));
    store<u8>(out + 1, offset);
    return out + 2;
  }
  store<u8>(out, 2 + ((length - 1) << 2));
  store<u16>(out + 1, offset);
  return out + 3;
}
