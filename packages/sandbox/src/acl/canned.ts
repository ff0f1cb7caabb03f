/** Canned ACLs, spelled out as grants (S3 User Guide, acl-overview, table of canned ACLs). */
import { type Acl, allUsers, authenticatedUsers, type Grant, groupGrant, logDelivery, userGrant } from "./acl.ts";

/** Canonical ID that `aws-exec-read` grants READ to (Amazon EC2, for AMI bundles). */
const ec2CanonicalId = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";

export const objectCannedAcls = [
  "private",
  "public-read",
  "public-read-write",
  "authenticated-read",
  "aws-exec-read",
  "bucket-owner-read",
  "bucket-owner-full-control",
] as const;
export type ObjectCannedAcl = (typeof objectCannedAcls)[number];

export const bucketCannedAcls = [...objectCannedAcls, "log-delivery-write"] as const;
export type BucketCannedAcl = (typeof bucketCannedAcls)[number];

/** Grants beside the owner's FULL_CONTROL. */
function extraGrants(canned: BucketCannedAcl, owner: string, bucketOwner: string): readonly Grant[] {
  switch (canned) {
    case "private":
      return [];
    case "public-read":
      return [groupGrant(allUsers, "READ")];
    case "public-read-write":
      return [groupGrant(allUsers, "READ"), groupGrant(allUsers, "WRITE")];
    case "authenticated-read":
      return [groupGrant(authenticatedUsers, "READ")];
    case "aws-exec-read":
      return [userGrant(ec2CanonicalId, "READ")];
    case "bucket-owner-read":
      return owner === bucketOwner ? [] : [userGrant(bucketOwner, "READ")];
    case "bucket-owner-full-control":
      return owner === bucketOwner ? [] : [userGrant(bucketOwner, "FULL_CONTROL")];
    case "log-delivery-write":
      return [groupGrant(logDelivery, "WRITE"), groupGrant(logDelivery, "READ_ACP")];
  }
}

/** The ACL a canned name stands for. For a bucket give its owner twice: the bucket-owner-* names then mean `private`. */
export function cannedGrants(canned: BucketCannedAcl, owner: string, bucketOwner: string): Acl {
  return [userGrant(owner, "FULL_CONTROL"), ...extraGrants(canned, owner, bucketOwner)];
}
