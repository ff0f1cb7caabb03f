/** Get/Put/DeleteBucketPolicy and GetBucketPolicyStatus. Only the bucket's own account handles its policy. */
import { isPublicPolicy, publicAccessOf } from "../acl/public-access.ts";
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { accessDenied, methodNotAllowed, S3Error } from "../http/s3-error.ts";
import { document, element } from "../http/xml-write.ts";
import { MalformedPolicyError, type PolicyDocument, parsePolicy } from "../iam/document.ts";
import type { Bucket } from "../store/bucket.ts";
import type { Call, Operation } from "./call.ts";

/** 20 KB. */
const policyBytesMax = 20 * 1024;

/** The root of the bucket's account can always repair a policy; another account's principal gets 405 even when allowed. */
function demandPolicyAction(call: Call, bucket: Bucket, action: string): void {
  const own = call.accountId === bucket.accountId;
  if (own && call.arn.endsWith(":root")) return;
  demand(call, { action, bucket });
  if (!own) throw methodNotAllowed(call.method, "BUCKETPOLICY");
}

const noPolicy = (bucket: Bucket): S3Error =>
  new S3Error(404, "NoSuchBucketPolicy", "The bucket policy does not exist", { details: { BucketName: bucket.name } });

export const getBucketPolicy: Operation = {
  name: "GetBucketPolicy",
  run(call: Call): Reply {
    const bucket = call.target();
    demandPolicyAction(call, bucket, "s3:GetBucketPolicy");
    if (bucket.policy === undefined) throw noPolicy(bucket);
    return { status: 200, headers: { "content-type": "application/json" }, body: bucket.policy.text };
  },
};

export const getBucketPolicyStatus: Operation = {
  name: "GetBucketPolicyStatus",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:GetBucketPolicyStatus", bucket });
    if (bucket.policy === undefined) throw noPolicy(bucket);
    return { status: 200, body: document("PolicyStatus", element("IsPublic", bucket.policy.isPublic)) };
  },
};

export const putBucketPolicy: Operation = {
  name: "PutBucketPolicy",
  run(call: Call): Reply {
    const bucket = call.target();
    demandPolicyAction(call, bucket, "s3:PutBucketPolicy");
    const { body } = call.request;
    if (body.length > policyBytesMax) {
      throw new S3Error(400, "PolicyTooLarge", "Your policy exceeds the maximum allowed document size.", {
        details: { MaxSizeAllowed: String(policyBytesMax), ProposedSize: String(body.length) },
      });
    }
    const text = body.toString("utf8");
    const parsed = read(text, bucket);
    const isPublic = isPublicPolicy(parsed);
    if (isPublic && publicAccessOf(call.world.store, bucket).blockPublicPolicy) throw blocked(call, bucket);
    bucket.policy = { text, document: parsed, isPublic };
    call.record(bucket, { detail: { bytes: String(body.length) } }, 204);
    return { status: 204 };
  },
};

export const deleteBucketPolicy: Operation = {
  name: "DeleteBucketPolicy",
  run(call: Call): Reply {
    const bucket = call.target();
    demandPolicyAction(call, bucket, "s3:DeleteBucketPolicy");
    if (bucket.policy !== undefined) call.record(bucket, {}, 204);
    bucket.policy = undefined;
    return { status: 204 };
  },
};

function blocked(call: Call, bucket: Bucket): S3Error {
  return accessDenied(
    `User: ${call.arn} is not authorized to perform: s3:PutBucketPolicy on resource: "${bucket.arn}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
  );
}

/** Parses and checks that every statement speaks of this bucket. */
function read(text: string, bucket: Bucket): PolicyDocument {
  let parsed: PolicyDocument;
  try {
    parsed = parsePolicy(text, "resource");
  } catch (error) {
    throw error instanceof MalformedPolicyError ? malformed(error.message) : error;
  }
  for (const statement of parsed.Statement) {
    for (const resource of [...(statement.Resource ?? []), ...(statement.NotResource ?? [])]) {
      if (resource !== bucket.arn && !resource.startsWith(`${bucket.arn}/`) && resource !== `${bucket.arn}*`) {
        throw malformed("Policy has invalid resource");
      }
    }
    for (const action of [...(statement.Action ?? []), ...(statement.NotAction ?? [])]) {
      if (action !== "*" && !action.toLowerCase().startsWith("s3:")) throw malformed("Policy has invalid action");
    }
  }
  return parsed;
}

const malformed = (message: string): S3Error => new S3Error(400, "MalformedPolicy", message);
