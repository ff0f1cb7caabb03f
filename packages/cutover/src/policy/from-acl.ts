// ACL grants as bucket-policy statements, by AWS's own table (domain.md 2.3).
import { createHash } from "node:crypto";
import { bucketArn, type CanonicalId, formatGrants, type Grant, type Permission } from "@quitclaim/campaign";
import type { Statement } from "./document.ts";

export const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
export const AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
export const LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery";
/** ElastiCache's export account, aws-scs-s3-readonly (domain.md 2.4). */
export const ELASTICACHE: CanonicalId = "540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353" as CanonicalId;
/** CloudFront's awslogsdelivery account (CloudFront Developer Guide, AccessLogs); its legacy logs need an ACL (domain.md 2.4). */
export const CLOUDFRONT_LOGS: CanonicalId = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0" as CanonicalId;

/** On the objects of a bucket: what an object grant of READ allows. */
export const OBJECT_READ_ACTIONS = ["s3:GetObject", "s3:GetObjectVersion"] as const;

/** Bucket-level and object-level actions of a grant in a *bucket* ACL. */
const BUCKET_GRANT: Record<
  Exclude<Permission, "FULL_CONTROL">,
  { readonly bucket: readonly string[]; readonly objects: readonly string[] }
> = {
  READ: { bucket: ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"], objects: [] },
  WRITE: { bucket: [], objects: ["s3:PutObject"] },
  READ_ACP: { bucket: ["s3:GetBucketAcl"], objects: [] },
  WRITE_ACP: { bucket: ["s3:PutBucketAcl"], objects: [] },
};
const EVERY = Object.keys(BUCKET_GRANT) as (keyof typeof BUCKET_GRANT)[];

export type Translation =
  | { readonly statements: readonly Statement[] }
  /** No policy says the same. */
  | { readonly impossible: string };

export interface Translator {
  readonly bucket: string;
  readonly ownerAccountId: string;
  readonly region: string;
}

/** All grants of one grantee in the bucket ACL. */
export function translateBucketGrants(grants: readonly Grant[], to: Translator): Translation {
  const first = grants[0];
  if (first === undefined) return { statements: [] };
  if ("uri" in first && first.uri === LOG_DELIVERY) return { statements: [logDeliveryStatement(to)] };
  if ("uri" in first && first.uri === AUTHENTICATED_USERS)
    return { impossible: "no policy names every AWS account but not the public; name the accounts that are meant" };
  if ("uri" in first && first.uri !== ALL_USERS) return { impossible: `nothing is known of the group ${first.uri}` };
  if ("id" in first && first.id === CLOUDFRONT_LOGS)
    return {
      impossible: "CloudFront's legacy standard logging needs an ACL; move the distribution to standard logging v2 or to another bucket",
    };
  if ("id" in first && first.id === ELASTICACHE) return { statements: [elastiCacheStatement(to)] };
  const principal = "id" in first ? { CanonicalUser: first.id } : ("*" as const);
  const permissions = new Set(grants.flatMap((g) => (g.permission === "FULL_CONTROL" ? EVERY : [g.permission])));
  const of = (level: "bucket" | "objects"): string[] => EVERY.filter((p) => permissions.has(p)).flatMap((p) => BUCKET_GRANT[p][level]);
  // Named by what it says, so that a later fix for other grants never takes the same name.
  const sid = `QuitclaimBucketAcl${createHash("sha256").update(formatGrants(grants)).digest("hex").slice(0, 8)}`;
  const statements: Statement[] = [];
  if (of("bucket").length > 0)
    statements.push({
      Sid: sid,
      Effect: "Allow",
      Principal: principal,
      Action: of("bucket"),
      Resource: bucketArn(to.bucket, to.region),
    });
  if (of("objects").length > 0)
    statements.push({
      Sid: `${sid}Objects`,
      Effect: "Allow",
      Principal: principal,
      Action: of("objects"),
      Resource: `${bucketArn(to.bucket, to.region)}/*`,
    });
  return { statements };
}

/** S3's server access logs, from the owner's own buckets only. */
export const logDeliveryStatement = (to: Translator): Statement => ({
  Sid: "QuitclaimLogDelivery",
  Effect: "Allow",
  Principal: { Service: "logging.s3.amazonaws.com" },
  Action: "s3:PutObject",
  Resource: `${bucketArn(to.bucket, to.region)}/*`,
  Condition: { ArnLike: { "aws:SourceArn": bucketArn("*", to.region) }, StringEquals: { "aws:SourceAccount": to.ownerAccountId } },
});

const elastiCacheStatement = (to: Translator): Statement => ({
  Sid: "QuitclaimElastiCache",
  Effect: "Allow",
  Principal: { Service: `${to.region}.elasticache-snapshot.amazonaws.com` },
  Action: [
    "s3:PutObject",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:GetBucketAcl",
    "s3:ListMultipartUploadParts",
    "s3:ListBucketMultipartUploads",
  ],
  Resource: [bucketArn(to.bucket, to.region), `${bucketArn(to.bucket, to.region)}/*`],
});
