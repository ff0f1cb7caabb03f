// The one statement of the fence: what other accounts put into the bucket must carry bucket-owner-full-control, so that under
// BucketOwnerPreferred it belongs to the bucket owner from the start (domain.md 2.1, 8.19).
import { bucketArn } from "@quitclaim/campaign";
import { BUCKET_OWNER_FULL_CONTROL } from "../policy/acl-conditions.ts";
import type { Statement } from "../policy/document.ts";
import type { Target } from "../target.ts";

export const FENCE_SID = "QuitclaimFence";

/**
 * The lines of the condition are and-ed, and a negated operator also holds where its key is missing. So this denies:
 *   - s3:PutObject, which is what PutObject, CopyObject and every call of a multipart upload are authorized as;
 *   - without the *canned* header (grant headers that say the same do not move ownership, so they are refused too);
 *   - by anyone whose account is not the bucket owner's, anonymous callers included (they have no account to compare);
 *   - but never by an AWS service acting for itself (log delivery, inventory): those have no account either, and their objects
 *     are not what the fence is for. `IfExists`, because an anonymous request does not have that key.
 * The bucket owner's own uploads are left alone: they belong to the bucket owner in every mode.
 */
export const fenceStatement = (target: Pick<Target, "bucket" | "ownerAccountId">, region: string): Statement => ({
  Sid: FENCE_SID,
  Effect: "Deny",
  Principal: "*",
  Action: "s3:PutObject",
  Resource: `${bucketArn(target.bucket, region)}/*`,
  Condition: {
    StringNotEquals: { "s3:x-amz-acl": BUCKET_OWNER_FULL_CONTROL, "aws:PrincipalAccount": target.ownerAccountId },
    BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
  },
});
