// Cells as values. What is not written the way S3 writes it is NOT_PLAIN: the row is then read outside, where errors have words.

/** No size and no time is negative. */
export const NOT_PLAIN: f64 = -1;

/** Below 10^15; an empty cell is 0. */
// @ts-expect-error: a decorator of the compiler
@inline
export function sizeOf(start: i32, end: i32): f64 {
  if (end - start > 15) return NOT_PLAIN;
  let value: i64 = 0;
  for (let i = start; i < end; i++) {
    const digit = <u32>load<u8>(i) - 0x30;
    if (digit > 9) return NOT_PLAIN;
    value = value * 10 + digit;
  }
  return <f64>value;
}

/** 1, 0 (an empty cell too), or -1. */
// @ts-expect-error: a decorator of the compiler
@inline
export function booleanOf(start: i32, end: i32): i32 {
  const length = end - start;
  if (length == 0) return 0;
  // ASCII letters as small ones.
  if (length == 4) return (load<u32>(start) | 0x20202020) == 0x65757274 ? 1 : -1;
  if (length == 5) return (load<u32>(start) | 0x20202020) == 0x736c6166 && (load<u8>(start + 4) | 0x20) == 0x65 ? 0 : -1;
  return -1;
}

// @ts-expect-error: a decorator of the compiler
@inline
function two(at: i32): i32 {
  return (<i32>load<u8>(at) - 0x30) * 10 + <i32>load<u8>(at + 1) - 0x30;
}

/** 0 for a month that there is not. */
function daysIn(year: i32, month: i32): i32 {
  if (month < 1 || month > 12) return 0;
  if (month != 2) return 30 + ((month + (month >> 3)) & 1);
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
}

/** Epoch milliseconds of `YYYY-MM-DDTHH:MM:SS.mmmZ` from 1970 on; NaN for an empty cell. NOT_PLAIN too where there is no such day or hour. */
export function timeOf(start: i32, end: i32): f64 {
  if (start == end) return NaN;
  if (end - start != 24) return NOT_PLAIN;
  // Digits where digits belong, and the four separators, the T, and the Z: each byte against what may stand there.
  const head = v128.load(start);
  const low = i8x16(0x30, 0x30, 0x30, 0x30, 0x2d, 0x30, 0x30, 0x2d, 0x30, 0x30, 0x54, 0x30, 0x30, 0x3a, 0x30, 0x30);
  const span = i8x16(9, 9, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9);
  if (i8x16.bitmask(i8x16.gt_u(i8x16.sub(head, low), span)) != 0) return NOT_PLAIN;
  const tail = v128.load(start + 8);
  const lowTail = i8x16(0x30, 0x30, 0x54, 0x30, 0x30, 0x3a, 0x30, 0x30, 0x3a, 0x30, 0x30, 0x2e, 0x30, 0x30, 0x30, 0x5a);
  const spanTail = i8x16(9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 9, 0);
  if (i8x16.bitmask(i8x16.gt_u(i8x16.sub(tail, lowTail), spanTail)) != 0) return NOT_PLAIN;
  const year = two(start) * 100 + two(start + 2);
  if (year < 1970) return NOT_PLAIN;
  const month = two(start + 5);
  const day = two(start + 8);
  const hour = two(start + 11);
  const minute = two(start + 14);
  const second = two(start + 17);
  if (hour > 23 || minute > 59 || second > 59 || day < 1 || day > daysIn(year, month)) return NOT_PLAIN;
  // The year begins in March, so that the leap day is its last.
  const y = month > 2 ? year : year - 1;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const days = era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
  const seconds = hour * 3600 + minute * 60 + second;
  const value = <f64>days * 86400000.0 + <f64>(seconds * 1000 + two(start + 20) * 10 + <i32>load<u8>(start + 22) - 0x30);
  return value < 0 ? NOT_PLAIN : value;
}
