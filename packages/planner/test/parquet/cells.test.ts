// The cursors against what other writers wrote and another reader reads: every kind of page, read whole and in leaps.
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { COLUMNS, type ColumnName } from "../../src/source/columns.ts";
import { asyncBuffer, byRanges, type CellRow, FILES, NAMES, readCells } from "./fixture/cells.ts";

const TRUTH: CellRow[] = readFileSync(`${import.meta.dirname}/files/rows.ndjson`, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => ({ ...Object.fromEntries(NAMES.map((name) => [COLUMNS[name].parquet, null])), ...JSON.parse(line) }));

describe("files written by Arrow", () => {
  test.each(FILES.map((path) => [basename(path), path]))("%s has the rows that were written", async (_, path) => {
    expect(await readCells(readFileSync(path), NAMES)).toEqual(TRUTH);
  });

  test.each(FILES.map((path) => [basename(path), path]))("%s has them too where it is read by ranges", async (_, path) => {
    const bytes = readFileSync(path);
    for (const readAhead of [1, 300, 5_000]) expect(await readCells(bytes, NAMES, undefined, byRanges(bytes, readAhead))).toEqual(TRUTH);
  });

  test.each(FILES.map((path) => [basename(path), path]))("%s gives the same rows to whoever leaps over others", async (_, path) => {
    const bytes = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(TRUTH.length - 1), { maxLength: 12 }), async (rows) => {
        const wanted = new Set(rows);
        expect(await readCells(bytes, NAMES, (row) => wanted.has(row))).toEqual(TRUTH.filter((_, row) => wanted.has(row)));
      }),
      { numRuns: 25 },
    );
  });
});

/** As hyparquet reads it. */
async function byHyparquet(bytes: Uint8Array, names: readonly ColumnName[]): Promise<CellRow[]> {
  const rows = await parquetReadObjects({ file: asyncBuffer(bytes), compressors, columns: names.map((name) => COLUMNS[name].parquet) });
  const cell = (value: unknown): unknown => (value instanceof Date ? value.getTime() : typeof value === "bigint" ? Number(value) : value);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cell(value) ?? null])) as CellRow);
}

const INVENTORIES = resolve(import.meta.dirname, "../../../../../shared/inventories");
if (!existsSync(INVENTORIES)) console.warn(`SKIPPED: the golden reports are not at ${INVENTORIES}; files/ covers the same ground`);

describe.skipIf(!existsSync(INVENTORIES))("the golden reports' data files", () => {
  const paths = globSync(`${INVENTORIES}/parquet/**/*.parquet`).sort();
  test.each(paths.map((path) => [basename(path), path]))("%s is read as hyparquet reads it", async (_, path) => {
    const names = Object.keys(COLUMNS) as ColumnName[];
    const bytes = readFileSync(path);
    expect(await readCells(bytes, names)).toEqual(await byHyparquet(bytes, names));
  });
});

describe("files written by hyparquet-writer", () => {
  const rare = fc.oneof({ weight: 8, arbitrary: fc.string({ maxLength: 12 }) }, { weight: 1, arbitrary: fc.string({ maxLength: 300 }) });
  const few = fc.constantFrom("", "STANDARD", "GLACIER", "ünï");
  const sparse = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<(T | null)[]> =>
    fc.oneof(
      fc.array(value, { maxLength: 200 }),
      fc.array(fc.option(value, { freq: 3 }), { maxLength: 200 }),
      fc.array(fc.constant(null), { maxLength: 40 }),
    );
  const drawn = fc.record({
    key: sparse(rare),
    storageClass: sparse(few),
    // Fifty times the largest object that S3 has.
    size: sparse(fc.nat(2 ** 31 - 1).map((n) => n * 2 ** 20)),
    lastModified: sparse(fc.integer({ min: 0, max: 4_000_000_000_000 })),
    isLatest: sparse(fc.boolean()),
    texts: fc.constantFrom("PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY", undefined),
    numbers: fc.constantFrom("PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT", undefined),
    booleans: fc.constantFrom("PLAIN", "RLE", undefined),
    codec: fc.constantFrom("SNAPPY", "UNCOMPRESSED"),
    pageSize: fc.integer({ min: 20, max: 3_000 }),
    rowGroupSize: fc.integer({ min: 1, max: 250 }),
  });

  test("are read as they were written, whatever the encodings, the pages and the nulls", async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async ({ texts, numbers, booleans, codec, pageSize, rowGroupSize, ...columns }) => {
        const rows = Math.max(...Object.values(columns).map((cells) => cells.length));
        const cellsOf = <T>(cells: readonly (T | null)[]): (T | null)[] => Array.from({ length: rows }, (_, i) => cells[i] ?? null);
        const encoded = <T>(encoding: T | undefined): { encoding?: T } => (encoding === undefined ? {} : { encoding });
        const source = (
          name: ColumnName,
          type: ColumnSource["type"],
          data: unknown[],
          encoding: ColumnSource["encoding"],
        ): ColumnSource => ({
          name: COLUMNS[name].parquet,
          nullable: true,
          ...(type === undefined ? {} : { type }),
          data,
          ...encoded(encoding),
        });
        const written = {
          key: cellsOf(columns.key),
          storageClass: cellsOf(columns.storageClass),
          size: cellsOf(columns.size),
          lastModified: cellsOf(columns.lastModified),
          isLatest: cellsOf(columns.isLatest),
        };
        const bytes = new Uint8Array(
          parquetWriteBuffer({
            codec: codec as "SNAPPY",
            pageSize,
            rowGroupSize,
            columnData: [
              source("key", "STRING", written.key, texts as ColumnSource["encoding"]),
              source("storageClass", "STRING", written.storageClass, undefined),
              source(
                "size",
                "INT64",
                written.size.map((n) => (n === null ? null : BigInt(n))),
                numbers as ColumnSource["encoding"],
              ),
              source(
                "lastModified",
                "TIMESTAMP",
                written.lastModified.map((n) => (n === null ? null : new Date(n))),
                undefined,
              ),
              source("isLatest", "BOOLEAN", written.isLatest, booleans as ColumnSource["encoding"]),
            ],
          }),
        );
        const names = Object.keys(written) as (keyof typeof written)[];
        const expected = Array.from({ length: rows }, (_, i) =>
          Object.fromEntries(names.map((name) => [COLUMNS[name].parquet, written[name][i] ?? null])),
        );
        expect(await readCells(bytes, names)).toEqual(expected);
      }),
      { numRuns: 120 },
    );
  });
});
