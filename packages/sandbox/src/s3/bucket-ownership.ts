/**
 * Get/Put/DeleteBucketOwnershipControls: the switch. Setting BucketOwnerEnforced is refused while the bucket's own ACL grants
 * anything to anybody else; object ACLs do not bar it. Stored ACLs and owners stay untouched, so that leaving restores them.
 */
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { malformedXml, S3Error } from "../http/s3-error.ts";
import { child, children, childText, readXml } from "../http/xml-read.ts";
import { document, element, wrap } from "../http/xml-write.ts";
import { bucketAclBarsEnforcement, invalidBucketAcl } from "../ownership/accepts.ts";
import { ownershipModes } from "../store/bucket.ts";
import type { Call, Operation } from "./call.ts";

export const getBucketOwnershipControls: Operation = {
  name: "GetBucketOwnershipControls",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:GetBucketOwnershipControls", bucket });
    if (bucket.ownership === undefined) {
      throw new S3Error(404, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found", {
        details: { BucketName: bucket.name },
      });
    }
    return { status: 200, body: document("OwnershipControls", wrap("Rule", element("ObjectOwnership", bucket.ownership))) };
  },
};

export const putBucketOwnershipControls: Operation = {
  name: "PutBucketOwnershipControls",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:PutBucketOwnershipControls", bucket });
    const root = readXml(call.request.body);
    const rule = child(root, "Rule");
    const asked = rule === undefined ? undefined : childText(rule, "ObjectOwnership");
    const mode = ownershipModes.find((one) => one === asked);
    if (root.name !== "OwnershipControls" || children(root, "Rule").length !== 1 || mode === undefined) throw malformedXml();
    if (mode === "BucketOwnerEnforced" && bucketAclBarsEnforcement(bucket)) throw invalidBucketAcl();
    const former = bucket.ownership ?? "none";
    bucket.ownership = mode;
    call.record(bucket, { detail: { from: former, to: mode } });
    return { status: 200 };
  },
};

export const deleteBucketOwnershipControls: Operation = {
  name: "DeleteBucketOwnershipControls",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:PutBucketOwnershipControls", bucket });
    const former = bucket.ownership ?? "none";
    bucket.ownership = undefined;
    call.record(bucket, { detail: { from: former, to: "none" } }, 204);
    return { status: 204 };
  },
};
