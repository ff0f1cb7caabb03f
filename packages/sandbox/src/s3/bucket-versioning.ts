/** GetBucketVersioning and PutBucketVersioning. */
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { malformedXml, S3Error } from "../http/s3-error.ts";
import { childText, readXml } from "../http/xml-read.ts";
import { document, element } from "../http/xml-write.ts";
import type { Call, Operation } from "./call.ts";

export const getBucketVersioning: Operation = {
  name: "GetBucketVersioning",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:GetBucketVersioning", bucket });
    return { status: 200, body: document("VersioningConfiguration", element("Status", bucket.versioning)) };
  },
};

export const putBucketVersioning: Operation = {
  name: "PutBucketVersioning",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:PutBucketVersioning", bucket });
    const root = readXml(call.request.body);
    const status = childText(root, "Status");
    if (root.name !== "VersioningConfiguration" || (status !== "Enabled" && status !== "Suspended")) throw malformedXml();
    if (status === "Suspended" && bucket.lock !== undefined) {
      throw new S3Error(
        409,
        "InvalidBucketState",
        "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
      );
    }
    bucket.versioning = status;
    call.record(bucket, { detail: { status } });
    return { status: 200 };
  },
};
