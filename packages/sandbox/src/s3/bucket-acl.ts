/** GetBucketAcl and PutBucketAcl. With ACLs disabled, writes are refused and reads show the bucket owner alone. */
import { userGrant } from "../acl/acl.ts";
import { bucketCannedAcls } from "../acl/canned.ts";
import { withoutPublicGrants } from "../acl/evaluate.ts";
import { publicAccessOf } from "../acl/public-access.ts";
import { grantsFor } from "../acl/requested.ts";
import { writeAclPolicy } from "../acl/xml.ts";
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { accessDenied } from "../http/s3-error.ts";
import { aclNotSupported, demandNotPublic } from "../ownership/accepts.ts";
import type { Call, Operation } from "./call.ts";
import { requestedAcl } from "./object-acl.ts";

export const getBucketAcl: Operation = {
  name: "GetBucketAcl",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:GetBucketAcl", bucket });
    const acl = bucket.enforced
      ? [userGrant(bucket.owner, "FULL_CONTROL")]
      : publicAccessOf(call.world.store, bucket).ignorePublicAcls
        ? withoutPublicGrants(bucket.acl)
        : bucket.acl;
    return { status: 200, body: writeAclPolicy(bucket.owner, acl) };
  },
};

export const putBucketAcl: Operation = {
  name: "PutBucketAcl",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:PutBucketAcl", bucket });
    const requested = requestedAcl(call, bucketCannedAcls);
    if (requested.kind === "policy" && requested.owner !== bucket.owner) throw accessDenied();
    if (bucket.enforced) throw aclNotSupported();
    const grants = grantsFor(requested, bucket.owner, bucket.owner);
    demandNotPublic(grants, publicAccessOf(call.world.store, bucket));
    bucket.acl = call.world.store.intern.acl(grants);
    call.record(bucket, { detail: { acl: requested.kind === "canned" ? requested.name : requested.kind } });
    return { status: 200 };
  },
};
