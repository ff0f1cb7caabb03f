// Files with bytes flipped, overwritten and cut off, from a seed: the reader gives the error, or rows of the right number where nothing could tell; never another
// exception, never without an end.
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { OrcError, readRows } from "../../src/orc/index.ts";
import { seeded } from "../fixture/seeded.ts";
import type { TestCodec } from "./fixture/codecs.ts";
import { EXAMPLES, hasExamples, hasInventories, INVENTORIES, openBytes } from "./fixture/open.ts";
import { type TestColumn, type TestValue, writeOrc } from "./fixture/write.ts";

const ROWS = 40;
const random = seeded(20_261_004);
const column = (name: string, type: TestColumn["type"], value: (i: number) => TestValue, dictionary = false): TestColumn => ({
  name,
  type,
  dictionary,
  values: Array.from({ length: ROWS }, (_, i) => value(i)),
});
/** All kinds of streams, all kinds of runs. */
const COLUMNS = [
  column("key", "string", (i) => `raw/${i}/${"x".repeat(random(30))}`),
  column("version_id", "string", (i) => (i % 5 === 0 ? null : `v${random(1_000_000)}`)),
  column("object_owner", "string", (i) => (i % 31 === 3 ? null : `owner-${random(3)}`), true),
  column("is_latest", "boolean", (i) => (i % 17 === 16 ? null : random(2) === 0)),
  column("size", "bigint", (i) => (i % 29 === 28 ? 2n ** 60n : BigInt(random(1_000_000)))),
  column(
    "last_modified_date",
    "timestamp",
    (i) => 1_790_000_000_000_000_000n + BigInt(random(1_000_000)) * 1_000_000_000n + BigInt(i % 3) * 123n,
  ),
  column("day", "date", (i) => BigInt(18_000 + (i >> 3))),
];
const FILES = (
  [
    ["none", 1],
    ["none", 2],
    ["zlib", 2],
    ["snappy", 1],
    ["lz4", 2],
    ["zstd", 1],
  ] as const satisfies [TestCodec, 1 | 2][]
).map(([codec, version]) => ({
  name: `${codec} v0.1${version}`,
  bytes: writeOrc(COLUMNS, { codec, version, stripeRows: 25, blockBytes: 256 }),
}));

/** Rows, or undefined where the reader gave its error. Everything else it might throw is for the test to fail with. */
async function rowsOf(bytes: Uint8Array, names?: string[]): Promise<number | undefined> {
  try {
    return (await readRows(await openBytes(bytes), names)).length;
  } catch (error) {
    if (!(error instanceof OrcError)) throw error;
    expect(error.message).toMatch(/^test\.orc/);
    return undefined;
  }
}

/** Longer than any of these files can take on a busy machine; a reader that hangs would not come to an end at all. */
const MINUTE = 60_000;

