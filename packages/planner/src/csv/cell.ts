// Cells of a CSV report as values. Each function throws CellError, which knows what was found; the reader adds file and row.

export class CellError extends Error {
  override readonly name = "CellError";
}

/** Makes an ASCII letter a small one. */
const LOWER = 0x20;

const shown = (bytes: Buffer, start: number, end: number): string =>
  JSON.stringify(bytes.toString("utf8", start, Math.min(end, start + 60)));

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");

function says(word: Buffer, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < word.length; i++) if (((bytes[start + i] as number) | LOWER) !== word[i]) return false;
  return true;
}

/** true and false in any case; no value is false. */
export function booleanCell(bytes: Buffer, start: number, end: number, column: string): boolean {
  const length = end - start;
  if (length === FALSE.length && says(FALSE, bytes, start)) return false;
  if (length === TRUE.length && says(TRUE, bytes, start)) return true;
  if (length === 0) return false;
  throw new CellError(`${column} is ${shown(bytes, start, end)} where true or false is expected`);
}

/** Bytes; no value is 0 (delete markers have none). */
export function sizeCell(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = (bytes[i] as number) - 0x30;
    if (digit < 0 || digit > 9) throw new CellError(`Size is ${shown(bytes, start, end)} where a number is expected`);
    value = value * 10 + digit;
  }
  if (value > Number.MAX_SAFE_INTEGER) throw new CellError(`Size is ${shown(bytes, start, end)}, more than S3 can hold`);
  return value;
}

const DASH = 0x2d;
const POINT = 0x2e;
const COLON = 0x3a;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;

const two = (bytes: Buffer, at: number): number => ((bytes[at] as number) - 0x30) * 10 + (bytes[at + 1] as number) - 0x30;
const isDigits = (bytes: Buffer, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) {
    const c = bytes[i] as number;
    if (c < 0x30 || c > 0x39) return false;
  }
  return true;
};

/** 0 for a month that there is not. */
function daysIn(year: number, month: number): number {
  if (month < 1 || month > 12) return 0;
  if (month !== 2) return 30 + ((month + (month >> 3)) & 1);
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** Other forms of a moment than S3's own; without Z or an offset it would mean another one on each machine. */
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|[+-](\d\d):?(\d\d))$/;

/** Epoch milliseconds; null where there is no value. `YYYY-MM-DDTHH:MM:SS.mmmZ` is read without making a string. A day or hour that there is not is an error. */
export function timeCell(bytes: Buffer, start: number, end: number): number | null {
  if (start === end) return null;
  const value = plainTime(bytes, start, end) ?? otherTime(bytes.toString("latin1", start, end));
  if (value === undefined)
    throw new CellError(`LastModifiedDate is ${shown(bytes, start, end)} where a time like 2026-10-04T01:00:00.000Z is expected`);
  return value;
}

function plainTime(bytes: Buffer, start: number, end: number): number | undefined {
  if (
    end - start !== 24 ||
    !isDigits(bytes, start, start + 4) ||
    bytes[start + 4] !== DASH ||
    !isDigits(bytes, start + 5, start + 7) ||
    bytes[start + 7] !== DASH ||
    !isDigits(bytes, start + 8, start + 10) ||
    bytes[start + 10] !== LETTER_T ||
    !isDigits(bytes, start + 11, start + 13) ||
    bytes[start + 13] !== COLON ||
    !isDigits(bytes, start + 14, start + 16) ||
    bytes[start + 16] !== COLON ||
    !isDigits(bytes, start + 17, start + 19) ||
    bytes[start + 19] !== POINT ||
    !isDigits(bytes, start + 20, start + 23) ||
    bytes[start + 23] !== LETTER_Z
  )
    return undefined;
  const year = two(bytes, start) * 100 + two(bytes, start + 2);
  const month = two(bytes, start + 5);
  const day = two(bytes, start + 8);
  const hour = two(bytes, start + 11);
  const minute = two(bytes, start + 14);
  const second = two(bytes, start + 17);
  if (day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  const seconds = daysOf(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
  return seconds * 1_000 + two(bytes, start + 20) * 10 + (bytes[start + 22] as number) - 0x30;
}

function otherTime(text: string): number | undefined {
  const found = MOMENT.exec(text);
  if (found === null) return undefined;
  const parts = found.slice(1).map((digits) => Number(digits ?? 0));
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offsetHour = 0, offsetMinute = 0] = parts;
  if (day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59)
    return undefined;
  const value = Date.parse(text);
  return Number.isNaN(value) ? undefined : value;
}

/** Days from 1970-01-01 in the Gregorian calendar: the year begins in March, so that the leap day is its last. */
function daysOf(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}
