// ORC data files on their way to the triage: every row once and in order, foreign columns right wherever they are first wanted, and what cannot be believed refused.
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { memoryBytes } from "../../src/columnar/bytes.ts";
import { Desk } from "../../src/columnar/desk.ts";
import { readOrc, readStripes } from "../../src/orc/report.ts";
import { Rooms } from "../../src/orc/stripe-cells.ts";
import { type OwnerCell, Triage } from "../../src/scan/triage.ts";
import { Witness } from "../../src/scan/witness.ts";
import { COLUMNS, type ColumnName, orcColumns } from "../../src/source/columns.ts";
import { BUCKET_OWNER, REPORT_CREATED, UPLOADERS } from "../fixture/config.ts";
import { withFolder } from "../fixture/planned.ts";
import { packedRows } from "../fixture/records.ts";
import { type TestColumn, type TestValue, type WriteOptions, writeOrc } from "./fixture/write.ts";

const BUCKET = "data-lake-prod";
const UPLOADER = UPLOADERS[0]?.[1] as string;
const COUNT = 20_000;
const KINDS: Record<string, TestColumn["type"]> = {
  is_latest: "boolean",
  is_delete_marker: "boolean",
  size: "bigint",
  last_modified_date: "timestamp",
};
const SMALL = new Set(["bucket", "storage_class", "object_owner", "object_access_control_list"]);

type TestRow = Record<string, TestValue>;

/** Foreign rows stand alone, far apart, and in every row of a stretch: so that columns are wanted, left, and wanted again. */
const foreign = (i: number): boolean => i === 9_000 || i === 9_001 || (i >= 16_384 && i % 3 === 0);
const row = (i: number): TestRow => ({
  bucket: BUCKET,
  key: `k/${i}/é`,
  version_id: i % 2 === 0 ? `v${i}` : i % 4 === 1 ? "" : null,
  is_latest: i % 5 !== 0,
  is_delete_marker: i % 11 === 10,
  size: BigInt(i),
  last_modified_date: BigInt(REPORT_CREATED + i) * 1_000_000n,
  e_tag: i % 7 === 0 ? null : `e${i}`,
  storage_class: i % 13 === 0 ? null : "STANDARD",
  object_owner: foreign(i) ? UPLOADER : BUCKET_OWNER,
});

function fileOf(rows: readonly TestRow[], dictionary: boolean, options: Partial<WriteOptions> = {}): Uint8Array {
  const columns = Object.keys(rows[0] as TestRow).map((name): TestColumn => {
    const type = KINDS[name] ?? "string";
    return { name, type, dictionary: dictionary && SMALL.has(name), values: rows.map((values) => values[name] ?? null) };
  });
  return writeOrc(columns, { codec: "zlib", stripeRows: 15_000, ...options });
}

/** Wants every row in full, its own rows and delete markers too, and decides none. */
class Whole extends Triage {
  override readonly whole = true;
  readonly seen: unknown[] = [];

  override foreign(owner: OwnerCell): void {
    const { row } = this;
    const { isLatest, size, lastModified, storageClass } = row;
    this.seen.push([
      row.number,
      row.key(),
      row.version.text(),
      isLatest,
      size,
      lastModified,
      row.etag.text(),
      storageClass,
      owner.owner.id,
    ]);
  }
}

const SETTINGS = {
  bucket: BUCKET,
  bucketOwner: BUCKET_OWNER,
  accounts: UPLOADERS.map(([id, canonicalId]) => ({ id, canonicalId })),
  actions: { default: "acl", thirdPartyGrants: "keep", rules: [] },
  reportCreated: REPORT_CREATED,
} as const;

/** What goes on to the plan: every foreign row, of which nothing stands in the way. */
async function planned(bytes: Uint8Array, names?: readonly ColumnName[]): Promise<{ rows: unknown[]; tally: Triage["tally"] }> {
  const rows: unknown[] = [];
  const triage = new Triage(SETTINGS, "data/f.orc", (chunk) => {
    for (const { key, version, isLatest, size, modified, etag, shape } of packedRows(chunk))
      rows.push([key, version, isLatest, size, modified, etag, shape.storageClass, shape.owner]);
  });
  await scan(bytes, triage, names);
  return { rows, tally: triage.tally };
}

