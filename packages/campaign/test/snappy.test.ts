// The compressor in WebAssembly writes, byte for byte, what an independent one in JavaScript writes, and both read back as what went in.
import fc from "fast-check";
import { snappyUncompress } from "hyparquet";
import { snappyCompress as independent } from "hyparquet-writer/src/snappy.js";
import { expect, test } from "vitest";
import { snappyCompress } from "../src/parquet/snappy.ts";

function roundTrip(input: Uint8Array): void {
  const packed = Buffer.from(snappyCompress(input));
  expect(packed.equals(Buffer.from(independent(input)))).toBe(true);
  const out = new Uint8Array(input.length);
  if (input.length > 0) snappyUncompress(packed, out);
  expect(Buffer.from(out).equals(Buffer.from(input))).toBe(true);
}

const noise = fc.uint8Array({ maxLength: 400 });
const repeats = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 90 }), fc.integer({ min: 1, max: 40 })), { maxLength: 12 })
  .map((parts) => Buffer.concat(parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => bytes))));
const keys = fc
  .array(fc.string({ unit: fc.constantFrom(..."abc/=0123-"), maxLength: 60 }), { maxLength: 200 })
  .map((names) => Buffer.from(names.map((name) => `raw/dt=2026/${name}.parquet`).join("\u0000")));

test("any bytes, in any order of calls", () => {
  fc.assert(fc.property(fc.oneof(noise, repeats, keys), roundTrip), { numRuns: 1_000 });
});

test("lengths about every limit of the format: literals of 60, 256 and 65,536 bytes, copies of 64, distances of 2,048 and 65,535", () => {
  let state = 1;
  const random = (length: number): Buffer =>
    Buffer.from(
      Uint8Array.from({ length }, () => {
        state = Math.imul(state, 1_103_515_245) + 12_345;
        return state >>> 16;
      }),
    );
  for (const length of [0, 1, 14, 15, 16, 59, 60, 61, 62, 255, 256, 257, 258, 65_535, 65_536, 65_537, 200_000]) {
    roundTrip(random(length));
    roundTrip(Buffer.alloc(length, 7));
  }
  const head = random(80);
  for (const distance of [80, 2_046, 2_047, 2_048, 2_049, 65_534, 65_535, 65_536, 65_537])
    for (const length of [4, 11, 12, 63, 64, 65, 67, 68, 69, 80])
      roundTrip(Buffer.concat([head, random(distance - 80), head.subarray(0, length), random(20)]));
});
