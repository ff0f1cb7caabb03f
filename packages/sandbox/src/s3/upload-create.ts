/** CreateMultipartUpload: fixes everything the object will be except its bytes. */

import { demand } from "../authorize.ts";
import { algorithmNamed } from "../checksum/checksum.ts";
import type { Reply } from "../http/exchange.ts";
import { invalidRequest } from "../http/s3-error.ts";
import { document, element } from "../http/xml-write.ts";
import { writeContextOf } from "../request-context.ts";
import type { Call, Operation } from "./call.ts";
import { demandKeyUse } from "./key-use.ts";
import { writtenEncryptionHeaders } from "./object-headers.ts";
import { encryptionFrom } from "./write-encryption.ts";
import { attributesFrom, storageClassFrom, tagsFrom } from "./write-headers.ts";
import { lockFrom } from "./write-lock.ts";
import { cannedName, demandWrite } from "./write-object.ts";

export const createMultipartUpload: Operation = { name: "CreateMultipartUpload", run };

function run(call: Call): Reply {
  const bucket = call.target();
  const key = call.objectKey();
  const requested = demandWrite(call, bucket, key);
  const tags = tagsFrom(call);
  if (tags.size > 0) demand(call, { action: "s3:PutObjectTagging", bucket, key });
  const encryption = encryptionFrom(call, bucket);
  demandKeyUse(call, encryption, "kms:Decrypt");
  const algorithm = algorithmNamed(call.header("x-amz-checksum-algorithm"));
  const type = checksumType(call, algorithm);
  const id = call.world.store.newUploadId();
  bucket.uploads.set(id, {
    id,
    key,
    initiator: { canonicalId: call.canonicalId, arn: call.arn, accountId: call.accountId },
    initiatedAt: call.world.now(),
    requested,
    context: writeContextOf(call.context),
    attributes: attributesFrom(call),
    storageClass: storageClassFrom(call),
    encryption,
    tags,
    lock: lockFrom(call, bucket, key),
    checksumAlgorithm: algorithm,
    checksumType: type,
    parts: new Map(),
  });
  call.record(bucket, { key, detail: { uploadId: id, acl: cannedName(requested) ?? requested.kind } });
  return {
    status: 200,
    headers: {
      ...writtenEncryptionHeaders(encryption),
      ...(algorithm === undefined ? {} : { "x-amz-checksum-algorithm": algorithm }),
      ...(type === undefined ? {} : { "x-amz-checksum-type": type }),
    },
    body: document("InitiateMultipartUploadResult", element("Bucket", bucket.name) + element("Key", key) + element("UploadId", id)),
  };
}

/** CRC64NVME knows full-object values only, SHA only composite ones; CRC32 and CRC32C default to composite. */
function checksumType(call: Call, algorithm: ReturnType<typeof algorithmNamed>): "FULL_OBJECT" | "COMPOSITE" | undefined {
  const asked = call.header("x-amz-checksum-type");
  if (algorithm === undefined) {
    if (asked !== undefined)
      throw invalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
    return undefined;
  }
  if (asked !== undefined && asked !== "FULL_OBJECT" && asked !== "COMPOSITE")
    throw invalidRequest("Value for x-amz-checksum-type header is invalid.");
  const full = algorithm === "CRC64NVME";
  const composite = algorithm === "SHA1" || algorithm === "SHA256";
  if ((full && asked === "COMPOSITE") || (composite && asked === "FULL_OBJECT")) {
    throw invalidRequest(`The ${asked} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`);
  }
  return asked ?? (full ? "FULL_OBJECT" : "COMPOSITE");
}
