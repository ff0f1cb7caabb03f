// The headers that make a copy in place faithful and safe: pinned at both ends, and everything S3 does not carry over sent again (domain.md 4.2, 4.6).
import { encodeKey, encodeUri } from "../sign/uri.ts";
import { quoted } from "../xml/documents.ts";
import type { CopyRequest, ObjectAddress } from "./object-calls.ts";

/** `bucket/key?versionId=…`, encoded once. */
export function copySource(source: ObjectAddress): string {
  const version = source.versionId === undefined ? "" : `?versionId=${encodeUri(source.versionId)}`;
  return `${source.bucket}/${encodeKey(source.key)}${version}`;
}

/** Name, value, name, value …: all but the expected owners and the signature. */
export function copyHeaders(request: CopyRequest): string[] {
  const { encryption, lock } = request;
  const headers = [
    "x-amz-acl",
    request.acl,
    "x-amz-copy-source",
    copySource(request.source),
    "x-amz-copy-source-if-match",
    quoted(request.sourceIfMatch),
    "x-amz-storage-class",
    request.storageClass,
  ];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined) headers.push(name, value);
  };
  if (request.destinationIfMatch !== undefined) headers.push("if-match", quoted(request.destinationIfMatch));
  add("x-amz-checksum-algorithm", request.checksumAlgorithm);
  add("x-amz-object-lock-legal-hold", lock?.legalHold);
  add("x-amz-object-lock-mode", lock?.mode);
  add("x-amz-object-lock-retain-until-date", lock?.retainUntil);
  add("x-amz-server-side-encryption", encryption?.algorithm);
  add("x-amz-server-side-encryption-aws-kms-key-id", encryption?.kmsKeyId);
  add("x-amz-server-side-encryption-bucket-key-enabled", encryption?.bucketKey?.toString());
  add("x-amz-server-side-encryption-context", encryption?.context);
  add("x-amz-website-redirect-location", request.websiteRedirect);
  return headers;
}
