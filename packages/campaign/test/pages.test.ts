// Row groups that are written from bytes: read back they are what was written, and their bytes depend on nothing but their content.
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { expect, test } from "vitest";
import { TableEncoder } from "../src/parquet/encode.ts";
import { plainBytes } from "../src/parquet/encoded.ts";
import type { PageColumn } from "../src/parquet/pages.ts";
import type { TableColumn } from "../src/parquet/structures.ts";

interface Row {
  key: string;
  version: string | null;
  latest: boolean;
  size: number;
  time: number | null;
  word: string;
  grants: string | null;
}

const COLUMNS: readonly TableColumn[] = [
  { name: "key", type: "STRING", nullable: false },
  { name: "version", type: "STRING", nullable: true },
  { name: "latest", type: "BOOLEAN", nullable: false },
  { name: "size", type: "INT64", nullable: false },
  { name: "time", type: "TIMESTAMP", nullable: true },
  { name: "word", type: "STRING", nullable: false },
  { name: "grants", type: "STRING", nullable: true },
];

const presence = (values: readonly unknown[]): Uint8Array | undefined =>
  values.includes(null) ? Uint8Array.from(values, (v) => (v === null ? 0 : 1)) : undefined;
const some = <T>(values: readonly (T | null)[]): T[] => values.filter((v): v is T => v !== null);

function bytes(values: readonly (string | null)[], compress: boolean): PageColumn {
  return { kind: "bytes", plain: plainBytes(some(values).map((v) => Buffer.from(v))), compress, present: presence(values) };
}

function words(values: readonly (string | null)[]): PageColumn {
  const distinct = [...new Set(some(values))];
  return {
    kind: "words",
    words: distinct.map((word) => Buffer.from(word)),
    places: Uint32Array.from(some(values), (v) => distinct.indexOf(v)),
    present: presence(values),
  };
}

const pagesOf = (rows: readonly Row[]): PageColumn[] => [
  bytes(
    rows.map((r) => r.key),
    true,
  ),
  bytes(
    rows.map((r) => r.version),
    false,
  ),
  { kind: "boolean", values: Uint8Array.from(rows, (r) => (r.latest ? 1 : 0)) },
  { kind: "int64", values: Float64Array.from(rows, (r) => r.size) },
  { kind: "int64", values: Float64Array.from(some(rows.map((r) => r.time))), present: presence(rows.map((r) => r.time)) },
  words(rows.map((r) => r.word)),
  words(rows.map((r) => r.grants)),
];

function tableOf(groups: readonly Row[][]): Uint8Array {
  const table = new TableEncoder(COLUMNS);
  for (const rows of groups) table.pages(rows.length, pagesOf(rows));
  return table.finish({});
}

const text = fc.string({ unit: "binary", maxLength: 30 }).map((t) => t.toWellFormed());
const row: fc.Arbitrary<Row> = fc.record({
  key: fc.oneof(
    text,
    fc.nat(99).map((n) => `raw/clicks/part-${n}.snappy.parquet`),
  ),
  version: fc.option(text),
  latest: fc.boolean(),
  size: fc.oneof(fc.nat(), fc.maxSafeNat()),
  time: fc.option(fc.nat(4_000_000_000).map((s) => s * 1_000)),
  word: fc.constantFrom("STANDARD", "GLACIER", ""),
  grants: fc.option(fc.nat(400).map((n) => `[{"id":"${"f".repeat(n)}"}]`)),
});
const groups = fc.array(fc.array(row, { minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 3 });

test("a table read back is the table that was written", async () => {
  await fc.assert(
    fc.asyncProperty(groups, async (written) => {
      const file = tableOf(written);
      const read = await parquetReadObjects({ file: file.slice().buffer });
      expect(read).toEqual(written.flat().map((r) => ({ ...r, size: BigInt(r.size), time: r.time === null ? null : new Date(r.time) })));
    }),
    { numRuns: 60 },
  );
});

test("the same rows give the same bytes, whatever was written before them", () => {
  fc.assert(
    fc.property(fc.array(groups, { minLength: 2, maxLength: 6 }), (tables) => {
      const first = tables.map(tableOf);
      const again = [...tables].reverse().map(tableOf).reverse();
      for (const [i, table] of first.entries()) expect(Buffer.compare(table, again[i] as Uint8Array)).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test("the footer is what an independent writer makes of the same facts, byte for byte", () => {
  fc.assert(
    fc.property(groups, fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true }), (written, entries) => {
      const table = new TableEncoder(COLUMNS);
      for (const rows of written) table.pages(rows.length, pagesOf(rows));
      const file = table.finish(entries);
      const { metadata_length: length, ...facts } = parquetMetadata(file.slice().buffer);
      const writer = new ByteWriter();
      writeMetadata(writer, { ...facts, metadata_length: 0 });
      expect(Buffer.compare(file.subarray(file.length - 8 - length, file.length - 4), writer.getBytes())).toBe(0);
    }),
    { numRuns: 60 },
  );
});
