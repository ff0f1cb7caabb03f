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

const two = (bytes: Buffer, at: number): number => ((bytes[at] as number) - 0x30) * 10 + (bytes[at + 1] as number) - 0x30;
const isDigits = (bytes: Buffer, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) {
    const c = bytes[i] as number;
    if (c < 0x30 || c > 0x39) return false;
  }
  return true;
};

/** Epoch milliseconds; null where there is no value. `YYYY-MM-DDTHH:MM:SS.mmmZ` is read without making a string. */
export function timeCell(bytes: Buffer, start: number, end: number): number | null {
  if (start === end) return null;
  if (
    end - start === 24 &&
    isDigits(bytes, start, start + 4) &&
    isDigits(bytes, start + 5, start + 7) &&
    isDigits(bytes, start + 8, start + 10) &&
    isDigits(bytes, start + 11, start + 13) &&
    isDigits(bytes, start + 14, start + 16) &&
    isDigits(bytes, start + 17, start + 19) &&
    isDigits(bytes, start + 20, start + 23) &&
    bytes[start + 23] === 0x5a
  ) {
    return (
      daysOf(two(bytes, start) * 100 + two(bytes, start + 2), two(bytes, start + 5), two(bytes, start + 8)) * 86_400_000 +
      two(bytes, start + 11) * 3_600_000 +
      two(bytes, start + 14) * 60_000 +
      two(bytes, start + 17) * 1_000 +
      two(bytes, start + 20) * 10 +
      (bytes[start + 22] as number) -
      0x30
    );
  }
  const value = Date.parse(bytes.toString("latin1", start, end));
  if (Number.isNaN(value))
    throw new CellError(`LastModifiedDate is ${shown(bytes, start, end)} where a time like 2026-10-04T01:00:00.000Z is expected`);
  return value;
}

/** Days from 1970-01-01 in the Gregorian calendar: the year begins in March, so that the leap day is its last. */
function daysOf(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}
