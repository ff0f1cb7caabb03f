/** Block Public Access: which flags hold for a bucket (its own or its account's), and whether a bucket policy is public. */
import type { PolicyDocument, Statement } from "../iam/document.ts";
import type { Bucket, PublicAccessBlock } from "../store/bucket.ts";
import type { Store } from "../store/store.ts";

const open: PublicAccessBlock = { blockPublicAcls: false, ignorePublicAcls: false, blockPublicPolicy: false, restrictPublicBuckets: false };

/** The stricter of bucket and account, flag by flag. */
export function publicAccessOf(store: Store, bucket: Bucket): PublicAccessBlock {
  const own = bucket.publicAccessBlock ?? open;
  const account = store.accountBlocks.get(bucket.accountId);
  if (account === undefined) return own;
  return {
    blockPublicAcls: own.blockPublicAcls || account.blockPublicAcls,
    ignorePublicAcls: own.ignorePublicAcls || account.ignorePublicAcls,
    blockPublicPolicy: own.blockPublicPolicy || account.blockPublicPolicy,
    restrictPublicBuckets: own.restrictPublicBuckets || account.restrictPublicBuckets,
  };
}

/** Condition keys that narrow a statement to somebody in particular (S3 User Guide, "The meaning of public"). */
const narrowingKeys = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
  "s3:x-amz-server-side-encryption-aws-kms-key-id",
]);

/** A policy is public when one Allow reaches everybody and no condition with fixed values narrows it. */
export function isPublicPolicy(document: PolicyDocument): boolean {
  return document.Statement.some((statement) => statement.Effect === "Allow" && reachesEverybody(statement) && !isNarrowed(statement));
}

function reachesEverybody(statement: Statement): boolean {
  if (statement.NotPrincipal !== undefined) return true;
  return statement.Principal === "*" || statement.Principal?.AWS?.includes("*") === true;
}

function isNarrowed(statement: Statement): boolean {
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    if (/not/i.test(operator) || /ifexists$/i.test(operator)) continue;
    for (const [key, values] of Object.entries(keys)) {
      if (narrowingKeys.has(key.toLowerCase()) && values.length > 0 && values.every((value) => isFixed(key, value))) return true;
    }
  }
  return false;
}

function isFixed(key: string, value: string): boolean {
  if (key.toLowerCase() === "aws:sourceip") return !/\/0$/.test(value);
  return !/[*?]/.test(value) && !value.includes("${");
}
