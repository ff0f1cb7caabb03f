// The request that a copy is made from, and the comparison after it: one line of the table in domain.md 4.2 each.
import type { HeadFacts } from "@quitclaim/aws";
import { canonicalId } from "@quitclaim/campaign";
import { describe, expect, it } from "vitest";
import { copyDifferences } from "../../src/operations/copy-compare.ts";
import { archived, copyRequest } from "../../src/operations/copy-request.ts";

const own = "arn:aws:kms:eu-central-1:111122223333:key/11111111-1111-1111-1111-111111111111";
const foreign = "arn:aws:kms:eu-central-1:222233334444:key/22222222-2222-2222-2222-222222222222";
const around = {
  bucket: "lake",
  bucketOwner: canonicalId("b".repeat(64)),
  bucketOwnerAccount: "111122223333",
  dialect: "aws" as const,
};
const at = { bucket: "lake", key: "a b/ü+%" };
const facts: HeadFacts = {
  etag: "e1",
  size: 10,
  lastModified: 0,
  versionId: "v1",
  storageClass: "STANDARD_IA",
  encryption: { algorithm: "AES256", bucketKey: false },
  metadata: { team: "lake" },
  contentType: "text/plain",
  cacheControl: "max-age=60",
  expires: "whenever",
  websiteRedirect: "/elsewhere",
  tagCount: 2,
  lock: { mode: "GOVERNANCE", retainUntil: "2030-01-01T00:00:00.000Z", legalHold: "ON" },
  checksumAlgorithm: "SHA256",
};
const request = copyRequest(at, facts, around);
const copy: HeadFacts = { ...facts, versionId: "v2", lastModified: 1 };

describe("the request of a copy", () => {
  it("is pinned at both ends: source version and ETag, destination ETag", () => {
    expect(request.source).toEqual({ ...at, versionId: "v1" });
    expect(request.destination).toEqual(at);
    expect(request.sourceIfMatch).toBe("e1");
    expect(request.destinationIfMatch).toBe("e1");
  });

  it("restates what S3 does not carry over", () => {
    expect(request).toMatchObject({
      storageClass: "STANDARD_IA",
      encryption: { algorithm: "AES256" },
      websiteRedirect: "/elsewhere",
      lock: facts.lock,
      checksumAlgorithm: "SHA256",
      acl: "bucket-owner-full-control",
    });
  });

  it.each([
    ["the bucket owner's key stays", own, undefined, own],
    ["a foreign key becomes the campaign's", foreign, own, own],
    ["a foreign key without one becomes the bucket's default", foreign, undefined, undefined],
  ])("%s", (_, kmsKeyId, kmsKey, expected) => {
    const head: HeadFacts = { ...facts, encryption: { algorithm: "aws:kms", kmsKeyId, bucketKey: true } };
    const made = copyRequest(at, head, kmsKey === undefined ? around : { ...around, kmsKey });
    expect(made.encryption?.kmsKeyId).toBe(expected);
    if (expected !== undefined) expect(made.encryption).toEqual({ algorithm: "aws:kms", kmsKeyId: expected, bucketKey: true });
  });

  it("knows an archived object from one that is restored", () => {
    expect(archived({ ...facts, storageClass: "DEEP_ARCHIVE" })).toBe(true);
    expect(archived({ ...facts, storageClass: "GLACIER", restore: 'ongoing-request="true"' })).toBe(true);
    expect(
      archived({ ...facts, storageClass: "GLACIER", restore: 'ongoing-request="false", expiry-date="Fri, 21 Dec 2029 00:00:00 GMT"' }),
    ).toBe(false);
    expect(archived({ ...facts, storageClass: "INTELLIGENT_TIERING", archiveStatus: "ARCHIVE_ACCESS" })).toBe(true);
    expect(archived({ ...facts, storageClass: "GLACIER_IR" })).toBe(false);
  });
});

describe("the comparison after a copy", () => {
  const differences = (after: HeadFacts, before: HeadFacts = facts): string[] =>
    copyDifferences(before, after, copyRequest(at, before, around), around.bucketOwnerAccount);

  it("finds nothing where the copy is faithful", () => expect(differences(copy)).toEqual([]));

  const losses: [string, Partial<HeadFacts>][] = [
    ["storageClass", { storageClass: "STANDARD" }],
    ["websiteRedirect", { websiteRedirect: undefined as never }],
    ["contentType", { contentType: "binary/octet-stream" }],
    ["cacheControl", { cacheControl: "no-store" }],
    ["expires", { expires: "later" }],
    ["x-amz-meta-team", { metadata: {} }],
    ["x-amz-meta-new", { metadata: { team: "lake", new: "1" } }],
    ["tagCount", { tagCount: 0 }],
    ["size", { size: 9 }],
    ["ETag", { etag: "e2" }],
    ["Object Lock mode", { lock: { legalHold: "ON" } }],
    ["Object Lock date", { lock: { mode: "GOVERNANCE", retainUntil: "2029-01-01T00:00:00.000Z", legalHold: "ON" } }],
    ["legal hold", { lock: { mode: "GOVERNANCE", retainUntil: "2030-01-01T00:00:00Z" } }],
    ["checksum algorithm", { checksumAlgorithm: "CRC64NVME" }],
    ["encryption", { encryption: { algorithm: "aws:kms", kmsKeyId: foreign, bucketKey: false } }],
  ];
  it.each(losses)("tells a difference in %s", (what, loss) => {
    const found = differences({ ...copy, ...loss });
    expect(found.some((text) => text.startsWith(what))).toBe(true);
  });

  it("does not take the ETag of a multipart or KMS original for a digest", () => {
    expect(differences({ ...copy, etag: "e2" }, { ...facts, etag: "e1-7" })).toEqual([]);
  });

  it("lets an object without a checksum gain one, and an unlocked one the bucket's default retention", () => {
    const { checksumAlgorithm: _, lock: __, ...plain } = facts;
    expect(differences({ ...copy, checksumAlgorithm: "CRC64NVME" }, plain)).toEqual([]);
  });

  it("tells a copy that still lies under a foreign key", () => {
    const before: HeadFacts = { ...facts, encryption: { algorithm: "aws:kms", kmsKeyId: foreign, bucketKey: false } };
    const after: HeadFacts = { ...copy, encryption: { algorithm: "aws:kms", kmsKeyId: foreign, bucketKey: false } };
    expect(differences(after, before)).toEqual(["encryption: still under a key of account 222233334444"]);
  });
});
