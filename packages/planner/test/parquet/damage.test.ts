// Files with bytes flipped, overwritten and cut off, from a seed, read below the checksum that would have told: the reader gives the plan's error, or as many rows as
// there were where nothing could tell; never another exception, never without an end. And lengths that lie ask for no memory.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import fc from "fast-check";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { describe, expect, test } from "vitest";
import { memoryBytes } from "../../src/columnar/bytes.ts";
import { newUnsnap } from "../../src/columnar/unsnap.ts";
import { PlanError } from "../../src/error.ts";
import { decompressPage } from "../../src/parquet/codec.ts";
import { Rooms } from "../../src/parquet/columns.ts";
import { Deltas } from "../../src/parquet/delta.ts";
import { faultIn } from "../../src/parquet/fault.ts";
import { parsePageHeader } from "../../src/parquet/page-header.ts";
import { readGroups } from "../../src/parquet/reader.ts";
import { Runs } from "../../src/parquet/runs.ts";
import { Triage } from "../../src/scan/triage.ts";
import { BUCKET_OWNER, REPORT_CREATED, testConfig } from "../fixture/config.ts";
import { seeded } from "../fixture/seeded.ts";
import { asyncBuffer, FILES, NAMES, readCells } from "./fixture/cells.ts";

const ROWS = 120;
/** For each file and kind of damage. */
const TRIES = 60;
const rooms = new Rooms();
const fault = faultIn("data/test.parquet", "key", 0, 1);

/** Rows that the triage was handed; undefined where the reader gave its error. Everything else that it might throw is for the test to fail with. */
async function planned(bytes: Uint8Array): Promise<number | undefined> {
  const settings = {
    bucket: "data-lake-prod",
    bucketOwner: BUCKET_OWNER,
    accounts: [],
    actions: testConfig("unused").actions,
    reportCreated: REPORT_CREATED,
  };
  const triage = new Triage(settings, "data/test.parquet", () => undefined);
  const at = Object.fromEntries(NAMES.map((name, i) => [name, i]));
  try {
    await readGroups(
      { bytes: memoryBytes(bytes), file: asyncBuffer(bytes) },
      rooms,
      {
        file: { key: "data/test.parquet", size: bytes.length, md5: "" },
        location: { kind: "local", path: "unused" },
        remote: {
          read() {
            throw new Error("nothing is read here");
          },
        },
        columns: { count: NAMES.length, at },
        bucket: "data-lake-prod",
        progress: () => undefined,
        room: async () => undefined,
      },
      triage,
    );
    return triage.tally.total.rows;
  } catch (error) {
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}

async function cells(bytes: Uint8Array): Promise<number | undefined> {
  try {
    return (await readCells(bytes, NAMES)).length;
  } catch (error) {
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}

describe.each(FILES.map((path) => [basename(path), readFileSync(path)] as const))("%s", (name, whole) => {
  test("is whole itself", async () => {
    expect(await planned(whole)).toBe(ROWS);
  });

  test.each([
    ["a bit flipped", (bytes: Uint8Array, random: (below: number) => number) => flip(bytes, random)],
    ["a byte overwritten by an extreme", (bytes: Uint8Array, random: (below: number) => number) => overwrite(bytes, random)],
    ["its end cut off", (bytes: Uint8Array, random: (below: number) => number) => bytes.subarray(0, random(bytes.length))],
    ["a stretch of zeros", (bytes: Uint8Array, random: (below: number) => number) => wipe(bytes, random)],
  ])("with %s gives the error, or all its rows", async (kind, damage) => {
    const random = seeded(name.length * 1_000 + kind.length);
    for (let i = 0; i < TRIES; i++) {
      const damaged = damage(new Uint8Array(whole), random);
      for (const rows of [await planned(damaged), await cells(damaged)]) if (rows !== undefined) expect(rows).toBe(ROWS);
    }
  });
});

/** In the body or, as often, among the last bytes: the footer is small, and says the most. */
function place(bytes: Uint8Array, random: (below: number) => number): number {
  return random(2) === 0 ? random(bytes.length) : bytes.length - 1 - random(Math.min(bytes.length, 3_000));
}

function flip(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const at = place(bytes, random);
  bytes[at] = (bytes[at] as number) ^ (1 << random(8));
  return bytes;
}

function overwrite(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  bytes[place(bytes, random)] = [0, 0xff, 0x7f, 0x80][random(4)] as number;
  return bytes;
}

function wipe(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const at = random(bytes.length);
  return bytes.fill(0, at, at + 1 + random(20));
}

test("what is damaged is named: the file, the row group, the column", async () => {
  const whole = readFileSync(FILES.find((path) => path.endsWith("v1-snappy-dictionary.parquet")) as string);
  const bytes = new Uint8Array(whole);
  // The first column chunk's first page begins behind the magic number.
  bytes.fill(0xff, 4, 30);
  await expect(readCells(bytes, NAMES)).rejects.toThrow(
    /The data file data\/test\.parquet cannot be read: the column bucket in row group 1 of 3 has .*plan from another report/,
  );
});

test("columns that the manifest promised and the file does not have are named", async () => {
  const bytes = readFileSync(FILES[0] as string);
  await expect(readCells(bytes, ["key", "acl", "lockMode"])).rejects.toThrow(/no column object_access_control_list, object_lock_mode/);
});

describe("a length that lies", () => {
  const neverAsked = (): never => {
    throw new Error("asked for memory");
  };
  test.each(["SNAPPY", "GZIP", "ZSTD", "LZ4_RAW", "UNCOMPRESSED"] as const)("of a %s page is told before memory is asked for", (codec) => {
    expect(() => decompressPage(codec, new Uint8Array(40), 0x7fff_0000, neverAsked, fault)).toThrow(PlanError);
  });

  test("of a Brotli page ends with the page", () => {
    expect(() => decompressPage("BROTLI", new Uint8Array(40), 200_000_000, neverAsked, fault)).toThrow(PlanError);
  });

  test("of a run costs nothing, and the next number is the fault", () => {
    const runs = new Runs(new Uint8Array([0xfe, 0xff, 0xff, 0xff, 0x0f, 1]), 0, 6, 1, fault);
    expect(runs.ones(2_000_000_000)).toBe(2_000_000_000);
    runs.skip(147_483_647);
    expect(() => runs.next()).toThrow(/ends before its rows do/);
  });

  test("of a packed run ends where its bytes do", () => {
    const runs = new Runs(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x0f, 0b1010]), 0, 6, 4, fault);
    expect([runs.next(), runs.next()]).toEqual([10, 0]);
    expect(() => runs.next()).toThrow(/ends before its rows do/);
  });

  test("of differences ends where their bytes do", () => {
    const header = [0x80, 0x01, 4, 0xff, 0xff, 0xff, 0xff, 0x0f, 2];
    const deltas = new Deltas(new Uint8Array(header), 0, header.length, fault);
    expect(deltas.next()).toBe(1);
    expect(() => deltas.next()).toThrow(/ends before its rows do/);
  });

  test.each([
    ["a list without end in a page header", [0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]],
    ["structs within structs without end", new Array<number>(200).fill(0x1c)],
    ["an unknown type", [0x1d, 0, 0, 0]],
  ])("%s is no header", (_, bytes) => {
    const parse = () => parsePageHeader(new Uint8Array(bytes), 0, fault);
    try {
      expect(parse()).toBeUndefined();
    } catch (error) {
      expect(error).toBeInstanceOf(PlanError);
    }
  });
});

