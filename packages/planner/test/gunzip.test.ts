// gzip files of any kind, in pieces of any size, against zlib: the same text, or an error where zlib has one; and never a shorter text.
import { crc32, gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Gunzip } from "../src/csv/gunzip.ts";
import { Kernel } from "../src/csv/kernel.ts";
import { PlanError } from "../src/error.ts";
import { GZIP_HEADER_BYTES_MAX, INFLATED_PIECE_BYTES, ROW_BYTES_MAX } from "../src/limits.ts";
import type { DataFile } from "../src/source/manifest.ts";
import { DEFLATE_WAYS } from "./fixture/deflate-ways.ts";
import { seeded } from "./fixture/seeded.ts";

const FILE = { key: "data/0.csv.gz" } as DataFile;

type Random = (below: number) => number;

/** As a reader does: takes some of the text, changes what it took where it lies, and leaves the rest for the next time. */
function textOf(stored: Uint8Array, random: Random, pieceMax: number): Buffer {
  const kernel = Kernel.take();
  try {
    const gunzip = new Gunzip(kernel, FILE);
    const text: Buffer[] = [];
    const read = (from: number, end: number): number => {
      const rest = end - random(random(4) === 0 ? end - from + 1 : Math.min(200, end - from + 1));
      text.push(Buffer.from(kernel.memory.subarray(from, rest)));
      kernel.memory.fill(0xaa, from, rest);
      return rest;
    };
    for (let at = 0; at < stored.length; ) {
      const piece = stored.subarray(at, at + 1 + random(pieceMax));
      for (let taken = 0; taken < piece.length; ) {
        taken = gunzip.take(piece, taken);
        while (gunzip.inflate()) gunzip.read(read);
      }
      at += piece.length;
    }
    gunzip.finish();
    while (gunzip.inflate()) gunzip.read(read);
    text.push(Buffer.from(kernel.memory.subarray(gunzip.from, gunzip.end)));
    return Buffer.concat(text);
  } finally {
    kernel.giveBack();
  }
}

/** Text that repeats itself from near and as far as deflate reaches, between bytes that do not repeat at all. */
function anyText(random: Random, parts: number, bytesMax: number): Buffer {
  const made: Buffer[] = [];
  for (let i = 0; i < parts; i++) {
    const kind = random(5);
    const bytes = random(bytesMax);
    if (kind === 0) made.push(Buffer.from(Array.from({ length: bytes }, () => random(256))));
    else if (kind === 1) made.push(Buffer.from(Array.from({ length: bytes }, () => random(16).toString(16)).join("")));
    else if (kind === 2) made.push(Buffer.alloc(bytes, random(256)));
    else if (kind === 3) made.push(Buffer.alloc(bytes, `"data-lake","raw/clicks/part-${random(1_000)}.parquet"\n`));
    else {
      const all = Buffer.concat(made);
      const back = 1 + random(Math.max(1, Math.min(all.length, 32_768)));
      made.push(all.subarray(Math.max(0, all.length - back), Math.max(0, all.length - back) + bytes));
    }
  }
  return Buffer.concat(made);
}

/** The same member under a header with whatever a header can have. */
function withHeader(member: Buffer, random: Random): Buffer {
  const flags = random(32);
  const parts = [Buffer.from([0x1f, 0x8b, 8, flags, random(256), random(256), 0, 0, 0, 3])];
  if ((flags & 4) !== 0) {
    const extra = Buffer.alloc(random(700), random(256));
    parts.push(Buffer.from([extra.length & 0xff, extra.length >> 8]), extra);
  }
  if ((flags & 8) !== 0) parts.push(Buffer.from(`${"report".repeat(random(40))}.csv\0`));
  if ((flags & 16) !== 0) parts.push(Buffer.from(`${"é".repeat(random(40))}\0`));
  const header = Buffer.concat(parts);
  const check = crc32(header) & 0xffff;
  return Buffer.concat([header, Buffer.from((flags & 2) === 0 ? [] : [check & 0xff, check >> 8]), member.subarray(10)]);
}

const member = (text: Buffer, random: Random): Buffer => {
  const plain = gzipSync(text, DEFLATE_WAYS[random(DEFLATE_WAYS.length)]);
  return random(3) === 0 ? withHeader(plain, random) : plain;
};

const answerOf = (make: () => Buffer): Buffer | string => {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    return (error as Error).message;
  }
};

