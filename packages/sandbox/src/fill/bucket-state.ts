/**
 * The bucket itself as a decade left it: a bucket ACL that logs and a third party rely on, a policy that lets the uploaders in, no
 * ownership controls, nothing blocked; and beside it the inventory bucket, made last week with present defaults.
 */
import { groupGrant, logDelivery, userGrant } from "../acl/acl.ts";
import { parsePolicy } from "../iam/document.ts";
import { type Bucket, everythingBlocked } from "../store/bucket.ts";
import type { Store } from "../store/store.ts";
import type { Calendar } from "./calendar.ts";
import type { Cast } from "./cast.ts";
import type { FillOptions } from "./options.ts";

/** Name of the bucket that reports go to. */
export const inventoryBucketName = "inventory-reports";
const createdAt = Date.UTC(2016, 1, 14, 9, 30);

/** The old bucket, still empty and in the state of its first day (no versioning, no controls). */
export function oldBucket(store: Store, options: FillOptions, cast: Cast, calendar: Calendar): Bucket {
  const owner = ownerAccount(cast);
  const bucket = store.createBucket({
    name: options.bucket,
    owner: owner.canonicalId,
    accountId: owner.accountId,
    region: options.region,
    createdAt: calendar.dated(createdAt),
    acl: [
      userGrant(owner.canonicalId, "FULL_CONTROL"),
      groupGrant(logDelivery, "WRITE"),
      groupGrant(logDelivery, "READ_ACP"),
      userGrant(cast.outsider, "READ"),
    ],
  });
  const uploaders = cast.uploaders.map(({ account }) => `arn:aws:iam::${account?.accountId}:root`);
  if (uploaders.length > 0) {
    const text = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "UploadersWrite",
          Effect: "Allow",
          Principal: { AWS: uploaders },
          Action: [
            "s3:PutObject",
            "s3:PutObjectAcl",
            "s3:PutObjectTagging",
            "s3:GetObjectTagging",
            "s3:GetObjectVersionTagging",
            "s3:AbortMultipartUpload",
            ...(options.versioning
              ? ["s3:GetObjectRetention", "s3:GetObjectLegalHold", "s3:PutObjectRetention", "s3:PutObjectLegalHold"]
              : []),
          ],
          Resource: `arn:aws:s3:::${options.bucket}/*`,
        },
      ],
    });
    bucket.policy = { text, document: parsePolicy(text, "resource"), isPublic: false };
  }
  return bucket;
}

/** The bucket for reports: the owner's, enforced, everything public blocked. An existing one is used as it is. */
export function inventoryBucket(store: Store, source: Bucket, now: number): Bucket {
  return (
    store.bucket(inventoryBucketName) ??
    store.createBucket({
      name: inventoryBucketName,
      owner: source.owner,
      accountId: source.accountId,
      region: source.region,
      createdAt: now,
      ownership: "BucketOwnerEnforced",
      publicAccessBlock: everythingBlocked,
      blocksCustomerKeys: true,
    })
  );
}

function ownerAccount(cast: Cast): { readonly accountId: string; readonly canonicalId: string } {
  const account = cast.owner.account;
  if (account === undefined) throw new Error("the bucket owner must be an account of the book");
  return account;
}
