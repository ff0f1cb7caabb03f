/** CreateBucket, HeadBucket, DeleteBucket, ListBuckets, GetBucketLocation. */
import { bucketCannedAcls } from "../acl/canned.ts";
import { isPublicAcl } from "../acl/evaluate.ts";
import { grantsFor, requestedByHeaders } from "../acl/requested.ts";
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { accessDenied, invalidArgument, malformedXml, S3Error } from "../http/s3-error.ts";
import { childText, readXml } from "../http/xml-read.ts";
import { document, element, wrap } from "../http/xml-write.ts";
import { identityVerdict } from "../identity-verdict.ts";
import { isoDate } from "../iso-date.ts";
import { invalidBucketAcl } from "../ownership/accepts.ts";
import { everythingBlocked, type ObjectOwnership, ownershipModes } from "../store/bucket.ts";
import type { Call, Operation } from "./call.ts";

const bucketName = /^(?!\d+\.\d+\.\d+\.\d+$)(?!xn--)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/;

/** For actions on no bucket yet, or on all: the sender's own policies decide. */
function demandOwn(call: Call, action: string, resource: string): void {
  if (call.principal.kind === "anonymous") throw accessDenied();
  const verdict = identityVerdict(call.principal, { principal: call.principal, action, resource, context: call.context });
  if (verdict.effect !== "allow") {
    throw accessDenied(`User: ${call.arn} is not authorized to perform: ${action} on resource: "${resource}" ${verdict.reason}`);
  }
}

export const createBucket: Operation = {
  name: "CreateBucket",
  run(call: Call): Reply {
    const name = call.bucket ?? "";
    const { store, region, bucketDefaults } = call.world;
    if (!bucketName.test(name))
      throw new S3Error(400, "InvalidBucketName", "The specified bucket is not valid.", { details: { BucketName: name } });
    demandOwn(call, "s3:CreateBucket", `arn:aws:s3:::${name}`);
    demandLocation(call, region);
    const ownership = requestedOwnership(call) ?? (bucketDefaults === "aws" ? "BucketOwnerEnforced" : undefined);
    const requested = requestedByHeaders(call.request.headers, bucketCannedAcls);
    const acl = grantsFor(requested, call.canonicalId, call.canonicalId);
    if (requested.kind !== "none") {
      demandOwn(call, "s3:PutBucketAcl", `arn:aws:s3:::${name}`);
      const foreign = acl.some(({ grantee }) => grantee.kind !== "user" || grantee.id !== call.canonicalId);
      if (ownership === "BucketOwnerEnforced" && foreign) throw invalidBucketAcl();
      if (bucketDefaults === "aws" && isPublicAcl(acl)) throw publicAclRefused();
    }
    const former = store.bucket(name);
    if (former !== undefined) throw taken(name, former.owner === call.canonicalId);
    const lock = call.header("x-amz-bucket-object-lock-enabled")?.toLowerCase() === "true" ? {} : undefined;
    const bucket = store.createBucket({
      name,
      owner: call.canonicalId,
      accountId: call.accountId ?? "",
      region,
      createdAt: call.world.now(),
      ownership,
      acl: store.intern.acl(acl),
      publicAccessBlock: bucketDefaults === "aws" ? everythingBlocked : undefined,
      lock,
      blocksCustomerKeys: bucketDefaults === "aws",
    });
    call.record(bucket, { detail: { ownership: ownership ?? "none" } });
    return { status: 200, headers: { location: `/${name}`, "x-amz-bucket-arn": bucket.arn } };
  },
};

/** Public access can be unblocked only once the bucket is there. */
const publicAclRefused = (): S3Error =>
  new S3Error(400, "InvalidBucketAclWithBlockPublicAccessError", "Bucket cannot have public ACLs set with BlockPublicAccess enabled");

function taken(name: string, own: boolean): S3Error {
  const details = { BucketName: name };
  return own
    ? new S3Error(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.", {
        details,
      })
    : new S3Error(
        409,
        "BucketAlreadyExists",
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
        { details },
      );
}

function demandLocation(call: Call, region: string): void {
  const asked = call.request.body.length === 0 ? undefined : locationOf(call.request.body);
  if (asked === undefined ? region !== "us-east-1" : asked !== region) {
    throw new S3Error(
      400,
      "IllegalLocationConstraintException",
      `The ${asked ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
}

function locationOf(body: Buffer): string | undefined {
  const root = readXml(body);
  if (root.name !== "CreateBucketConfiguration") throw malformedXml();
  const location = childText(root, "LocationConstraint");
  return location === "EU" ? "eu-west-1" : location;
}

function requestedOwnership(call: Call): ObjectOwnership | undefined {
  const header = call.header("x-amz-object-ownership");
  if (header === undefined) return undefined;
  const mode = ownershipModes.find((one) => one === header);
  if (mode === undefined) throw invalidArgument("Invalid x-amz-object-ownership header", "x-amz-object-ownership", header);
  return mode;
}

export const headBucket: Operation = {
  name: "HeadBucket",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:ListBucket", bucket });
    return { status: 200, headers: { "x-amz-bucket-region": bucket.region, "content-type": "application/xml" } };
  },
};

export const deleteBucket: Operation = {
  name: "DeleteBucket",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:DeleteBucket", bucket });
    if (bucket.versions.keyCount > 0) {
      throw new S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty", { details: { BucketName: bucket.name } });
    }
    call.world.store.deleteBucket(bucket.name);
    call.record(bucket, {}, 204);
    return { status: 204 };
  },
};

export const getBucketLocation: Operation = {
  name: "GetBucketLocation",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:GetBucketLocation", bucket });
    return {
      status: 200,
      body: document("LocationConstraint", bucket.region === "us-east-1" ? "" : bucket.region),
    };
  },
};

export const listBuckets: Operation = {
  name: "ListBuckets",
  run(call: Call): Reply {
    demandOwn(call, "s3:ListAllMyBuckets", "arn:aws:s3:::*");
    const { query } = call.request;
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? "";
    const max = Number(query.get("max-buckets") ?? 10_000);
    if (!Number.isInteger(max) || max < 1 || max > 10_000) {
      throw invalidArgument("Argument max-buckets must be an integer between 1 and 10000", "max-buckets", String(query.get("max-buckets")));
    }
    const own = call.world.store
      .buckets()
      .filter((bucket) => bucket.owner === call.canonicalId && bucket.name.startsWith(prefix) && bucket.name > after);
    const shown = own.slice(0, max);
    const buckets = shown.map((bucket) =>
      wrap(
        "Bucket",
        element("Name", bucket.name) +
          element("CreationDate", isoDate(bucket.createdAt)) +
          element("BucketRegion", bucket.region) +
          element("BucketArn", bucket.arn),
      ),
    );
    return {
      status: 200,
      body: document(
        "ListAllMyBucketsResult",
        wrap("Owner", element("ID", call.canonicalId)) +
          wrap("Buckets", buckets.join("")) +
          element("Prefix", query.get("prefix")) +
          element("ContinuationToken", own.length > shown.length ? shown.at(-1)?.name : undefined),
      ),
    };
  },
};
