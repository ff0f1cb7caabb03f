// Rows that no honest report has, in files whose checksum is right: each stops the plan with the row's number, and none becomes another object.
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { explain, plan } from "../src/index.ts";
import { NOW, testConfig, UPLOADERS } from "./fixture/config.ts";
import { withFolder, withStore } from "./fixture/planned.ts";
import { writeFiles } from "./fixture/report.ts";

const [, UPLOADER] = UPLOADERS[0] as (typeof UPLOADERS)[number];
const STRANGER = "0145e9b921d769ee31258d374787b65042d51ee30ccf39a9c3a478e5a5438678";
const SCHEMA = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, ETag, Size, ObjectAccessControlList, ObjectOwner";
const ODD_ACL = Buffer.from(JSON.stringify({ version: "2030-01-01", status: "AVAILABLE", grants: [] })).toString("base64");

async function planOf(rows: readonly (readonly string[])[], holdUnreadableAcls = false) {
  return withFolder(async (folder) => {
    const text = rows.map((cells) => `${["data-lake-prod", ...cells].map((cell) => `"${cell}"`).join(",")}\n`).join("");
    const manifest = await writeFiles(folder, [gzipSync(text)], { schema: SCHEMA });
    return withStore((store) => plan({ config: testConfig(manifest), store, now: () => NOW, threads: 1, holdUnreadableAcls }));
  });
}
const plain = (key: string): string[] => [key, "v", "true", "false", "e", "1", "", UPLOADER];

describe("a cell that is longer than anything S3 has", () => {
  test.each([
    ["key", "k".repeat(1_025), "v", "e", /Row 2 .* has a key of 1025 bytes, where S3 has 1024 at most/],
    ["key that would wrap around", "k".repeat(70_000), "v", "e", /Row 2 .* has a key of 70000 bytes/],
    ["version ID", "k", "v".repeat(66_000), "e", /Row 2 .* has a version ID or an ETag of more than 1024 bytes/],
    ["ETag", "k", "v", "e".repeat(65_535), /Row 2 .* has a version ID or an ETag/],
  ])("%s", async (_, key, version, etag, says) => {
    await expect(planOf([plain("first"), [key, version, "true", "false", etag, "1", "", UPLOADER]])).rejects.toMatchObject({
      code: "row-invalid",
      message: expect.stringMatching(says),
    });
  });

  test("but not one of 1,024 bytes", async () => {
    expect((await planOf([plain("k".repeat(1_024))])).planned).toEqual({ acl: 1 });
  });
});

describe("a quote that nobody closes names its own row", () => {
  const line = (key: string): string => `${["data-lake-prod", ...plain(key)].map((cell) => `"${cell}"`).join(",")}\n`;
  test.each([
    ["in the first row", "", "k", /^Row 1 of the data file .* ends inside a quoted field/],
    ["behind others", line("a") + line("b"), "k", /^Row 3 of the data file .* ends inside a quoted field/],
    [
      "behind a megabyte",
      line("a") + line("b"),
      "k".repeat(3 << 20),
      /^Row 3 of the data file .* does not end within 1048576 bytes: a quote is not closed/,
    ],
    ["behind one of its own", "", "k".repeat(3 << 20), /^Row 1 of the data file .* does not end within/],
  ])("%s", async (_, before, after, says) => {
    await withFolder(async (folder) => {
      const manifest = await writeFiles(folder, [gzipSync(`${before}"data-lake-prod","${after}`)], { schema: SCHEMA });
      const planned = withStore((store) => plan({ config: testConfig(manifest), store, now: () => NOW, threads: 1 }));
      await expect(planned).rejects.toMatchObject({ code: "row-invalid", message: expect.stringMatching(says) });
    });
  });
});

test("a time that no calendar has is refused, whoever asks", async () => {
  const parquet = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: "key", type: "STRING", data: ["first", "far"] },
        { name: "size", type: "INT64", data: [1n, 1n] },
        { name: "last_modified_date", type: "INT64", data: [NOW, 8_640_000_000_000_001].map(BigInt) },
        { name: "object_owner", type: "STRING", data: [UPLOADER, UPLOADER] },
      ],
    }),
  );
  const schema =
    "message s3.inventory { required binary key; required int64 size; required int64 last_modified_date; required binary object_owner;}";
  const refused = { code: "row-invalid", message: expect.stringMatching(/Row 2 .* has 8640000000000001 as its last_modified_date/) };
  await withFolder(async (folder) => {
    const config = testConfig(await writeFiles(folder, [parquet], { format: "Parquet", schema }));
    await withStore((store) => expect(plan({ config, store, now: () => NOW, threads: 1 })).rejects.toMatchObject(refused));
    await expect(explain({ config, key: "far", now: () => NOW, threads: 1 })).rejects.toMatchObject(refused);
  });
});

describe("an ACL that cannot be understood", () => {
  test.each([
    ["an owner that no account is configured for", STRANGER],
    ["an anonymous owner", "65a011a29cdf8ec533ec3d1ccaae921c"],
  ])("of %s stops the plan too: the grants table would lack what is in it", async (_, owner) => {
    const rows = [plain("first"), ["odd", "v", "true", "false", "e", "1", ODD_ACL, owner]];
    await expect(planOf(rows)).rejects.toMatchObject({ code: "acl-undecodable", message: expect.stringMatching(/row 2: .*2030-01-01/) });
    expect((await planOf(rows, true)).planned).toEqual({ acl: 1 });
  });
});
