// Whole files of any content, written by a writer of the tests' own: so that a clone without the sample files proves the reader too.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openOrc, readRows, type Value } from "../../src/orc/index.ts";
import type { TestCodec } from "./fixture/codecs.ts";
import { openBytes, rangesOf } from "./fixture/open.ts";
import { type TestColumn, type TestType, type TestValue, type WriteOptions, writeOrc } from "./fixture/write.ts";

const SECOND = 1_000_000_000n;
/** The half second before 1970 cannot be told from the one after: writers round it up. */
const representable = (nanos: bigint): boolean => !(nanos < 0n && nanos > -SECOND);
const VALUES: Record<TestType, fc.Arbitrary<TestValue>> = {
  boolean: fc.boolean(),
  tinyint: fc.bigInt({ min: -128n, max: 127n }),
  int: fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n - 1n }),
  bigint: fc.oneof(fc.bigInt({ min: 0n, max: 5_497_558_138_880n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  double: fc.double({ noNaN: true }),
  string: fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "STANDARD", "GLACIER", "a/b c+d%2F")),
  timestamp: fc.bigInt({ min: -2_000_000_000n * SECOND, max: 8_000_000_000n * SECOND }).filter(representable),
  date: fc.bigInt({ min: -100_000n, max: 100_000n }),
};

const table = fc
  .record({
    types: fc.array(fc.tuple(fc.constantFrom(...(Object.keys(VALUES) as TestType[])), fc.boolean(), fc.boolean()), {
      minLength: 1,
      maxLength: 5,
    }),
    rows: fc.integer({ min: 0, max: 60 }),
    repeat: fc.constantFrom(1, 1, 7),
  })
  .chain(({ types, rows, repeat }) =>
    fc.tuple(
      ...types.map(([type, nullable, dictionary], i) =>
        fc.array(nullable ? fc.option(VALUES[type], { freq: 3 }) : VALUES[type], { minLength: rows, maxLength: rows }).map(
          (values): TestColumn => ({
            name: `c${i}`,
            type,
            dictionary,
            values: values.flatMap((value) => new Array<TestValue>(repeat).fill(value)),
          }),
        ),
      ),
    ),
  );
const options: fc.Arbitrary<WriteOptions> = fc.record({
  codec: fc.constantFrom<TestCodec>("none", "zlib", "snappy", "lz4", "zstd"),
  version: fc.constantFrom(1, 2),
  stripeRows: fc.integer({ min: 1, max: 200 }),
  blockBytes: fc.constantFrom(16, 100, 65_536),
});

/** A value as the reader gives it. */
function read(type: TestType, value: TestValue): Value {
  if (typeof value !== "bigint") return value;
  if (type === "bigint") return value;
  if (type === "date") return new Date(Number(value) * 86_400_000).toISOString().slice(0, 10);
  if (type !== "timestamp") return Number(value);
  const nano = ((value % SECOND) + SECOND) % SECOND;
  const whole = new Date(Number((value - nano) / 1_000_000n)).toISOString().slice(0, 19).replace("T", " ");
  return `${whole}.${String(nano)
    .padStart(9, "0")
    .replace(/0{1,8}$/, "")}`;
}

const exactly = (value: Value | undefined, type: TestType): unknown =>
  type === "bigint" && typeof value === "number" ? BigInt(value) : value;

