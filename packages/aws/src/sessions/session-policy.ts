// What shrinks an assumed role to one bucket and the calls that quitclaim makes as the uploading account (domain.md 3, 4.4, 4.9).
import { session_policy_chars_max } from "../limits.ts";

export type SessionOperation = "acl" | "copy" | "reencrypt";

const ACL = ["GetObjectAcl", "GetObjectVersionAcl", "PutObjectAcl", "PutObjectVersionAcl"];
/** HEAD needs the permission to read; an object's ACL may have to be looked at again before any of the three. */
const READ = ["GetObject", "GetObjectVersion"];
const OBJECT_ACTIONS: Readonly<Record<SessionOperation, readonly string[]>> = {
  acl: [...ACL, ...READ],
  copy: [
    ...ACL,
    ...READ,
    "AbortMultipartUpload",
    "GetObject*Tagging",
    "GetObjectAnnotation",
    "GetObjectLegalHold",
    "GetObjectRetention",
    "ListMultipartUploadParts",
    "ListObjectAnnotations",
    "PutObject",
    "PutObjectAnnotation",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
  ],
  reencrypt: [...ACL, ...READ, "UpdateObjectEncryption"],
};
const KMS_ACTIONS = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncrypt*"];

/**
 * An inline session policy for AssumeRole: JSON of at most 2,048 characters. It only takes away: the role itself must allow what is here.
 * ListAllMyBuckets proves the account's canonical ID; ListBucket makes a missing key a 404 rather than a 403.
 */
export function sessionPolicy(
  bucket: string,
  operations: readonly SessionOperation[] = ["acl", "copy", "reencrypt"],
  partition = "aws",
): string {
  const actions = [...new Set(operations.flatMap((operation) => OBJECT_ACTIONS[operation]))].sort().map((action) => `s3:${action}`);
  const moves = operations.some((operation) => operation !== "acl");
  const document = {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: actions, Resource: `arn:${partition}:s3:::${bucket}/*` },
      { Effect: "Allow", Action: ["s3:ListBucket", "s3:ListBucketVersions"], Resource: `arn:${partition}:s3:::${bucket}` },
      { Effect: "Allow", Action: ["s3:ListAllMyBuckets", ...(moves ? KMS_ACTIONS : [])], Resource: "*" },
    ],
  };
  const policy = JSON.stringify(document);
  if (policy.length > session_policy_chars_max) throw new RangeError(`the session policy for ${bucket} has ${policy.length} characters`);
  return policy;
}

/** A role session name that the other account can read in its CloudTrail: `quitclaim-<campaign>`, in the alphabet and length of STS. */
export function sessionName(campaign: string): string {
  return `quitclaim-${campaign}`.replaceAll(/[^\w+=,.@-]/g, "-").slice(0, 64);
}
