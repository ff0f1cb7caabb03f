// The request that copies an object onto itself, made from what HEAD says: pinned at both ends, and everything restated that S3 does not
// carry over by itself (the table of domain.md 4.2). Metadata and tags travel by the COPY directives; in parts, nothing does. Pure.
import { attributesOf, type CopyRequest, type HeadFacts, type ObjectAddress, type Tag, type UploadRequest } from "@quitclaim/aws";
import { copyEncryption } from "./encryption.ts";
import { contextFor, withContext } from "./encryption-context.ts";
import type { Surroundings } from "./task.ts";

type Around = Pick<Surroundings, "bucketOwnerAccount" | "kmsKey" | "encryptionContext" | "rekey" | "dialect">;

export type Restated = Pick<CopyRequest, "storageClass" | "encryption" | "websiteRedirect" | "lock" | "checksumAlgorithm" | "acl">;

/** The storage class is always named: it would fall back to STANDARD, and naming it makes copying onto itself legal (domain.md 4.1). */
export function restated(head: HeadFacts, around: Omit<Around, "dialect">, key: string, now = Date.now()): Restated {
  const encryption = withContext(writtenUnder(head, around), contextFor(around.encryptionContext, key));
  const lock = lockInForce(head.lock, now);
  return {
    storageClass: head.storageClass,
    ...(encryption === undefined ? {} : { encryption }),
    ...(head.websiteRedirect === undefined ? {} : { websiteRedirect: head.websiteRedirect }),
    ...(lock === undefined ? {} : { lock }),
    ...(head.checksumAlgorithm === undefined ? {} : { checksumAlgorithm: head.checksumAlgorithm }),
    acl: "bucket-owner-full-control",
  };
}

/** undefined: no header is sent, and the bucket's default counts. */
export const writtenUnder = (
  head: Pick<HeadFacts, "encryption">,
  around: Pick<Around, "bucketOwnerAccount" | "kmsKey" | "rekey">,
): CopyRequest["encryption"] =>
  around.rekey === true && around.kmsKey !== undefined
    ? { algorithm: "aws:kms", kmsKeyId: around.kmsKey, bucketKey: true }
    : copyEncryption(head, around.bucketOwnerAccount, around.kmsKey);

export function copyRequest(at: ObjectAddress, head: HeadFacts, around: Around): CopyRequest {
  const { bucket, key } = at;
  return {
    source: head.versionId === undefined ? { bucket, key } : { bucket, key, versionId: head.versionId },
    destination: { bucket, key },
    sourceIfMatch: head.etag,
    destinationIfMatch: head.etag,
    ...restated(head, around, key),
    // The RADOS Gateway takes a copy onto itself for one only where the metadata is replaced, whatever else is named.
    ...(around.dialect === "rgw" ? { replace: attributesOf(head) } : {}),
  };
}

export function uploadRequest(at: ObjectAddress, head: HeadFacts, tags: readonly Tag[], around: Around): UploadRequest {
  const choice = head.checksumAlgorithm === "CRC32" || head.checksumAlgorithm === "CRC32C";
  return {
    destination: { bucket: at.bucket, key: at.key },
    ...restated(head, around, at.key),
    attributes: attributesOf(head),
    tags,
    ...(choice && head.checksumType !== undefined ? { checksumType: head.checksumType } : {}),
  };
}

/** A retention that has run out protects nothing, and S3 takes no date that is past. */
export function lockInForce(lock: HeadFacts["lock"], now: number): HeadFacts["lock"] {
  if (lock?.retainUntil === undefined || Date.parse(lock.retainUntil) > now) return lock;
  return lock.legalHold === undefined ? undefined : { legalHold: lock.legalHold };
}

/** Archived and not restored: a copy would be refused, and a restore costs money that only a person may spend (domain.md 4.7). */
export function archived(head: HeadFacts): boolean {
  const cold = head.storageClass === "GLACIER" || head.storageClass === "DEEP_ARCHIVE" || head.archiveStatus !== undefined;
  return cold && !/ongoing-request="false"/.test(head.restore ?? "");
}
