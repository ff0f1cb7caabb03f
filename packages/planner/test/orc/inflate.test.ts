// The inflate kernel against zlib: the same bytes of whatever zlib wrote, and of damaged streams the same bytes or zlib's own error.
import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inflateBlock } from "../../src/orc/inflate.ts";
import { DEFLATE_WAYS } from "../fixture/deflate-ways.ts";
import { seeded } from "../fixture/seeded.ts";

const BYTES_MAX = 1 << 20;
const digits = (random: (below: number) => number, count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => random(16).toString(16)).join(""));

/** Pieces that repeat what came before them, from near and far, among others that do not. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(255), fc.nat(2_000)).map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc.tuple(fc.nat(1 << 30), fc.nat(3_000)).map(([seed, count]) => digits(seeded(seed), count)),
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(60)).map(([piece, times]) => Buffer.concat(Array(times).fill(piece))),
      fc.nat(40_000).map((count) => Buffer.alloc(count, "raw/clicks/part-0123456789.snappy.parquet")),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

/** Only the kernel's answers are no Buffers; zlib's are. */
const isKernels = (answer: Uint8Array): boolean => !Buffer.isBuffer(answer);

describe("the inflate kernel", () => {
  test.each(DEFLATE_WAYS)("gives back what zlib wrote (%o)", (way) => {
    fc.assert(
      fc.property(bytes, (plain) => {
        const answer = inflateBlock(deflateRawSync(plain, way), Math.max(1, plain.length));
        expect(isKernels(answer)).toBe(true);
        expect(Buffer.compare(answer, plain)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("has zlib's answer for every stream with a bit flipped, or cut off", () => {
    const random = seeded(5);
    for (let i = 0; i < 4_000; i++) {
      const plain = Buffer.concat([digits(random, random(500)), Buffer.alloc(random(300), "key")]);
      const stream = deflateRawSync(plain, DEFLATE_WAYS[i % DEFLATE_WAYS.length]);
      const at = random(stream.length);
      stream[at] = (stream[at] as number) ^ (1 << random(8));
      const damaged = i % 4 === 0 ? stream.subarray(0, random(stream.length)) : stream;
      const told = answerOf(() => inflateRawSync(damaged, { maxOutputLength: 2_000 }));
      const answer = answerOf(() => inflateBlock(damaged, 2_000));
      if (typeof told === "string" || typeof answer === "string") expect(answer).toBe(told);
      else expect(Buffer.compare(answer, told)).toBe(0);
    }
  });

  test("refuses a stream that becomes more than it may, one byte or many", () => {
    for (const length of [1_001, 1_300, 100_000]) {
      for (const plain of [Buffer.alloc(length, 7), digits(seeded(9), length)])
        for (const way of DEFLATE_WAYS)
          expect(() => inflateBlock(deflateRawSync(plain, way), 1_000)).toThrow("Cannot create a Buffer larger than 1000");
    }
  });

  test("takes a stream of many blocks, the last of them empty", () => {
    const plain = digits(seeded(3), BYTES_MAX);
    expect(Buffer.compare(inflateBlock(deflateRawSync(plain), BYTES_MAX), plain)).toBe(0);
  });
});

function answerOf(inflate: () => Uint8Array): Uint8Array | string {
  try {
    return inflate();
  } catch (error) {
    return error instanceof Error ? error.message : "no error";
  }
}
