import { describe, expect, test } from "vitest";
import { seededAccounts } from "../src/account/seeded.ts";
import { inventoryBucket } from "../src/fill/bucket-state.ts";
import { fillBucket } from "../src/fill/fill.ts";
import { inventoryEntries } from "../src/inventory/columns.ts";
import { formEncodedKey } from "../src/inventory/csv.ts";
import { writeReport } from "../src/inventory/report.ts";
import type { Bucket } from "../src/store/bucket.ts";
import { readContent } from "../src/store/content.ts";
import { Store } from "../src/store/store.ts";
import { readReport } from "./report-reader.ts";

const now = Date.UTC(2026, 9, 4, 1, 0, 30);
const store = new Store();
const accounts = seededAccounts({ seed: 5, count: 4, region: "us-east-1" });
const source = fillBucket(store, {
  bucket: "lake",
  objects: 3_000,
  seed: 5,
  accounts,
  region: "us-east-1",
  now,
  versioning: true,
  mode: undefined,
});
const destination = inventoryBucket(store, source, now);

const fetch = (key: string): Buffer => {
  const version = destination.find(key, undefined);
  if (version === undefined) throw new Error(`there is no ${key}`);
  return readContent(version.content, 0, version.size);
};

const make = (format: "csv" | "parquet", from: Bucket = source, rowsPerFile = 1_000) =>
  writeReport({ store, source: from, destination, format, now, rowsPerFile });

describe("an inventory report", () => {
  test("has one row for each version and delete marker of the bucket, with what the store holds", async () => {
    const { rows } = await readReport(await make("csv"), fetch);
    expect(rows).toHaveLength(source.versions.versionCount);
    const byName = new Map(rows.map((row) => [`${row.key}\u0000${row.version_id ?? "null"}`, row]));
    expect(byName.size).toBe(rows.length);
    for (const { version, isLatest } of inventoryEntries(source)) {
      const row = byName.get(`${version.key}\u0000${version.versionId}`);
      expect(row).toMatchObject({ bucket: "lake", is_latest: isLatest, is_delete_marker: version.isDeleteMarker });
      expect(row?.last_modified_date).toBe(new Date(version.lastModified).toISOString());
      if (version.isDeleteMarker) {
        expect(row).toMatchObject({ size: null, e_tag: null, storage_class: null, object_owner: null, object_access_control_list: null });
        continue;
      }
      expect(row).toMatchObject({
        size: version.size,
        e_tag: version.etag,
        storage_class: version.storageClass,
        encryption_status: version.encryption.kind,
        object_owner: version.owner,
        is_multipart_uploaded: version.parts !== undefined,
      });
      const acl = JSON.parse(Buffer.from(String(row?.object_access_control_list), "base64").toString());
      expect(acl).toMatchObject({ version: "2022-11-10", status: "AVAILABLE" });
      expect(acl.grants).toHaveLength(version.acl.length);
    }
  });

  test("says the same in CSV and in Parquet, row for row", async () => {
    const csv = await readReport(await make("csv"), fetch);
    const parquet = await readReport(await make("parquet"), fetch);
    expect(parquet.rows).toEqual(csv.rows);
    expect(parquet.manifest.files).toHaveLength(3);
    expect(csv.manifest.files).toHaveLength(3);
  });

  test("has the manifest of the S3 User Guide", async () => {
    const address = await make("csv");
    const { manifest } = await readReport(address, fetch);
    expect(address).toMatch(/^s3:\/\/inventory-reports\/inventory\/lake\/all-versions\/2026-10-04T01-\d\dZ\/manifest\.json$/);
    expect(manifest).toMatchObject({
      sourceBucket: "lake",
      destinationBucket: "arn:aws:s3:::inventory-reports",
      version: "2016-11-30",
      creationTimestamp: String(now),
      fileFormat: "CSV",
    });
    expect(manifest.fileSchema).toMatch(
      /^Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, .*, ObjectAccessControlList, ObjectOwner$/,
    );
    for (const file of manifest.files) expect(file.key).toMatch(/^inventory\/lake\/all-versions\/data\/[0-9a-f-]{36}\.csv\.gz$/);
    const stamp = /all-versions\/(.+)Z\//.exec(address)?.[1]?.replace("T", "-");
    expect(fetch(`inventory/lake/all-versions/hive/dt=${stamp}/symlink.txt`).toString().split("\n")).toEqual(
      manifest.files.map((file) => `s3://inventory-reports/${file.key}`),
    );
    const { manifest: parquet } = await readReport(await make("parquet"), fetch);
    expect(parquet.fileFormat).toBe("Parquet");
    expect(parquet.fileSchema).toMatch(
      /^message s3.inventory \{ required binary bucket \(UTF8\); required binary key \(UTF8\); optional binary version_id \(UTF8\);/,
    );
    expect(parquet.fileSchema).toContain("optional int64 last_modified_date (TIMESTAMP_MILLIS);");
  });

  test("never overwrites an earlier report of the same minute", async () => {
    const addresses = [await make("csv"), await make("csv"), await make("csv")];
    expect(new Set(addresses).size).toBe(3);
  });

  test("tells stored owners and ACLs also while ACLs are disabled", async () => {
    const before = await readReport(await make("csv"), fetch);
    source.ownership = "BucketOwnerEnforced";
    const after = await readReport(await make("csv"), fetch);
    source.ownership = undefined;
    expect(after.rows).toEqual(before.rows);
  });

  test("of an empty bucket has one file without rows", async () => {
    const empty = store.createBucket({
      name: "empty",
      owner: source.owner,
      accountId: source.accountId,
      region: "us-east-1",
      createdAt: now,
    });
    for (const format of ["csv", "parquet"] as const) {
      const { manifest, rows } = await readReport(await make(format, empty), fetch);
      expect(rows).toEqual([]);
      expect(manifest.files).toHaveLength(1);
    }
  });

  test.each([
    ["a b", "a+b"],
    ["a+b", "a%2Bb"],
    ["a%20b", "a%2520b"],
    ["dir/é~.txt", "dir/%C3%A9~.txt"],
    ["it's (1)!*", "it%27s+%281%29%21%2A"],
    ["line\nbreak", "line%0Abreak"],
  ])("writes the key %j as %j in CSV", (key, encoded) => {
    expect(formEncodedKey(key)).toBe(encoded);
  });
});
