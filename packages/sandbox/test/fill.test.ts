import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { seededAccounts } from "../src/account/seeded.ts";
import { allUsers, anonymousCanonicalId, logDelivery } from "../src/acl/acl.ts";
import { fillBucket } from "../src/fill/fill.ts";
import { hardKeys } from "../src/fill/keys.ts";
import { inventoryEntries } from "../src/inventory/columns.ts";
import type { Bucket } from "../src/store/bucket.ts";
import type { ObjectVersion } from "../src/store/object.ts";
import { Store } from "../src/store/store.ts";

const accounts = seededAccounts({ seed: 7, count: 5, region: "us-east-1" });
const ownerId = accounts[0]?.canonicalId ?? "";

function filled(
  changes: { seed?: number; objects?: number; versioning?: boolean; mode?: "BucketOwnerPreferred" | undefined } = {},
): Bucket {
  return fillBucket(new Store(), {
    bucket: "lake",
    objects: 5_000,
    seed: 7,
    accounts,
    region: "us-east-1",
    versioning: true,
    mode: undefined,
    ...changes,
  });
}

function fingerprint(bucket: Bucket): string {
  const hash = createHash("sha256");
  for (const { version, isLatest } of inventoryEntries(bucket)) {
    const { key, versionId, owner, acl, etag, size, lastModified, storageClass, encryption, tags, attributes } = version;
    hash.update(
      JSON.stringify([key, versionId, isLatest, owner, acl, etag, size, lastModified, storageClass, encryption, [...tags], attributes]),
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
    for (const key of new Set(versions.map((version) => version.key))) {
      const ofKey = versions.filter((version) => version.key === key);
      if (ofKey.length > 1)
        expect(ofKey.map((version) => version.lastModified)).toEqual(ofKey.map((version) => version.lastModified).sort((a, b) => b - a));
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
    const huge = objects.filter((version) => version.size > 5 * 1024 ** 3);
    expect(huge.map((version) => version.owner)).toEqual([accounts[1]?.canonicalId]);
    expect(huge[0]?.etag).toMatch(/^[0-9a-f]{32}-82$/);
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
      versioning: true,
      mode: undefined,
    });
    expect(alone.versions.versionCount).toBe(500);
    expect(alone.policy).toBeUndefined();
  });
});
