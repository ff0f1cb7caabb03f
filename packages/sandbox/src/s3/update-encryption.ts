/**
 * UpdateObjectEncryption: re-keys an object in place. No data moves, archives stay archived; ETag, date, class, metadata and
 * owner remain. The new key must be one of the bucket owner's account.
 */
import { allowed, demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { accessDenied, invalidRequest, malformedXml } from "../http/s3-error.ts";
import { child, childText, readXml } from "../http/xml-read.ts";
import { effectiveOwner } from "../ownership/owner.ts";
import type { Bucket } from "../store/bucket.ts";
import type { Encryption, ObjectVersion } from "../store/object.ts";
import type { Call, Operation } from "./call.ts";
import { existing } from "./existing.ts";
import { demandKeyUse } from "./key-use.ts";
import { encryptionHeaders, versionHeader } from "./object-headers.ts";

const action = "s3:UpdateObjectEncryption";

export const updateObjectEncryption: Operation = {
  name: "UpdateObjectEncryption",
  run(call: Call): Reply {
    const bucket = call.target();
    const key = call.objectKey();
    const version = permitted(call, bucket, key);
    const next = requestedKey(call);
    const target = call.world.keys.resolve(next.arn, call.accountId ?? "");
    if (target.accountId !== bucket.accountId) {
      throw accessDenied(
        "The AWS KMS key in the request must be owned by the same account as the bucket. Modify the request to specify a KMS key from the same account, and then try again.",
      );
    }
    if (target.managed) throw invalidRequest("The KMS key must be a customer managed key.");
    demandChangeable(call, version);
    for (const use of ["kms:Decrypt", "kms:ReEncryptFrom"]) demandKeyUse(call, version.encryption, use);
    const encryption: Encryption = { kind: "SSE-KMS", keyArn: target.arn, bucketKey: next.bucketKey };
    for (const use of ["kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptTo"]) demandKeyUse(call, encryption, use);
    version.encryption = call.world.store.intern.encryption(encryption);
    call.record(bucket, { key, versionId: version.versionId, detail: { keyArn: target.arn } });
    return { status: 200, headers: { ...versionHeader(bucket, version.versionId), ...encryptionHeaders(encryption) } };
  },
};

/** The bucket owner grants it; the object's owner may too (not settled by AWS's papers: domain notes, 9.9). */
function permitted(call: Call, bucket: Bucket, key: string): ObjectVersion {
  const versionId = call.versionId();
  const version = bucket.find(key, versionId);
  if (version !== undefined && !version.isDeleteMarker && effectiveOwner(bucket, version) === call.canonicalId) {
    if (!allowed(call, { action, bucket, key, version })) demand(call, { action, bucket, key, version, ownSideOnly: true });
    return version;
  }
  return existing(call, { bucket, key, versionId, actions: [action, action], currentMarker: 405 });
}

function requestedKey(call: Call): { arn: string; bucketKey: boolean } {
  const root = readXml(call.request.body);
  const kms = child(root, "SSE-KMS");
  const arn = kms === undefined ? undefined : childText(kms, "KMSKeyArn");
  if (root.name !== "ObjectEncryption" || kms === undefined || arn === undefined) throw malformedXml();
  if (!/^arn:aws[a-z-]*:kms:[a-z0-9-]*:\d{12}:key\/.+$/.test(arn)) throw malformedXml();
  return { arn, bucketKey: childText(kms, "BucketKeyEnabled") === "true" };
}

function demandChangeable(call: Call, version: ObjectVersion): void {
  const { kind } = version.encryption;
  if (kind === "NOT-SSE") {
    throw invalidRequest(
      "The UpdateObjectEncryption operation doesn't supported unencrypted source objects. Only source objects encrypted with SSE-S3 or SSE-KMS are supported.",
    );
  }
  if (kind === "SSE-C" || kind === "DSSE-KMS") {
    throw invalidRequest(
      "The UpdateObjectEncryption operation doesn't support source objects with the encryption type DSSE-KMS or SSE-C. Only source objects encrypted with SSE-S3 or SSE-KMS are supported.",
    );
  }
  const { lock } = version;
  const retained = lock?.retainUntil !== undefined && lock.retainUntil > call.world.now();
  if (retained || lock?.legalHold === true) {
    throw accessDenied("The encryption type for the specified object can't be updated because that object is protected by S3 Object Lock.");
  }
}
