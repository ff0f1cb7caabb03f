/**
 * Who owns an object: decided once when it is written (by the bucket's mode and the canned ACL), and again whenever asked,
 * because BucketOwnerEnforced overrides every stored owner for as long as it lasts (S3 User Guide, about-object-ownership).
 */
import type { Bucket } from "../store/bucket.ts";
import type { CanonicalId, ObjectVersion } from "../store/object.ts";

/**
 * The owner stored with a new object. Enforced: the bucket owner, also after a later rollback. Preferred: the bucket owner
 * exactly when the *canned* bucket-owner-full-control came with the upload. ObjectWriter, or nothing set: the writer.
 */
export function ownerOfNewObject(bucket: Bucket, writer: CanonicalId, cannedAcl: string | undefined): CanonicalId {
  if (bucket.ownership === "BucketOwnerEnforced") return bucket.owner;
  if (bucket.ownership === "BucketOwnerPreferred" && cannedAcl === "bucket-owner-full-control") return bucket.owner;
  return writer;
}

/** Who owns a version now. Leaving enforced gives the stored owners back. */
export function effectiveOwner(bucket: Bucket, version: ObjectVersion): CanonicalId {
  return bucket.enforced ? bucket.owner : version.owner;
}
