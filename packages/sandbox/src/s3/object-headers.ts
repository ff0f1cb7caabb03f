/** The headers an object answers with: identity, attributes, encryption, lock, checksum. */
import { httpDate } from "../http/xml-write.ts";
import type { Bucket } from "../store/bucket.ts";
import type { Checksum, Encryption, ObjectAttributes, ObjectLock, ObjectVersion } from "../store/object.ts";
import { isRestored } from "./archive.ts";

export type Headers = Record<string, string>;

/** `x-amz-version-id`, in buckets that have or had versioning. */
export function versionHeader(bucket: Bucket, versionId: string): Headers {
  return bucket.versioning === undefined ? {} : { "x-amz-version-id": versionId };
}

export function encryptionHeaders(encryption: Encryption): Headers {
  switch (encryption.kind) {
    case "NOT-SSE":
      return {};
    case "SSE-S3":
      return { "x-amz-server-side-encryption": "AES256" };
    case "SSE-C":
      return {
        "x-amz-server-side-encryption-customer-algorithm": "AES256",
        "x-amz-server-side-encryption-customer-key-MD5": encryption.keyMd5,
      };
    default:
      return {
        "x-amz-server-side-encryption": encryption.kind === "DSSE-KMS" ? "aws:kms:dsse" : "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": encryption.keyArn,
        ...(encryption.bucketKey ? { "x-amz-server-side-encryption-bucket-key-enabled": "true" } : {}),
      };
  }
}

/** Answers to writes also tell the encryption context. */
export function writtenEncryptionHeaders(encryption: Encryption): Headers {
  const headers = encryptionHeaders(encryption);
  if ("context" in encryption && encryption.context !== undefined) headers["x-amz-server-side-encryption-context"] = encryption.context;
  return headers;
}

export function checksumHeaders(checksum: Checksum | undefined): Headers {
  if (checksum === undefined) return {};
  return { [`x-amz-checksum-${checksum.algorithm.toLowerCase()}`]: checksum.value, "x-amz-checksum-type": checksum.type };
}

export function attributeHeaders(attributes: ObjectAttributes): Headers {
  const headers: Headers = { "content-type": attributes.contentType };
  if (attributes.contentEncoding !== undefined) headers["content-encoding"] = attributes.contentEncoding;
  if (attributes.contentLanguage !== undefined) headers["content-language"] = attributes.contentLanguage;
  if (attributes.contentDisposition !== undefined) headers["content-disposition"] = attributes.contentDisposition;
  if (attributes.cacheControl !== undefined) headers["cache-control"] = attributes.cacheControl;
  if (attributes.expires !== undefined) headers.expires = attributes.expires;
  if (attributes.websiteRedirect !== undefined) headers["x-amz-website-redirect-location"] = attributes.websiteRedirect;
  for (const [name, value] of attributes.metadata) headers[`x-amz-meta-${name}`] = value;
  return headers;
}

export function lockHeaders(lock: ObjectLock | undefined): Headers {
  const headers: Headers = {};
  if (lock?.mode !== undefined && lock.retainUntil !== undefined) {
    headers["x-amz-object-lock-mode"] = lock.mode;
    headers["x-amz-object-lock-retain-until-date"] = new Date(lock.retainUntil).toISOString();
  }
  if (lock?.legalHold !== undefined) headers["x-amz-object-lock-legal-hold"] = lock.legalHold ? "ON" : "OFF";
  return headers;
}

/** ETag, date, version, class, restore and replication state: what GET and HEAD say of every object. */
export function stateHeaders(bucket: Bucket, version: ObjectVersion, now: number): Headers {
  const headers: Headers = {
    "last-modified": httpDate(version.lastModified),
    etag: `"${version.etag}"`,
    "accept-ranges": "bytes",
    ...versionHeader(bucket, version.versionId),
    ...encryptionHeaders(version.encryption),
  };
  if (version.storageClass !== "STANDARD") headers["x-amz-storage-class"] = version.storageClass;
  if (version.archiveTier !== undefined) headers["x-amz-archive-status"] = version.archiveTier;
  if (version.replicationStatus !== undefined) headers["x-amz-replication-status"] = version.replicationStatus;
  if (version.restore !== undefined && isRestored(version, now)) {
    headers["x-amz-restore"] = `ongoing-request="false", expiry-date="${httpDate(version.restore.expiresAt)}"`;
  }
  return headers;
}
