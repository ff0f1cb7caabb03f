// The CopyObject of an object onto itself, made from what HEAD says: pinned at both ends, and everything restated that S3 does not
// carry over by itself (the table of domain.md 4.2). Metadata and tags travel by the COPY directives. Pure.
import type { CopyRequest, HeadFacts, ObjectAddress } from "@quitclaim/aws";
import { copyEncryption } from "./encryption.ts";
import type { Surroundings } from "./task.ts";

/** The storage class is always named: it would fall back to STANDARD, and naming it makes copying onto itself legal (domain.md 4.1). */
export function copyRequest(at: ObjectAddress, head: HeadFacts, around: Surroundings): CopyRequest {
  const encryption = copyEncryption(head, around.bucketOwnerAccount, around.kmsKey);
  const { bucket, key } = at;
  return {
    source: head.versionId === undefined ? { bucket, key } : { bucket, key, versionId: head.versionId },
    destination: { bucket, key },
    sourceIfMatch: head.etag,
    destinationIfMatch: head.etag,
    storageClass: head.storageClass,
    ...(encryption === undefined ? {} : { encryption }),
    ...(head.websiteRedirect === undefined ? {} : { websiteRedirect: head.websiteRedirect }),
    ...(head.lock === undefined ? {} : { lock: head.lock }),
    ...(head.checksumAlgorithm === undefined ? {} : { checksumAlgorithm: head.checksumAlgorithm }),
    acl: "bucket-owner-full-control",
  };
}

/** Archived and not restored: a copy would be refused, and a restore costs money that only a person may spend (domain.md 4.7). */
export function archived(head: HeadFacts): boolean {
  const cold = head.storageClass === "GLACIER" || head.storageClass === "DEEP_ARCHIVE" || head.archiveStatus !== undefined;
  return cold && !/ongoing-request="false"/.test(head.restore ?? "");
}
