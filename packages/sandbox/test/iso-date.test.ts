import fc from "fast-check";
import { expect, test } from "vitest";
import { isoDate } from "../src/iso-date.ts";

test("a date is written as the engine writes it, before 1970 too", () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 }), (ms) => {
      expect(isoDate(ms)).toBe(new Date(ms).toISOString());
    }),
    { numRuns: 2_000 },
  );
  for (const ms of [0, -1, 999, 86_399_999, 86_400_000, Date.UTC(2024, 1, 29, 23, 59, 59)])
    expect(isoDate(ms)).toBe(new Date(ms).toISOString());
});

test("what is no date is refused", () => {
  expect(() => isoDate(Number.NaN)).toThrow(RangeError);
});