describe("a file of our own", () => {
  test("gives back any columns, in any codec and version, over any number of stripes", async () => {
    await fc.assert(
      fc.asyncProperty(table, options, async (columns, how) => {
        const file = await openBytes(writeOrc(columns, how));
        expect(file.schema.map(({ name, type }) => [name, type])).toEqual(columns.map(({ name, type }) => [name, type]));
        const rows = await readRows(file);
        expect(rows.length).toBe(columns[0]?.values.length);
        for (const { name, type, values } of columns)
          expect(rows.map((row) => exactly(row[name], type))).toEqual(values.map((value) => read(type, value)));
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  test("gives the same in stretches of any length, and after rows that were stepped over", async () => {
    await fc.assert(
      fc.asyncProperty(table, options, fc.array(fc.tuple(fc.boolean(), fc.nat(40))), async (columns, how, stretches) => {
        const file = await openBytes(writeOrc(columns, how));
        for (const index of file.stripes.keys()) {
          const whole = await file.readStripe(
            index,
            file.schema.map(({ name }) => name),
          );
          for (const reader of await (await file.openStripe(index)).open(file.schema)) {
            const vector = whole.columns.get(reader.column.name);
            for (const [skipped, length] of [...stretches, [false, 10_000] as const]) {
              const from = whole.rows - reader.rowsLeft;
              const size = Math.min(length, reader.rowsLeft);
              if (skipped) {
                reader.skip(size);
                continue;
              }
              const part = reader.read(size);
              for (let i = 0; i < size; i++) {
                expect(part.nulls?.[i] ?? 0).toBe(vector?.nulls?.[from + i] ?? 0);
                if (part.kind === "longs" && vector?.kind === "longs")
                  expect(BigInt(part.values[i] as number)).toBe(BigInt(vector.values[from + i] as number));
                if (part.kind === "dictionary" && vector?.kind === "dictionary") expect(part.indexes[i]).toBe(vector.indexes[from + i]);
                if (part.kind === "strings" && vector?.kind === "strings") {
                  const bytes = vector.bytes.subarray(vector.offsets[from + i], vector.offsets[from + i + 1]);
                  expect(Buffer.compare(part.bytes.subarray(part.offsets[i], part.offsets[i + 1]), bytes)).toBe(0);
                }
              }
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test("with more rows than one read gives comes back whole", async () => {
    const rows = 70_000;
    const columns: TestColumn[] = [
      { name: "size", type: "bigint", values: Array.from({ length: rows }, (_, i) => (i === 68_000 ? 2n ** 60n : BigInt(i * 7))) },
      { name: "key", type: "string", values: Array.from({ length: rows }, (_, i) => (i % 1_000 === 999 ? null : `k${i % 50_001}`)) },
      {
        name: "owner",
        type: "string",
        dictionary: true,
        values: Array.from({ length: rows }, (_, i) => `owner ${Math.floor(i / 30_000)}`),
      },
      { name: "latest", type: "boolean", values: Array.from({ length: rows }, (_, i) => i % 3 === 0) },
    ];
    const file = await openBytes(writeOrc(columns, { codec: "zlib", stripeRows: rows }));
    const read = await readRows(file);
    for (const { name, values } of columns) {
      const wrong = read.findIndex((row, i) => (typeof row[name] === "number" ? BigInt(row[name]) : row[name]) !== values[i]);
      expect(wrong, name).toBe(-1);
    }
  }, 60_000);
});

describe("projection", () => {
  const wide = Array.from({ length: 4_000 }, (_, i) => `${i} ${"x".repeat((i * 7919) % 50)}`);
  const columns: TestColumn[] = ["a", "b", "c"].map((name) => ({ name, type: "string", values: wide }));

  test("reads the bytes of the wanted column, and the file's end, and no others", async () => {
    const bytes = writeOrc(columns, { stripeRows: 1_000 });
    const asked: [number, number][] = [];
    const file = await openOrc(rangesOf(bytes, asked), "f.orc");
    const before = asked.reduce((sum, [start, end]) => sum + end - start, 0);
    asked.length = 0;
    expect((await readRows(file, ["b"])).map((row) => row.b)).toEqual(wide);
    const read = asked.reduce((sum, [start, end]) => sum + end - start, 0);
    expect(before).toBeLessThan(70_000);
    expect(read).toBeLessThan(bytes.length / 2);
  });

  test("a damaged column is no matter to those that do not read it", async () => {
    const bytes = writeOrc(columns, { codec: "zlib", stripeRows: 4_000 });
    bytes.fill(0x55, 10, 100);
    const file = await openBytes(bytes);
    expect((await readRows(file, ["c"])).length).toBe(4_000);
    await expect(readRows(file, ["a"])).rejects.toThrow(/^test\.orc, stripe 1, column a, stream DATA, byte 3: /);
  });

  test("a column that does not exist is an error that names it", async () => {
    await expect(readRows(await openBytes(writeOrc(columns)), ["owner"])).rejects.toThrow(
      "test.orc, column owner: there is no such column",
    );
  });
});

describe("stripes chosen by statistics", () => {
  const names = fc.array(fc.option(fc.constantFrom("", "a", "b", "bb", "é", "\u{10000}", "\uffff"), { freq: 4 }), { maxLength: 60 });
  const word = fc.constantFrom("", "a", "b", "bc", "z", "é", "\u{10000}", "\uffff");

  test("those left out hold no row that was looked for", async () => {
    await fc.assert(
      fc.asyncProperty(names, word, word, fc.integer({ min: 1, max: 9 }), async (values, low, high, stripeRows) => {
        const file = await openBytes(writeOrc([{ name: "owner", type: "string", values }], { stripeRows }));
        const bytes = (text: string): Buffer => Buffer.from(text);
        const tests = [
          [{ column: "owner", isNull: true }, (value: string | null) => value === null],
          [{ column: "owner", otherThan: low }, (value: string | null) => value !== low],
          [
            { column: "owner", between: [low, high] },
            (value: string | null) =>
              value !== null && Buffer.compare(bytes(value), bytes(low)) >= 0 && Buffer.compare(bytes(value), bytes(high)) <= 0,
          ],
        ] as const;
        for (const [predicate, passes] of tests) {
          const kept = new Set(await file.stripesWith(predicate));
          for (const [i, value] of values.entries()) if (passes(value)) expect(kept).toContain(Math.floor(i / stripeRows));
        }
      }),
    );
  });

  test("are few where the statistics say enough", async () => {
    const values = [...new Array(10).fill("me"), ...new Array(10).fill("other"), ...new Array(9).fill("me"), null];
    const file = await openBytes(
      writeOrc([{ name: "owner", type: "string", values, dictionary: true }], { stripeRows: 10, codec: "zlib" }),
    );
    expect(await file.stripesWith({ column: "owner", otherThan: "me" })).toEqual([1, 2]);
    expect(await file.stripesWith({ column: "owner", isNull: true })).toEqual([2]);
    expect(await file.stripesWith({ column: "owner", between: ["n", "p"] })).toEqual([1]);
    expect(await file.stripesWith({ column: "owner", between: ["x", "y"] })).toEqual([]);
  });
});
