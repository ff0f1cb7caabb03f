import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { seededAccounts } from "../src/account/seeded.ts";
import { allUsers, anonymousCanonicalId, logDelivery } from "../src/acl/acl.ts";
import { checksumOfContent } from "../src/checksum/checksum.ts";
import { customerKeyMd5Of } from "../src/fill/customer-key.ts";
import { fillBucket } from "../src/fill/fill.ts";
import { hardKeys } from "../src/fill/keys.ts";
import { inventoryEntries } from "../src/inventory/columns.ts";
import type { Bucket } from "../src/store/bucket.ts";
import { md5Of } from "../src/store/content.ts";
import type { Checksum, ObjectVersion } from "../src/store/object.ts";
import { Store } from "../src/store/store.ts";

const accounts = seededAccounts({ seed: 7, count: 5, region: "us-east-1" });
const ownerId = accounts[0]?.canonicalId ?? "";
const now = Date.UTC(2026, 10, 21, 18, 0, 0);

function filled(
  changes: { seed?: number; objects?: number; versioning?: boolean; mode?: "BucketOwnerPreferred" | undefined; now?: number } = {},
): Bucket {
  return fillBucket(new Store(), {
    bucket: "lake",
    objects: 5_000,
    seed: 7,
    accounts,
    region: "us-east-1",
    now,
    versioning: true,
    mode: undefined,
    ...changes,
  });
}

/** Of everything in it; dates `back` milliseconds later than they are. */
function fingerprint(bucket: Bucket, back = 0): string {
  const hash = createHash("sha256");
  for (const { version, isLatest } of inventoryEntries(bucket)) {
    const { key, versionId, owner, acl, etag, size, lastModified, storageClass, encryption, tags, attributes, lock, checksum } = version;
    const dates = [lastModified, lock?.retainUntil].map((date) => (date === undefined ? undefined : date + back));
    hash.update(
      JSON.stringify([key, versionId, isLatest, owner, acl, etag, size, dates, storageClass, encryption, [...tags], attributes, checksum]),
    );
  }
  return hash.digest("hex");
}

const bucket = filled();
const versions: ObjectVersion[] = [...inventoryEntries(bucket)].map((entry) => entry.version);
const objects = versions.filter((version) => !version.isDeleteMarker);
const share = (holds: (version: ObjectVersion) => boolean): number => versions.filter(holds).length / versions.length;

