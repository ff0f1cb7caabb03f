/**
 * What else than policies can allow an action: which ACL permission, on the bucket or on the object. Object-ACL actions are
 * also those where a foreign-owned object escapes the bucket policy's Allow (S3 User Guide, access-control-auth-workflow).
 */
import type { Permission } from "./acl/acl.ts";

const objectAclActions: ReadonlyMap<string, Permission> = new Map([
  ["s3:GetObject", "READ"],
  ["s3:GetObjectVersion", "READ"],
  ["s3:GetObjectAttributes", "READ"],
  ["s3:GetObjectVersionAttributes", "READ"],
  ["s3:GetObjectAcl", "READ_ACP"],
  ["s3:GetObjectVersionAcl", "READ_ACP"],
  ["s3:PutObjectAcl", "WRITE_ACP"],
  ["s3:PutObjectVersionAcl", "WRITE_ACP"],
]);

const bucketAclActions: ReadonlyMap<string, Permission> = new Map([
  ["s3:ListBucket", "READ"],
  ["s3:ListBucketVersions", "READ"],
  ["s3:ListBucketMultipartUploads", "READ"],
  ["s3:PutObject", "WRITE"],
  ["s3:GetBucketAcl", "READ_ACP"],
  ["s3:PutBucketAcl", "WRITE_ACP"],
]);

/** The permission on the object's ACL that allows an action; undefined: the action is not the object owner's to grant. */
export const objectPermission = (action: string): Permission | undefined => objectAclActions.get(action);

/** The permission on the bucket's ACL that allows an action. */
export const bucketPermission = (action: string): Permission | undefined => bucketAclActions.get(action);
