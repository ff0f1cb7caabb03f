// The byte scanner and its cells against plain definitions of the same: RFC 4180 fields, form-encoded keys, times and sizes.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { booleanCell, CellError, sizeCell, timeCell } from "../src/csv/cell.ts";
import { decodeKey, isDecodable } from "../src/csv/key.ts";
import { INCOMPLETE, MALFORMED, RowScanner } from "../src/csv/scanner.ts";
import { bytesOf } from "../src/scan/byte-cache.ts";

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;

function rowsIn(text: string | Buffer, columns: number): string[][] | number {
  const bytes = bytesOf(Buffer.concat([Buffer.from(text)]));
  const scanner = new RowScanner(columns);
  const rows: string[][] = [];
  for (let at = 0; at < bytes.buffer.length; ) {
    const next = scanner.scan(bytes, at, bytes.buffer.length);
    if (next < 0) return next;
    rows.push(
      Array.from({ length: Math.min(scanner.fields, columns) }, (_, i) =>
        bytes.buffer.toString("utf8", scanner.starts[i], scanner.ends[i]),
      ),
    );
    expect(scanner.fields).toBe(columns);
    at = next;
  }
  return rows;
}

describe("rows", () => {
  const field = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom("", '"', '""', ",", '","', "\n", "\r\n", 'a"\n"b', '","\n'),
    fc.string({ minLength: 90, maxLength: 300 }),
    fc.string({ unit: "binary", maxLength: 6 }),
  );
  test("any quoted fields come back, whatever they hold", () => {
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 6 }), (rows) => {
        const wellFormed = rows.map((row) => row.map((cell) => cell.toWellFormed()));
        expect(rowsIn(wellFormed.map((row) => `${row.map(quoted).join(",")}\n`).join(""), 3)).toEqual(wellFormed);
      }),
      { numRuns: 500 },
    );
  });
  test("a row that is cut anywhere is incomplete, never wrong, and is read right once the rest has come", () => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 3, maxLength: 3 }), fc.double({ min: 0, max: 1, noNaN: true }), (cells, where) => {
        const row = cells.map((cell) => cell.toWellFormed());
        const text = Buffer.from(`${row.map(quoted).join(",")}\n`);
        const scanner = new RowScanner(3);
        const bytes = bytesOf(Buffer.concat([text]));
        const cut = Math.floor(where * (text.length - 1));
        expect(scanner.scan(bytes, 0, cut)).toBe(INCOMPLETE);
        expect(scanner.scan(bytes, 0, text.length)).toBe(text.length);
        expect(row.map((_, i) => bytes.buffer.toString("utf8", scanner.starts[i], scanner.ends[i]))).toEqual(row);
      }),
      { numRuns: 500 },
    );
  });
  test("bare fields and CR LF are taken too", () => {
    expect(rowsIn('a,"b",c\r\n"d",,\r\n"e","f","g"\n', 3)).toEqual([
      ["a", "b", "c"],
      ["d", "", ""],
      ["e", "f", "g"],
    ]);
  });
  test("a byte after a closing quote is malformed", () => {
    expect(rowsIn('"a"x,"b"\n', 2)).toBe(MALFORMED);
  });
  test("fields too many and too few are counted", () => {
    const scanner = new RowScanner(2);
    const count = (text: string): number => {
      scanner.scan(bytesOf(Buffer.concat([Buffer.from(text)])), 0, text.length);
      return scanner.fields;
    };
    expect(count('"a"\n')).toBe(1);
    expect(count('"a","b","c","d","e"\n')).toBe(5);
  });
});

