// Keys are form-encoded (domain.md 1.5): a space is `+`, a plus is `%2B`. Whether they can be decoded is found first, so that a row that is left to the outside is still as it was written.
import { SCRATCH, SCRATCH_BYTES } from "./layout";

/** Nothing to decode. */
export const RAW: i32 = 0;
export const ENCODED: i32 = 1;
/** Malformed, not UTF-8, empty, or too long to be told here. */
export const UNTOLD: i32 = -1;

// @ts-expect-error: a decorator of the compiler
@inline
function hexOf(c: i32): i32 {
  const digit = c - 0x30;
  if (<u32>digit < 10) return digit;
  const letter = (c | 0x20) - 0x61;
  return <u32>letter < 6 ? letter + 10 : -1;
}

/** What has to be done to the key in [start, end). */
// @ts-expect-error: a decorator of the compiler
@inline
export function keyKind(start: i32, end: i32): i32 {
  if (start == end) return UNTOLD;
  let at = start;
  for (; at + 16 <= end; at += 16) {
    const bytes = v128.load(at);
    const special = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(0x25)), i8x16.eq(bytes, i8x16.splat(0x2b))),
      i8x16.lt_s(bytes, i8x16.splat(0)),
    );
    if (i8x16.bitmask(special) != 0) return encodedKind(start, at, end);
  }
  for (; at < end; at++) {
    const c = load<u8>(at);
    if (c == 0x25 || c == 0x2b || c >= 0x80) return encodedKind(start, at, end);
  }
  return RAW;
}

/** Everything before `at` is plain. */
function encodedKind(start: i32, at: i32, end: i32): i32 {
  for (; at < end; at++) {
    const c = load<u8>(at);
    if (c >= 0x80) return highKind(start, end);
    if (c != 0x25) continue;
    if (at + 2 >= end) return UNTOLD;
    const first = hexOf(load<u8>(at + 1));
    if (first < 0 || hexOf(load<u8>(at + 2)) < 0) return UNTOLD;
    if (first >= 8) return highKind(start, end);
    at += 2;
  }
  return ENCODED;
}

function highKind(start: i32, end: i32): i32 {
  if (end - start > SCRATCH_BYTES) return UNTOLD;
  // Escapes behind the first high byte have not been looked at yet.
  for (let at = start; at < end; at++) {
    if (load<u8>(at) != 0x25) continue;
    if (at + 2 >= end || hexOf(load<u8>(at + 1)) < 0 || hexOf(load<u8>(at + 2)) < 0) return UNTOLD;
    at += 2;
  }
  return isUtf8(SCRATCH, decode(start, end, SCRATCH)) ? ENCODED : UNTOLD;
}

/** Decodes well-formed [start, end) to `to`, which may be `start`, and answers where the key ends there. */
export function decode(start: i32, end: i32, to: i32): i32 {
  for (let at = start; at < end; at++) {
    let c: i32 = load<u8>(at);
    if (c == 0x2b) c = 0x20;
    else if (c == 0x25) {
      c = (hexOf(load<u8>(at + 1)) << 4) | hexOf(load<u8>(at + 2));
      at += 2;
    }
    store<u8>(to++, c);
  }
  return to;
}

// @ts-expect-error: a decorator of the compiler
@inline
function isFollower(at: i32, end: i32): bool {
  return at < end && (load<u8>(at) & 0xc0) == 0x80;
}

/** RFC 3629: no overlong form, no surrogate, nothing beyond U+10FFFF. */
function isUtf8(start: i32, end: i32): bool {
  let at = start;
  while (at < end) {
    const c: i32 = load<u8>(at);
    if (c < 0x80) {
      at++;
    } else if (c < 0xc2) {
      return false;
    } else if (c < 0xe0) {
      if (!isFollower(at + 1, end)) return false;
      at += 2;
    } else if (c < 0xf0) {
      if (!isFollower(at + 1, end) || !isFollower(at + 2, end)) return false;
      const second: i32 = load<u8>(at + 1);
      if ((c == 0xe0 && second < 0xa0) || (c == 0xed && second >= 0xa0)) return false;
      at += 3;
    } else {
      if (c > 0xf4 || !isFollower(at + 1, end) || !isFollower(at + 2, end) || !isFollower(at + 3, end)) return false;
      const second: i32 = load<u8>(at + 1);
      if ((c == 0xf0 && second < 0x90) || (c == 0xf4 && second >= 0x90)) return false;
      at += 4;
    }
  }
  return true;
}
