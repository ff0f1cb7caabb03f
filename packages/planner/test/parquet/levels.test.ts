// Pages whose values are put together anew before they are read, while their levels, which lie in the page, are still to be read: Snappy pages of the first version.
import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { deltaByteArray } from "hyparquet-writer/src/delta.js";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { writeByteStreamSplit } from "hyparquet-writer/src/splitstream.js";
import { describe, expect, test } from "vitest";
import { memoryBytes } from "../../src/columnar/bytes.ts";
import { Rooms } from "../../src/parquet/columns.ts";
import { faultIn } from "../../src/parquet/fault.ts";
import type { Chunk, ColumnKind } from "../../src/parquet/footer.ts";
import { NumberCursor } from "../../src/parquet/numbers.ts";
import { TextCursor } from "../../src/parquet/texts.ts";
import { byRanges } from "./fixture/cells.ts";

const ROWS = 2_000;
/** No runs of the same: every byte of the levels counts. */
const isNull = (row: number): boolean => row % 3 === 1 || row % 7 === 2;
const PRESENT = Array.from({ length: ROWS }, (_, row) => row).filter((row) => !isNull(row));

/** A column chunk of one page: levels in packed groups of eight behind their length, then the values. */
function columnChunk(
  kind: ColumnKind,
  encoding: "DELTA_BYTE_ARRAY" | "BYTE_STREAM_SPLIT",
  values: Uint8Array,
): { bytes: Uint8Array; chunk: Chunk } {
  const groups = Math.ceil(ROWS / 8);
  const head = 2 * groups + 1;
  const bits = Buffer.alloc(groups);
  for (const row of PRESENT) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7));
  const levels = Buffer.from([(head & 0x7f) | 0x80, head >> 7, ...bits]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(levels.length);
  const page = new Uint8Array(Buffer.concat([length, levels, values]));
  const stored = snappyCompress(page);
  const writer = new ByteWriter();
  writePageHeader(writer, {
    type: "DATA_PAGE",
    uncompressed_page_size: page.length,
    compressed_page_size: stored.length,
    data_page_header: { num_values: ROWS, encoding, definition_level_encoding: "RLE", repetition_level_encoding: "RLE" },
  });
  writer.appendBytes(stored);
  const bytes = new Uint8Array(writer.getBytes());
  const chunk: Chunk = { kind, optional: true, codec: "SNAPPY", start: 0, end: bytes.length, rows: ROWS, fault: faultIn("f", "key", 0, 1) };
  return { bytes, chunk };
}

describe.each([
  ["in memory", memoryBytes],
  ["by ranges", (bytes: Uint8Array) => byRanges(bytes, 0)],
] as const)("levels of a page %s", (_, fileOf) => {
  test("are the same when its texts by common beginnings were put together", () => {
    const rooms = new Rooms();
    const texts = PRESENT.map((row) => `data/part-${row}`);
    const writer = new ByteWriter();
    deltaByteArray(
      writer,
      texts.map((text) => Buffer.from(text)),
    );
    const { bytes, chunk } = columnChunk({ kind: "text" }, "DELTA_BYTE_ARRAY", writer.getBytes());
    const cursor = new TextCursor(fileOf(bytes), chunk, rooms.of("key"));
    const { looked: rows, keys: places } = rooms.desk;
    for (let row = 0; row < ROWS; row++) rows[row] = row;
    expect(cursor.visit(rows, 0, ROWS, places)).toBe(ROWS);
    const found = Array.from({ length: ROWS }, (_, row) => {
      const start = places.starts[row] as number;
      return start < 0 ? undefined : cursor.text.buffer.toString("utf8", start, places.ends[row]);
    });
    expect(cursor.onDesk).toBe(true);
    expect(found).toEqual(Array.from({ length: ROWS }, (_, row) => (isNull(row) ? undefined : `data/part-${row}`)));
  });

  test("are the same when its numbers in split streams were put together", () => {
    const rooms = new Rooms();
    const writer = new ByteWriter();
    writeByteStreamSplit(
      writer,
      PRESENT.map((row) => BigInt(row) * 0x0101_0101_0101n),
      "INT64",
      undefined,
    );
    const kind = { kind: "number", type: "INT64", perUnit: 1 } as const;
    const { bytes, chunk } = columnChunk(kind, "BYTE_STREAM_SPLIT", writer.getBytes());
    const cursor = new NumberCursor(fileOf(bytes), chunk, kind, rooms.of("size"));
    cursor.fill(0, ROWS, rooms.desk.sizes);
    const expected = Array.from({ length: ROWS }, (_, row) => (isNull(row) ? Number.NaN : row * 0x0101_0101_0101));
    expect([...rooms.desk.sizes.subarray(0, ROWS)]).toEqual(expected);
  });
});