describe("a gzip file", () => {
  test("of any members, cut into any pieces, gives the text that was compressed, whatever its reader does to what it has read", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), fc.constantFrom(1, 7, 300, 5_000, 100_000), (seed, members, pieceMax) => {
        const random = seeded(seed);
        const texts = Array.from({ length: members }, () => anyText(random, random(8), 1 + random(pieceMax === 1 ? 300 : 9_000)));
        const stored = Buffer.concat(texts.map((text) => member(text, random)));
        expect(textOf(stored, random, pieceMax).equals(Buffer.concat(texts))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  const large = anyText(seeded(11), 160, 60_000);
  test.each(DEFLATE_WAYS)("that is far larger than the memory it is read through comes out whole (%o)", (way) => {
    const random = seeded(12);
    const stored = gzipSync(large, way);
    for (const pieceMax of [1_000, 70_000, stored.length]) expect(textOf(stored, random, pieceMax).equals(large)).toBe(true);
  });

  test("with a bit flipped has an error where zlib has one, and else the same text", () => {
    const random = seeded(5);
    for (let i = 0; i < 3_000; i++) {
      const stored = Buffer.concat(Array.from({ length: 1 + random(2) }, () => member(anyText(random, random(4), 400), random)));
      const at = random(stored.length);
      stored[at] = (stored[at] as number) ^ (1 << random(8));
      const told = answerOf(() => gunzipSync(stored));
      const answer = answerOf(() => textOf(stored, random, stored.length));
      if (typeof told === "string") expect(answer).toMatch(/^The data file data\/0\.csv\.gz cannot be read to its end: /);
      // zlib takes a zero, and whatever stands behind it, for padding; S3 writes none.
      else if (typeof answer === "string") expect(answer).toContain("bytes that are not gzip follow the end of its stream at byte ");
      else expect(answer.equals(told)).toBe(true);
    }
  });

  test("that is cut off anywhere is said to end too early", () => {
    const random = seeded(6);
    for (let i = 0; i < 1_000; i++) {
      const stored = member(anyText(random, random(4), 400), random);
      const cut = stored.subarray(0, 1 + random(stored.length - 1));
      expect(answerOf(() => textOf(cut, random, cut.length))).toContain("its gzip stream ends too early");
    }
  });

  test.each([
    ["nothing", Buffer.alloc(0), "it is empty, and not even an empty gzip file"],
    ["other bytes", Buffer.from('"bucket","key"\n'), "it is not gzip data: its first bytes are no gzip header"],
    ["another method", Buffer.from([0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 3]), "an unknown compression method"],
    ["unknown flags", Buffer.from([0x1f, 0x8b, 8, 0x40, 0, 0, 0, 0, 0, 3]), "unknown flags"],
    ["bytes behind it", Buffer.concat([gzipSync("a"), Buffer.from("b")]), "follow the end of its stream at byte 21"],
    ["zeros behind it", Buffer.concat([gzipSync("a"), Buffer.alloc(1)]), "follow the end of its stream at byte 21"],
    [
      "a name without an end",
      Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(9_000, "n")]),
      "ends too early",
    ],
    [
      "a name of megabytes",
      Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(3 << 20, "n")]),
      "does not end within",
    ],
  ])("that is %s is refused in a sentence", (_, stored, says) => {
    expect(() => textOf(stored, seeded(1), 2 << 20)).toThrow(PlanError);
    expect(answerOf(() => textOf(stored, seeded(1), 2 << 20))).toContain(says);
  });

  test("with the wrong checksum, or the wrong length, is refused", () => {
    const stored = gzipSync("some text");
    for (const back of [8, 5, 4, 1]) {
      const wrong = Buffer.from(stored);
      wrong[wrong.length - back] = (wrong[wrong.length - back] as number) ^ 1;
      expect(answerOf(() => textOf(wrong, seeded(1), 10))).toContain("its text is not what was compressed");
    }
  });

  test("whose member reaches for the text of the one before it is damaged, as zlib says", () => {
    // Fixed codes: a copy of three bytes from three bytes back, then the end.
    const reaching = Buffer.concat([gzipSync("").subarray(0, 10), Buffer.from([0x03, 0x22, 0x00, 0, 0, 0, 0, 0, 0, 0, 0])]);
    const stored = Buffer.concat([gzipSync("abcabc"), reaching]);
    expect(answerOf(() => gunzipSync(stored))).toBe("invalid distance too far back");
    expect(answerOf(() => textOf(stored, seeded(1), 100))).toContain("its gzip stream is damaged at about byte ");
  });
});

test("the kernel has room for the longest row that waits for its end, another piece of text behind it, and a header that is not whole", () => {
  const kernel = Kernel.take();
  try {
    const { TEXT, TEXT_BYTES, INPUT_BYTES } = kernel.constants;
    const history = kernel.exports.beginText() - TEXT;
    const slack = 512 + 64;
    expect(TEXT_BYTES).toBeGreaterThanOrEqual(Math.max(history, ROW_BYTES_MAX) + INFLATED_PIECE_BYTES + slack);
    expect(INPUT_BYTES).toBeGreaterThan(GZIP_HEADER_BYTES_MAX);
  } finally {
    kernel.giveBack();
  }
});