describe("a damaged file", () => {
  test.each(FILES)(
    "$name: with any one byte changed it gives the error, or as many rows as before",
    async ({ bytes }) => {
      const next = seeded(bytes.length);
      let refused = 0;
      for (let at = 0; at < bytes.length; at++) {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = (damaged[at] as number) ^ (1 + next(255));
        const rows = await rowsOf(damaged);
        if (rows === undefined) refused++;
        else expect(rows, `byte ${at} of ${bytes.length}`).toBe(ROWS);
      }
      expect(refused).toBeGreaterThan(bytes.length / 10);
    },
    MINUTE,
  );

  test.each(FILES)(
    "$name: cut off anywhere it gives the error",
    async ({ bytes }) => {
      for (let length = 0; length < bytes.length; length++)
        expect(await rowsOf(bytes.subarray(0, length)), `cut to ${length}`).toBeUndefined();
    },
    MINUTE,
  );

  test.each(FILES)(
    "$name: with stretches overwritten, exchanged or left out it gives the error, or as many rows as before",
    async ({ bytes }) => {
      const next = seeded(7 * bytes.length);
      for (let round = 0; round < 100; round++) {
        const from = next(bytes.length);
        const length = 1 + next(40);
        const damaged = Buffer.from(bytes);
        if (round % 3 === 0) for (let i = 0; i < length && from + i < damaged.length; i++) damaged[from + i] = next(256);
        else if (round % 3 === 1) damaged.copyWithin(from, next(bytes.length), bytes.length);
        const rows = await rowsOf(round % 3 === 2 ? Buffer.concat([damaged.subarray(0, from), damaged.subarray(from + length)]) : damaged);
        if (rows !== undefined) expect(rows).toBe(ROWS);
      }
    },
    MINUTE,
  );

  test("without compression, a byte changed in a column's data is no matter to the other columns", async () => {
    const { bytes } = FILES[1] as (typeof FILES)[number];
    const at = Buffer.from(bytes).indexOf("raw/7/");
    const damaged = Uint8Array.from(bytes);
    damaged[at] = 0xff;
    const others = COLUMNS.map(({ name }) => name).filter((name) => name !== "key");
    expect(await readRows(await openBytes(damaged), others)).toEqual(await readRows(await openBytes(bytes), others));
  });

  test("what a footer says of rows and dictionaries is not believed by allocating for it", async () => {
    const places = new Array<string>(4).fill("here");
    for (const codec of ["none", "zlib"] as const) {
      for (const claimed of [5, 2 ** 24, 2 ** 50]) {
        const rows = writeOrc([{ name: "a", type: "bigint", values: [1n, 2n, 3n, 9n] }], { codec, claimRows: claimed });
        await expect(openBytes(rows).then((file) => readRows(file))).rejects.toThrow(
          /^test\.orc, stripe 1(, column a, stream DATA, byte 3: ends too early|: has \d+ rows, too many)/,
        );
        const entries = writeOrc([{ name: "a", type: "string", values: places, dictionary: true }], { codec, claimDictionary: claimed });
        await expect(openBytes(entries).then((file) => readRows(file))).rejects.toThrow(
          /^test\.orc, stripe 1, column a, stream LENGTH, byte \d+: ends too early/,
        );
      }
      const fewer = writeOrc([{ name: "a", type: "bigint", values: [1n, 2n, 3n, 9n] }], { codec, claimRows: 3 });
      await expect(openBytes(fewer).then((file) => readRows(file))).rejects.toThrow(
        "test.orc, stripe 1, column a: has more values than the stripe has rows",
      );
    }
  });
});

const SAMPLES = [
  ...globSync(`${EXAMPLES}/*.orc`).filter(
    (path) =>
      !/demo-|testDate|nulls-at-end|columnProjection|testWithoutIndex|orc-file-11|orc_split_elim\.orc|testSnappy|testZstd|testLz/.test(
        path,
      ),
  ),
  ...globSync(`${INVENTORIES}/orc/**/*.orc`),
].sort();

describe.skipIf(!hasExamples || !hasInventories)("a damaged sample file", () => {
  test.each(SAMPLES.map((path) => ({ name: basename(path), path })))(
    "$name: with bytes changed it gives the error, or as many rows as before",
    async ({ path }) => {
      const bytes = readFileSync(path);
      const next = seeded(bytes.length);
      const names = async (): Promise<string[]> => {
        try {
          return (await openBytes(bytes)).schema
            .filter(({ kind }) => !["array", "map", "struct", "uniontype"].includes(kind))
            .map(({ name }) => name);
        } catch (error) {
          if (error instanceof OrcError) return [];
          throw error;
        }
      };
      const wanted = await names();
      const rows = await rowsOf(bytes, wanted);
      for (let round = 0; round < 25; round++) {
        const damaged = Buffer.from(bytes);
        for (let flips = next(3); flips >= 0 && damaged.length > 0; flips--) {
          const at = round % 2 === 0 ? next(damaged.length) : damaged.length - 1 - next(Math.min(damaged.length, 800));
          damaged[at] = (damaged[at] as number) ^ (1 << next(8));
        }
        const read = await rowsOf(damaged, wanted);
        if (read !== undefined) expect(read).toBe(rows);
      }
    },
    MINUTE,
  );
});
