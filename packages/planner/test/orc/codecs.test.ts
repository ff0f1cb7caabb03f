// Decompression: what a writer compressed comes back, and what is damaged is an error before it can ask for memory.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteStream } from "../../src/orc/byte-stream.ts";
import { OrcError } from "../../src/orc/index.ts";
import { lz4Decompress } from "../../src/orc/lz4.ts";
import { snappyDecompress } from "../../src/orc/snappy.ts";
import { compressed, lz4Compress, snappyCompress, type TestCodec } from "./fixture/codecs.ts";

const fault = (reason: string): OrcError => new OrcError("block", {}, reason);
const CODECS: TestCodec[] = ["none", "zlib", "snappy", "lz4", "zstd"];
/** Bytes that repeat, near and far, and overlap themselves. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 90 }),
      fc.tuple(fc.nat(255), fc.nat(700)).map(([b, n]) => new Uint8Array(n).fill(b)),
      fc.constant(Buffer.from("abcdefgh abcdefgh ")),
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

describe("a block", () => {
  test.each([
    ["Snappy", snappyCompress, snappyDecompress],
    ["LZ4", lz4Compress, lz4Decompress],
  ] as const)("of %s comes back, whole or not at all", (_, compress, decompress) => {
    fc.assert(
      fc.property(bytes, (plain) => {
        const block = compress(plain);
        expect(Buffer.compare(decompress(block, 100_000, fault), plain)).toBe(0);
        if (plain.length > 0) expect(() => decompress(block, plain.length - 1, fault)).toThrow(OrcError);
      }),
    );
  });

  test.each([
    ["Snappy", snappyCompress, snappyDecompress],
    ["LZ4", lz4Compress, lz4Decompress],
  ] as const)("of %s with any byte changed gives bytes or the error, and never more bytes than allowed", (_, compress, decompress) => {
    fc.assert(
      fc.property(bytes, fc.nat(), fc.nat(255), (plain, at, byte) => {
        const block = compress(plain);
        block[at % block.length] = byte;
        try {
          expect(decompress(block, 5_000, fault).length).toBeLessThanOrEqual(5_000);
        } catch (error) {
          if (!(error instanceof OrcError)) throw error;
        }
      }),
    );
  });

  const hostile: [string, typeof snappyDecompress, string, RegExp][] = [
    ["a Snappy length without end", snappyDecompress, "ffffffffff01", /more than|without a length/],
    ["a Snappy copy from before the beginning", snappyDecompress, "0800611105", /damaged/],
    ["a Snappy copy of nothing", snappyDecompress, "08006101 00", /damaged/],
    ["a Snappy block that is longer than it says", snappyDecompress, "02 08 616263", /damaged/],
    ["a Snappy block that is shorter than it says", snappyDecompress, "0500 61", /does not become the 5 bytes that it says/],
    ["an LZ4 match from before the beginning", lz4Decompress, "1061 0500 00", /from outside/],
    ["an LZ4 length without end", lz4Decompress, "f0ffffffff", /cut off/],
    ["an empty LZ4 block", lz4Decompress, "", /cut off/],
  ];
  test.each(hostile)("%s", (_, decompress, hex, message) => {
    expect(() => decompress(Buffer.from(hex.replaceAll(" ", ""), "hex"), 1_000, fault)).toThrow(message);
  });
});

describe("a stream of chunks", () => {
  const open = (stored: Uint8Array, codec: TestCodec, blockBytes: number): ByteStream =>
    new ByteStream({ bytes: stored, offset: 1_000 }, { codec, blockBytes }, "f.orc", { stripe: 2, column: "key", stream: "DATA" });

  test.each(CODECS)("of %s is read across its chunks in pieces of any size", (codec) => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 600 }), fc.array(fc.nat(500)), (plain, blockBytes, pieces) => {
        const stream = open(compressed(plain, codec, blockBytes), codec, blockBytes);
        let at = 0;
        for (const [i, wanted] of [...pieces, plain.length].entries()) {
          const size = Math.min(wanted, plain.length - at);
          if (i % 2 === 0) stream.need(size);
          expect(Buffer.compare(stream.take(size), plain.subarray(at, at + size))).toBe(0);
          at += size;
        }
        expect(stream.exhausted()).toBe(true);
        expect(() => stream.byte()).toThrow("f.orc, stripe 2, column key, stream DATA");
      }),
    );
  });

  test("a chunk that is longer than what is left, or than its block, is told with its place in the file", () => {
    const chunk = compressed(new Uint8Array(64), "zlib", 64);
    expect(() => open(chunk.subarray(0, -1), "zlib", 64)).toThrow(
      /^f\.orc, stripe 2, column key, stream DATA, byte 1000: has a compression chunk of \d+ bytes where only \d+ are left$/,
    );
    expect(() => open(Buffer.concat([chunk, Uint8Array.of(1, 0)]), "zlib", 64)).toThrow(/byte 10\d\d: is cut off in the header/);
    expect(() =>
      open(
        compressed(
          new Uint8Array(fc.sample(fc.uint8Array({ minLength: 64, maxLength: 64 }), { numRuns: 1, seed: 1 })[0] ?? []),
          "zlib",
          64,
        ),
        "zlib",
        8,
      ),
    ).toThrow("in blocks of 8");
  });

  test("a chunk that becomes more than its block is refused while it is decompressed", () => {
    for (const codec of CODECS.slice(1)) {
      const stream = open(compressed(new Uint8Array(4_000), codec, 4_000), codec, 1_000);
      expect(() => stream.need(1), codec).toThrow(OrcError);
    }
  });

  test("more bytes than the file could become are refused before there is memory for them", () => {
    expect(() => open(compressed(new Uint8Array(4_000), "zlib", 4_000), "zlib", 1 << 23).take(2 ** 31)).toThrow("ends too early");
  });
});
