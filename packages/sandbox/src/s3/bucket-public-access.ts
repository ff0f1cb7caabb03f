/** Get/Put/DeletePublicAccessBlock of a bucket. */
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { malformedXml, S3Error } from "../http/s3-error.ts";
import { childText, readXml, type XmlElement } from "../http/xml-read.ts";
import { document, element } from "../http/xml-write.ts";
import type { PublicAccessBlock } from "../store/bucket.ts";
import type { Call, Operation } from "./call.ts";

export const getPublicAccessBlock: Operation = {
  name: "GetPublicAccessBlock",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:GetBucketPublicAccessBlock", bucket });
    if (bucket.publicAccessBlock === undefined) {
      throw new S3Error(404, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", {
        details: { BucketName: bucket.name },
      });
    }
    return { status: 200, body: writePublicAccessBlock(bucket.publicAccessBlock) };
  },
};

export const putPublicAccessBlock: Operation = {
  name: "PutPublicAccessBlock",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:PutBucketPublicAccessBlock", bucket });
    bucket.publicAccessBlock = readPublicAccessBlock(call.request.body);
    call.record(bucket, {});
    return { status: 200 };
  },
};

export const deletePublicAccessBlock: Operation = {
  name: "DeletePublicAccessBlock",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:PutBucketPublicAccessBlock", bucket });
    bucket.publicAccessBlock = undefined;
    call.record(bucket, {}, 204);
    return { status: 204 };
  },
};

/** PublicAccessBlockConfiguration; a flag left out is false. */
function readPublicAccessBlock(body: Buffer): PublicAccessBlock {
  const root = readXml(body);
  if (root.name !== "PublicAccessBlockConfiguration") throw malformedXml();
  return {
    blockPublicAcls: flag(root, "BlockPublicAcls"),
    ignorePublicAcls: flag(root, "IgnorePublicAcls"),
    blockPublicPolicy: flag(root, "BlockPublicPolicy"),
    restrictPublicBuckets: flag(root, "RestrictPublicBuckets"),
  };
}

function flag(root: XmlElement, name: string): boolean {
  const text = childText(root, name)?.toLowerCase() ?? "false";
  if (text !== "true" && text !== "false") throw malformedXml();
  return text === "true";
}

function writePublicAccessBlock(block: PublicAccessBlock): string {
  return document(
    "PublicAccessBlockConfiguration",
    element("BlockPublicAcls", block.blockPublicAcls) +
      element("IgnorePublicAcls", block.ignorePublicAcls) +
      element("BlockPublicPolicy", block.blockPublicPolicy) +
      element("RestrictPublicBuckets", block.restrictPublicBuckets),
  );
}
