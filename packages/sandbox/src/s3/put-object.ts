/** PutObject. */

import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { invalidRequest } from "../http/s3-error.ts";
import { bytesContent } from "../store/content.ts";
import { bodyChecksum } from "./body-checksum.ts";
import type { Call, Operation } from "./call.ts";
import { demandDestinationConditions } from "./conditions.ts";
import { etagOf } from "./etag.ts";
import { checksumHeaders, versionHeader, writtenEncryptionHeaders } from "./object-headers.ts";
import { encryptionFrom } from "./write-encryption.ts";
import { attributesFrom, storageClassFrom, tagsFrom } from "./write-headers.ts";
import { lockFrom, namesLock } from "./write-lock.ts";
import { demandWrite, storeObject } from "./write-object.ts";

export const putObject: Operation = { name: "PutObject", run };

function run(call: Call): Reply {
  const bucket = call.target();
  const key = call.objectKey();
  const requested = demandWrite(call, bucket, key);
  const tags = tagsFrom(call);
  if (tags.size > 0) demand(call, { action: "s3:PutObjectTagging", bucket, key });
  const checksum = bodyChecksum(call);
  const lock = lockFrom(call, bucket, key);
  if (namesLock(call) && call.header("content-md5") === undefined && !checksum.sent) {
    throw invalidRequest("Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters");
  }
  const storageClass = storageClassFrom(call);
  const encryption = encryptionFrom(call, bucket);
  demandDestinationConditions(call, bucket, key);
  const content = bytesContent(call.request.body);
  const version = storeObject(call, bucket, {
    key,
    writer: call.canonicalId,
    requested,
    content,
    etag: etagOf(content, encryption),
    attributes: attributesFrom(call),
    storageClass,
    encryption,
    tags,
    checksum: checksum.value,
    lock,
  });
  call.record(bucket, {
    key,
    newVersionId: version.versionId,
    detail: { owner: version.owner, acl: call.header("x-amz-acl") ?? requested.kind },
  });
  return {
    status: 200,
    headers: {
      etag: `"${version.etag}"`,
      ...versionHeader(bucket, version.versionId),
      ...writtenEncryptionHeaders(encryption),
      ...checksumHeaders(version.checksum),
    },
  };
}
