// The parts of a copy: whatever the size, they are parts that S3 takes, and the source's own where S3 takes those.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COPY_PART_BYTES, PART_BYTES_MAX, PART_BYTES_MIN, PARTS_MAX } from "../../src/limits.ts";
import { acceptable, equalParts } from "../../src/operations/part-plan.ts";

describe("equal parts", () => {
  it("are acceptable for every size from 5 GB to the largest object that 10,000 parts can hold, and add up", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: PARTS_MAX * PART_BYTES_MAX }), (size) => {
        const sizes = equalParts(size);
        expect(acceptable(sizes, size)).toBe(true);
        expect(sizes.length).toBeLessThanOrEqual(Math.max(1, Math.ceil(size / COPY_PART_BYTES)));
      }),
      { numRuns: 60 },
    );
    expect(equalParts(PARTS_MAX * PART_BYTES_MAX)).toHaveLength(PARTS_MAX);
  });
});

describe("a source's own parts", () => {
  const of = (sizes: number[]): boolean =>
    acceptable(
      sizes,
      sizes.reduce((a, b) => a + b, 0),
    );
  it("are kept within S3's bounds, the last one as small as it is", () => {
    expect(of([PART_BYTES_MIN, PART_BYTES_MAX, 1])).toBe(true);
    expect(of([PART_BYTES_MIN - 1, PART_BYTES_MAX])).toBe(false);
    expect(of([PART_BYTES_MAX + 1, 1])).toBe(false);
    expect(of([])).toBe(false);
    expect(acceptable([PART_BYTES_MIN, 5], PART_BYTES_MIN + 6)).toBe(false);
  });
});