describe("a Snappy block", () => {
  const unsnap = newUnsnap();
  const plain = fc
    .array(
      fc.oneof(
        fc.uint8Array({ maxLength: 90 }),
        fc.tuple(fc.nat(255), fc.nat(900)).map(([byte, count]) => new Uint8Array(count).fill(byte)),
        fc.constant(Buffer.from("abcdefgh abcdefgh ")),
        fc.constant(Buffer.from("raw/clicks/dt=2010-01-11/part-")),
      ),
      { maxLength: 14 },
    )
    .map((parts) => new Uint8Array(Buffer.concat(parts)));

  test("comes back, whole or not at all", () => {
    fc.assert(
      fc.property(plain, (bytes) => {
        const block = snappyCompress(bytes);
        expect(Buffer.compare(unsnap(block, bytes.length) as Uint8Array, bytes)).toBe(0);
        expect(unsnap(block, bytes.length + 1)).toBeUndefined();
        expect(unsnap(block.subarray(0, block.length - 1), bytes.length)).toBeUndefined();
      }),
    );
  });

  test("with any byte changed gives as many bytes as asked for, or nothing", () => {
    fc.assert(
      fc.property(plain, fc.nat(), fc.nat(255), (bytes, at, byte) => {
        const block = new Uint8Array(snappyCompress(bytes));
        block[at % block.length] = byte;
        const answer = unsnap(block, bytes.length);
        if (answer !== undefined) expect(answer.length).toBe(bytes.length);
      }),
    );
  });

  test.each([
    ["a copy from before the beginning", "0800611105"],
    ["a copy of nothing", "08006101 00"],
    ["a literal of four billion bytes", "05fcffffffff61"],
    ["a length without end", "ffffffffffff01"],
    ["more than it says", "0208616263"],
  ])("that is %s is refused", (_, hex) => {
    const block = Buffer.from(hex.replaceAll(" ", ""), "hex");
    for (const bytes of [0, 1, 2, 5, 8]) expect(unsnap(block, bytes)).toBeUndefined();
  });
});
