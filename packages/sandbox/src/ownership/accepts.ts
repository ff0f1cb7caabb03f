/**
 * Which ACLs a bucket takes. With ACLs disabled: none, or what amounts to bucket-owner-full-control; anything else is 400
 * AccessControlListNotSupported. Under BlockPublicAcls: nothing public, 403.
 */
import { isPublicAcl } from "../acl/evaluate.ts";
import { grantsFor, type RequestedAcl } from "../acl/requested.ts";
import { accessDenied, S3Error } from "../http/s3-error.ts";
import type { Bucket, PublicAccessBlock } from "../store/bucket.ts";

export const aclNotSupported = (): S3Error => new S3Error(400, "AccessControlListNotSupported", "The bucket does not allow ACLs");

export const invalidBucketAcl = (): S3Error =>
  new S3Error(400, "InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");

/** For what an upload (put, copy, multipart) asks for. */
export function demandUploadAcl(bucket: Bucket, requested: RequestedAcl, writer: string, block: PublicAccessBlock): void {
  if (requested.kind === "none") return;
  if (bucket.enforced) {
    if (!amountsToBucketOwnerFullControl(requested, bucket.owner)) throw aclNotSupported();
    return;
  }
  demandNotPublic(grantsFor(requested, writer, bucket.owner), block);
}

/** BlockPublicAcls refuses calls that carry a public ACL, even if those grants were there before. */
export function demandNotPublic(grants: Parameters<typeof isPublicAcl>[0], block: PublicAccessBlock): void {
  if (block.blockPublicAcls && isPublicAcl(grants)) throw accessDenied();
}

/** The canned name, or its equivalent in grants: FULL_CONTROL to the bucket owner and to nobody else. */
export function amountsToBucketOwnerFullControl(requested: RequestedAcl, bucketOwner: string): boolean {
  if (requested.kind === "none") return false;
  if (requested.kind === "canned") return requested.name === "bucket-owner-full-control";
  return (
    requested.grants.length > 0 &&
    requested.grants.every(
      ({ grantee, permission }) => grantee.kind === "user" && grantee.id === bucketOwner && permission === "FULL_CONTROL",
    )
  );
}

/** Whether a bucket's own ACL stands in the way of BucketOwnerEnforced: it grants something to somebody else. */
export function bucketAclBarsEnforcement(bucket: Bucket): boolean {
  return bucket.acl.some(({ grantee }) => grantee.kind !== "user" || grantee.id !== bucket.owner);
}
