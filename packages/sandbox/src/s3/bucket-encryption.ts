/** Get/Put/DeleteBucketEncryption: the default for objects whose writer says nothing, and whether SSE-C is blocked. */
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { malformedXml, S3Error } from "../http/s3-error.ts";
import { child, children, childText, readXml } from "../http/xml-read.ts";
import { document, element, wrap } from "../http/xml-write.ts";
import type { DefaultEncryption } from "../store/bucket.ts";
import type { Call, Operation } from "./call.ts";

const algorithms = { "SSE-S3": "AES256", "SSE-KMS": "aws:kms", "DSSE-KMS": "aws:kms:dsse" } as const;

export const getBucketEncryption: Operation = {
  name: "GetBucketEncryption",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:GetEncryptionConfiguration", bucket });
    const { kind, keyId, bucketKey, blocksCustomerKeys } = bucket.encryption;
    const rule =
      wrap("ApplyServerSideEncryptionByDefault", element("SSEAlgorithm", algorithms[kind]) + element("KMSMasterKeyID", keyId)) +
      element("BucketKeyEnabled", bucketKey) +
      (blocksCustomerKeys ? wrap("BlockedEncryptionTypes", element("EncryptionType", "SSE-C")) : "");
    return { status: 200, body: document("ServerSideEncryptionConfiguration", wrap("Rule", rule)) };
  },
};

export const putBucketEncryption: Operation = {
  name: "PutBucketEncryption",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:PutEncryptionConfiguration", bucket });
    bucket.encryption = read(call.request.body, bucket.encryption);
    call.record(bucket, { detail: { algorithm: algorithms[bucket.encryption.kind] } });
    return { status: 200 };
  },
};

export const deleteBucketEncryption: Operation = {
  name: "DeleteBucketEncryption",
  run(call: Call): Reply {
    const bucket = call.target();
    demand(call, { action: "s3:PutEncryptionConfiguration", bucket });
    bucket.encryption = { kind: "SSE-S3", bucketKey: false, blocksCustomerKeys: bucket.encryption.blocksCustomerKeys };
    call.record(bucket, {}, 204);
    return { status: 204 };
  },
};

function read(body: Buffer, former: DefaultEncryption): DefaultEncryption {
  const root = readXml(body);
  const rule = child(root, "Rule");
  if (root.name !== "ServerSideEncryptionConfiguration" || rule === undefined || children(root, "Rule").length !== 1) throw malformedXml();
  const apply = child(rule, "ApplyServerSideEncryptionByDefault");
  const blocked = child(rule, "BlockedEncryptionTypes");
  const algorithm = apply === undefined ? undefined : childText(apply, "SSEAlgorithm");
  const keyId = apply === undefined ? undefined : childText(apply, "KMSMasterKeyID");
  const kind = (["SSE-S3", "SSE-KMS", "DSSE-KMS"] as const).find((one) => algorithms[one] === algorithm);
  if (apply !== undefined && kind === undefined) throw malformedXml();
  if (kind === "SSE-S3" && keyId !== undefined) {
    throw new S3Error(
      400,
      "InvalidArgument",
      "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
    );
  }
  const types = blocked === undefined ? undefined : children(blocked, "EncryptionType").map((one) => one.text.trim());
  return {
    kind: kind ?? former.kind,
    keyId: apply === undefined ? former.keyId : keyId,
    bucketKey: childText(rule, "BucketKeyEnabled") === "true",
    blocksCustomerKeys: types === undefined ? former.blocksCustomerKeys : types.includes("SSE-C"),
  };
}