async function scan(bytes: Uint8Array, triage: Triage, names?: readonly ColumnName[]): Promise<void> {
  const at = Object.fromEntries(
    (names ?? (Object.keys(COLUMNS) as ColumnName[]).filter((name) => COLUMNS[name].parquet in row(0))).map((name, i) => [name, i]),
  );
  await withFolder(async (folder) => {
    const path = join(folder, "f.orc");
    await writeFile(path, bytes);
    await readOrc(
      {
        file: { key: "data/f.orc", size: bytes.length, md5: createHash("md5").update(bytes).digest("hex") },
        location: { kind: "local", path },
        remote: {
          read: () => {
            throw new Error("nothing here is remote");
          },
        },
        columns: { count: Object.keys(at).length, at },
        bucket: BUCKET,
        progress: () => undefined,
        room: async () => undefined,
      },
      triage,
    );
  });
  triage.finish();
}

describe("an ORC report", () => {
  test.each([true, false])("gives each foreign row its own cells, however far apart they stand (dictionaries: %s)", async (dictionary) => {
    const rows = Array.from({ length: COUNT }, (_, i) => row(i));
    const { rows: seen, tally } = await planned(fileOf(rows, dictionary));
    const wanted = rows.map((values, i) => ({ values, i })).filter(({ values, i }) => foreign(i) && values.is_delete_marker !== true);
    expect(seen).toEqual(
      wanted.map(({ values, i }) => [
        values.key,
        values.version_id === null || values.version_id === "" ? "null" : values.version_id,
        values.is_latest,
        i,
        REPORT_CREATED + i,
        values.e_tag,
        values.storage_class ?? "",
        UPLOADER,
      ]),
    );
    expect(tally.total.rows).toBe(COUNT);
    expect(tally.total.deleteMarkers).toBe(rows.filter((values) => values.is_delete_marker === true).length);
    expect(tally.total.ownedByBucketOwner).toBe(rows.filter((values, i) => !foreign(i) && values.is_delete_marker !== true).length);
  });

  test.each(["none", "zlib", "snappy", "lz4", "zstd"] as const)("has every cell where chunks of %s end in its midst", async (codec) => {
    const rows = Array.from({ length: 3_000 }, (_, i) => ({ ...row(i), object_owner: i % 3 === 0 ? UPLOADER : BUCKET_OWNER }));
    const whole = await planned(fileOf(rows, true, { codec: "none" }));
    expect(whole.rows).toHaveLength(rows.filter((_, i) => i % 3 === 0 && i % 11 !== 10).length);
    for (const [blockBytes, dictionary] of [
      [7, true],
      [101, false],
      [4_096, true],
    ] as const)
      expect(await planned(fileOf(rows, dictionary, { codec, blockBytes, stripeRows: 2_500 }))).toEqual(whole);
  });

  test.each(["none", "zlib", "zstd"] as const)("in %s has the same rows where little of it fits on the desk, or nothing", async (codec) => {
    const rows = Array.from({ length: 6_000 }, (_, i) => ({ ...row(i), object_owner: i % 3 === 0 ? UPLOADER : BUCKET_OWNER }));
    const bytes = fileOf(rows, true, { codec, blockBytes: 20_000, stripeRows: 2_500 });
    const at = Object.fromEntries(
      (Object.keys(COLUMNS) as ColumnName[]).filter((name) => COLUMNS[name].parquet in row(0)).map((name, i) => [name, i]),
    );
    const readOn = async (desk: Desk): Promise<unknown[]> => {
      const found: unknown[] = [];
      const triage = new Triage(SETTINGS, "data/f.orc", (chunk) => found.push(...packedRows(chunk)));
      const input = {
        file: { key: "data/f.orc", size: bytes.length, md5: "" },
        columns: { count: Object.keys(at).length, at },
        ...{ bucket: BUCKET, progress: () => undefined, room: async () => undefined },
      };
      await readStripes({ bytes: memoryBytes(bytes), begin: () => undefined, passed: 0 }, new Rooms(desk), input, triage);
      triage.finish();
      return found;
    };
    const whole = await readOn(new Desk());
    expect(whole).toHaveLength(rows.filter((_, i) => i % 3 === 0 && i % 11 !== 10).length);
    for (const pageBytesMax of [64, 15_000, 50_000]) expect(await readOn(new Desk(pageBytesMax))).toEqual(whole);
  });

  test("without version columns has current objects without version IDs", async () => {
    const { rows } = await planned(fileOf([{ key: "a", size: 1n, object_owner: UPLOADER }], false), ["key", "size", "owner"]);
    expect(rows).toEqual([["a", null, true, 1, Number.NaN, null, "", UPLOADER]]);
  });

  test("gives every row in full where that is asked for, the bucket owner's own and delete markers too", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => row(i));
    const triage = new Whole(SETTINGS, "data/f.orc", () => undefined);
    await scan(fileOf(rows, true), triage);
    expect(triage.seen).toEqual(
      rows.map((values, i) => [
        i + 1,
        values.key,
        values.version_id === null || values.version_id === "" ? "null" : values.version_id,
        values.is_latest,
        i,
        REPORT_CREATED + i,
        values.e_tag ?? "",
        values.storage_class ?? "",
        values.object_owner,
      ]),
    );
  });

  test("is read for one object only where its stripes may have it, and every row of it is counted", async () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => ({ ...row(i), key: `k/${String(i).padStart(5, "0")}` }));
    const bytes = fileOf(
      rows.map((values, i) => (i < 1_000 || i >= 3_000 ? { ...values, bucket: "nobody looks here" } : values)),
      true,
      { stripeRows: 1_000 },
    );
    const asked = async (key: string): Promise<Witness> => {
      const witness = new Witness(SETTINGS, "data/f.orc", { key, versionId: undefined });
      await scan(bytes, witness);
      return witness;
    };
    const { found, tally } = await asked("k/02345");
    expect(found).toMatchObject([{ row: 2_346, versionId: "null", facts: { size: 2_345 } }]);
    expect(tally.total.rows).toBe(5_000);
    expect((await asked("k/01500/")).found).toEqual([]);
    expect((await asked("l")).tally.total.rows).toBe(5_000);
    await expect(asked("k/04000")).rejects.toThrow("nobody looks here");
  });

  const refused: [string, TestRow, RegExp][] = [
    ["another bucket", { bucket: "other" }, /^Row 3 of the data file data\/f\.orc is about the bucket "other", not data-lake-prod/],
    ["an empty key", { key: "" }, /^Row 3 of the data file data\/f\.orc has an empty key/],
    ["no key", { key: null }, /has an empty key/],
    ["a negative size", { size: -5n }, /^Row 3 of the data file data\/f\.orc has -5 as its size/],
    ["a size beyond belief", { size: 2n ** 60n }, /has 1152921504606847000 as its size/],
    ["a time before 1970", { last_modified_date: -86_400_000_000_000n }, /has -86400000 as its last_modified_date/],
  ];
  test.each(refused)("with %s in a foreign row is refused by row", async (_, change, message) => {
    const rows = [0, 1, 2].map((i) => ({ ...row(i), object_owner: UPLOADER, ...(i === 2 ? change : {}) }));
    await expect(planned(fileOf(rows, false))).rejects.toMatchObject({
      name: "PlanError",
      code: "row-invalid",
      message: expect.stringMatching(message),
    });
  });

  test("with a key that is not UTF-8 is refused by row", async () => {
    const bytes = Buffer.from(fileOf([{ ...row(1), object_owner: UPLOADER }], false, { codec: "none" }));
    bytes[bytes.indexOf("k/1/") + 1] = 0xff;
    await expect(planned(bytes)).rejects.toThrow("Row 1 of the data file data/f.orc has a key that is not UTF-8");
  });

  test("with a key that is not UTF-8 among its last chunks is refused by row, whatever lay in the same memory before", async () => {
    const rows = Array.from({ length: 4_000 }, (_, i) => ({
      ...row(i),
      key: i === 3_995 ? "k/~^{}" : `k/${i}`,
      object_owner: UPLOADER,
      is_delete_marker: false,
    }));
    const bytes = Buffer.from(fileOf(rows, false, { codec: "snappy", blockBytes: 1_024 }));
    bytes[bytes.indexOf("~^{}") + 1] = 0xff;
    await expect(planned(bytes)).rejects.toThrow("Row 3996 of the data file data/f.orc has a key that is not UTF-8");
  });

  test("whose file is not what the manifest says, or damaged, is refused by place", async () => {
    const bytes = fileOf([row(1), row(2)], true);
    await expect(planned(bytes, ["key", "acl"])).rejects.toMatchObject({
      code: "data-file-corrupt",
      message: expect.stringMatching(
        /^The data file data\/f\.orc cannot be read: column object_access_control_list: there is no such column\. Its MD5 is what/,
      ),
    });
    const wrong = writeOrc([{ name: "key", type: "bigint", values: [1n] }]);
    await expect(planned(wrong, ["key"])).rejects.toThrow(
      "The data file data/f.orc cannot be read: column key: is a bigint, not a string.",
    );
    await expect(planned(bytes.subarray(0, -30))).rejects.toThrow(/cannot be read: .*the file was cut off, or is no ORC file/);
  });
});

describe("an ORC fileSchema", () => {
  test("names its columns in any order, and none inside a type's own brackets", () => {
    const columns = orcColumns(
      "struct<object_owner:string, future:decimal(10,2),other:map<string,array<int>>,is_latest:boolean,key:string,size:bigint>",
    );
    expect(columns).toEqual({ count: 6, at: { owner: 0, isLatest: 3, key: 4, size: 5 } });
  });
});