describe("a filled bucket", () => {
  test("is the same for the same seed, down to version ids, and another for another", () => {
    expect(fingerprint(filled())).toBe(fingerprint(bucket));
    expect(fingerprint(filled({ seed: 8 }))).not.toBe(fingerprint(bucket));
  });

  test.each([1, 99, 100, 2_000])("has exactly as many rows as asked for: %i", (count) => {
    const made = filled({ objects: count });
    expect([...inventoryEntries(made)]).toHaveLength(count);
    expect(made.versions.versionCount).toBe(count);
  });

  test("belongs to its owner by about 45 %, to every uploader unevenly, to a lost account and to nobody", () => {
    expect(share((version) => version.owner === ownerId)).toBeGreaterThan(0.4);
    expect(share((version) => version.owner === ownerId)).toBeLessThan(0.5);
    const shares = accounts.slice(1).map((account) => share((version) => version.owner === account.canonicalId));
    expect(Math.min(...shares)).toBeGreaterThan(0.05);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect(objects.filter((version) => version.owner === anonymousCanonicalId)).toHaveLength(2);
    const known = new Set([...accounts.map((account) => account.canonicalId), anonymousCanonicalId]);
    expect(objects.filter((version) => !known.has(version.owner)).length).toBeGreaterThan(2);
  });

  test("has noncurrent versions, null versions and delete markers", () => {
    const noncurrent = [...inventoryEntries(bucket)].filter((entry) => !entry.isLatest).length / versions.length;
    expect(noncurrent).toBeGreaterThan(0.07);
    expect(noncurrent).toBeLessThan(0.15);
    expect(versions.filter((version) => version.isDeleteMarker).length).toBeGreaterThan(20);
    expect(share((version) => version.versionId === "null")).toBeGreaterThan(0.1);
    for (const version of versions) {
      if (version.older !== undefined) expect(version.older.lastModified).toBeLessThan(version.lastModified);
    }
  });

  test("has foreign objects already granted, third-party and public grants, and foreign objects with nothing", () => {
    const foreign = objects.filter((version) => version.owner !== ownerId);
    const having = (holds: (grant: ObjectVersion["acl"][number]) => boolean) => foreign.filter((version) => version.acl.some(holds)).length;
    expect(
      having((grant) => grant.grantee.kind === "user" && grant.grantee.id === ownerId && grant.permission === "FULL_CONTROL"),
    ).toBeGreaterThan(200);
    expect(having((grant) => grant.grantee.kind === "group" && grant.grantee.uri === allUsers)).toBeGreaterThan(30);
    expect(having((grant) => grant.grantee.kind === "group" && grant.grantee.uri === logDelivery)).toBeGreaterThan(5);
    const accountsKnown = new Set(accounts.map((account) => account.canonicalId));
    expect(having((grant) => grant.grantee.kind === "user" && !accountsKnown.has(grant.grantee.id))).toBeGreaterThan(30);
    expect(foreign.filter((version) => version.acl.length === 1).length).toBeGreaterThan(1_000);
  });

  test("has a KMS wall: objects under keys of the uploaders' accounts, customer and AWS managed", () => {
    const walled = objects.filter((version) => version.encryption.kind === "SSE-KMS" && version.owner !== ownerId);
    expect(walled.length).toBeGreaterThan(30);
    for (const version of walled) {
      const account = accounts.find(
        (one) =>
          "keyArn" in version.encryption &&
          one.kmsKeys.some((key) => "keyArn" in version.encryption && key.arn === version.encryption.keyArn),
      );
      expect(account?.canonicalId).toBe(version.owner);
    }
    const managed = new Set(accounts.flatMap((account) => account.kmsKeys.filter((key) => key.managed).map((key) => key.arn)));
    expect(walled.some((version) => "keyArn" in version.encryption && managed.has(version.encryption.keyArn))).toBe(true);
  });

  test("has archived classes, tags, metadata, every hard key, and one object too large for one copy", () => {
    const classes = new Set(objects.map((version) => version.storageClass));
    for (const wanted of ["STANDARD", "STANDARD_IA", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR", "INTELLIGENT_TIERING"])
      expect(classes).toContain(wanted);
    expect(objects.filter((version) => version.tags.size > 0).length).toBeGreaterThan(50);
    expect(objects.filter((version) => version.attributes.metadata.size > 0).length).toBeGreaterThan(200);
    for (const key of hardKeys) expect(bucket.find(key, undefined)?.key).toBe(key);
    for (const key of hardKeys) expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1_024);
    const dump = bucket.find("backup/full-dump.tar", undefined);
    expect([dump?.owner, dump?.size]).toEqual([accounts[1]?.canonicalId, 5_500_000_000]);
    expect(dump?.etag).toMatch(/^[0-9a-f]{32}-82$/);
  });

  test("has more objects too large for one copy where there are enough, none of them under KMS", () => {
    const huge = [...inventoryEntries(filled({ objects: 40_000 }))].filter(({ version }) => version.size > 5 * 1024 ** 3);
    expect(huge.length).toBeGreaterThan(1);
    for (const { version } of huge.filter((one) => one.version.key !== "backup/full-dump.tar")) {
      expect(version.encryption.kind).not.toBe("SSE-KMS");
      expect(version.parts?.reduce((total, part) => total + part.size, 0)).toBe(version.size);
    }
  });

  test("has versions under Object Lock: retention of both kinds, some of it over, and legal holds", () => {
    expect(bucket.lock).toEqual({});
    const locked = objects.filter((version) => version.lock !== undefined);
    expect(locked.length).toBeGreaterThan(20);
    expect(locked.length / versions.length).toBeLessThan(0.03);
    expect(new Set(locked.map((version) => version.lock?.mode))).toEqual(new Set(["GOVERNANCE", "COMPLIANCE", undefined]));
    expect(new Set(locked.map((version) => version.lock?.legalHold))).toEqual(new Set([true, false, undefined]));
    for (const { lock, versionId } of locked) {
      expect(versionId).not.toBe("null");
      expect(lock?.mode === undefined).toBe(lock?.retainUntil === undefined);
    }
    expect(locked.some(({ lock }) => (lock?.retainUntil ?? now) < now) && locked.some(({ lock }) => (lock?.retainUntil ?? now) > now)).toBe(
      true,
    );
  });

  test("has objects under keys that only their uploaders hold, whose ETags are no digests", () => {
    const secret = objects.filter((version) => version.encryption.kind === "SSE-C");
    expect(secret.length).toBeGreaterThan(5);
    expect(secret.length).toBeLessThan(60);
    const names = new Map(accounts.map((account) => [account.canonicalId, account.name]));
    for (const version of secret.filter((one) => one.acl.length === 1)) {
      const team = names.get(version.owner);
      if (team !== undefined) expect(version.encryption).toMatchObject({ keyMd5: customerKeyMd5Of(7, team) });
      if (version.parts === undefined) expect(version.etag).not.toBe(md5Of(version.content));
    }
  });

  test("has checksums of several kinds on some objects, all of them true, and marks of a replication that is over", () => {
    const summed = objects.filter((version) => version.checksum !== undefined);
    expect(new Set(summed.map((version) => version.checksum?.algorithm))).toEqual(new Set(["CRC32", "CRC32C", "CRC64NVME", "SHA256"]));
    for (const { checksum, content } of summed) expect(checksum).toEqual(checksumOfContent((checksum as Checksum).algorithm, content));
    expect(new Set(objects.map((version) => version.replicationStatus))).toEqual(new Set([undefined, "COMPLETED", "FAILED"]));
  });

  test("has nothing dated later than a minute before the fill, and is otherwise the same whenever it is filled", () => {
    const newest = (made: Bucket) => Math.max(...[...inventoryEntries(made)].map((entry) => entry.version.lastModified));
    expect(newest(bucket)).toBeLessThanOrEqual(now - 60_000);
    expect(fingerprint(filled({ now: now + 400 * 86_400_000 }))).toBe(fingerprint(bucket));
    const early = filled({ now: Date.UTC(2024, 1, 29, 12, 0, 7) });
    expect(newest(early)).toBeLessThanOrEqual(Date.UTC(2024, 1, 29, 11, 59, 7));
    expect(early.createdAt).toBeLessThan(bucket.createdAt);
    expect(fingerprint(early, bucket.createdAt - early.createdAt)).toBe(fingerprint(bucket));
  });

  test("stands in an old bucket: no controls, nothing blocked, a bucket ACL others rely on, a policy for the uploaders", () => {
    expect(bucket.ownership).toBeUndefined();
    expect(bucket.publicAccessBlock).toBeUndefined();
    expect(bucket.acl.some((grant) => grant.grantee.kind === "group" && grant.grantee.uri === logDelivery)).toBe(true);
    expect(bucket.acl.some((grant) => grant.grantee.kind === "user" && grant.grantee.id !== ownerId)).toBe(true);
    expect(bucket.policy?.document.Statement).toHaveLength(1);
  });

  test("has neither versions nor markers when versioning is off", () => {
    const plain = [...inventoryEntries(filled({ versioning: false }))];
    expect(plain).toHaveLength(5_000);
    expect(plain.every((entry) => entry.isLatest && entry.version.versionId === "null" && !entry.version.isDeleteMarker)).toBe(true);
    expect(plain.every((entry) => entry.version.lock === undefined)).toBe(true);
    expect(filled({ versioning: false, objects: 10 }).lock).toBeUndefined();
  });

  test("that became BucketOwnerPreferred owns later uploads that came with bucket-owner-full-control", () => {
    const preferred = [...inventoryEntries(filled({ mode: "BucketOwnerPreferred" }))].map((entry) => entry.version);
    expect(preferred.filter((version) => version.owner === ownerId).length).toBeGreaterThan(
      objects.filter((version) => version.owner === ownerId).length,
    );
  });

  test("of one account alone has no other uploaders", () => {
    const alone = fillBucket(new Store(), {
      bucket: "lake",
      objects: 500,
      seed: 1,
      accounts: accounts.slice(0, 1),
      region: "us-east-1",
      now,
      versioning: true,
      mode: undefined,
    });
    expect(alone.versions.versionCount).toBe(500);
    expect(alone.policy).toBeUndefined();
  });
});