describe("keys", () => {
  const decoded = (text: string): string | undefined => {
    const out = Buffer.alloc(text.length * 4);
    const bytes = Buffer.from(text);
    const length = decodeKey(bytes, 0, bytes.length, out);
    return length < 0 ? undefined : out.toString("utf8", 0, length);
  };
  test("a space is +, a plus is %2B, and each is decoded once", () => {
    expect(["a+b", "a%2Bb", "a%2520b", "a%20b", "%7E*~", "a/b"].map(decoded)).toEqual(["a b", "a+b", "a%20b", "a b", "~*~", "a/b"]);
  });
  test("any key comes back from its form encoding, as decodeURIComponent says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (any) => {
        const key = any.toWellFormed();
        const encoded = encodeURIComponent(key).replaceAll("%20", "+");
        expect(decoded(encoded)).toBe(key);
      }),
    );
  });
  test("what is not an escape, or not UTF-8, is never guessed; the quick look says the same or leaves it open", () => {
    expect(["%", "%2", "%zz", "%C3%28", "%ff", "a%"].map(decoded)).toEqual(Array(6).fill(undefined));
    fc.assert(
      fc.property(fc.array(fc.constantFrom("%", "2", "C3", "28", "z", "+", "é", "%A9"), { maxLength: 8 }), (parts) => {
        const bytes = Buffer.from(parts.join(""));
        const quick = isDecodable(bytes, 0, bytes.length);
        if (quick !== undefined) expect(quick).toBe(decoded(parts.join("")) !== undefined);
      }),
    );
  });
});

describe("cells", () => {
  const of = <T>(read: (bytes: Buffer, start: number, end: number) => T, text: string): T => {
    const bytes = Buffer.from(`xx${text}yy`);
    return read(bytes, 2, bytes.length - 2);
  };
  const flag = (text: string): boolean => of((b, s, e) => booleanCell(b, s, e, "IsLatest"), text);
  test("booleans in any case; nothing is false; anything else is an error", () => {
    expect(["true", "TRUE", "True", "false", "FALSE", ""].map(flag)).toEqual([true, true, true, false, false, false]);
    for (const text of ["yes", "tru", "truee", "1"]) expect(() => flag(text)).toThrow(CellError);
  });
  test("sizes", () => {
    expect(["", "0", "53687091200000"].map((text) => of(sizeCell, text))).toEqual([0, 0, 53_687_091_200_000]);
    for (const text of ["-1", "1e3", "1.5", "99999999999999999999"]) expect(() => of(sizeCell, text)).toThrow(CellError);
  });
  test("times are those of Date", () => {
    fc.assert(
      fc.property(fc.date({ min: new Date("1970-01-01"), max: new Date("2199-12-31"), noInvalidDate: true }), (date) => {
        expect(of(timeCell, date.toISOString())).toBe(date.getTime());
      }),
    );
    expect(of(timeCell, "")).toBeNull();
    expect(of(timeCell, "2026-10-04T01:00:00Z")).toBe(Date.UTC(2026, 9, 4, 1));
    expect(of(timeCell, "2026-10-04T01:00:00+02:00")).toBe(Date.UTC(2026, 9, 3, 23));
    expect(of(timeCell, "2028-02-29T23:59:59.999Z")).toBe(Date.UTC(2028, 1, 29, 23, 59, 59, 999));
  });
  test.each([
    "yesterday",
    "2026-02-30T01:00:00.000Z",
    "2026-02-29T01:00:00Z",
    "2026-13-01T01:00:00.000Z",
    "2026-00-01T01:00:00.000Z",
    "2026-10-00T01:00:00.000Z",
    "2026-04-31T01:00:00.000Z",
    "2026-10-04T24:00:00.000Z",
    "2026-10-04T01:60:00.000Z",
    "2026-10-04T01:00:60.000Z",
    "2026-10-04x01:00:00.000Z",
    "2026/10/04T01:00:00.000Z",
    "2026-10-04T01:00:00.000",
    "2026-10-04 01:00",
    "2026-10-04",
  ])("%s is no moment, or another one on each machine: an error, and never another date", (text) => {
    expect(() => of(timeCell, text)).toThrow(CellError);
  });
});
