// The headers that make a copy in place faithful and safe: pinned at both ends, and everything S3 does not carry over sent again (domain.md 4.2, 4.6).
import { canonicalQuery, encodeKey, encodeUri } from "../sign/uri.ts";
import { quoted } from "../xml/documents.ts";
import type { CopyRequest, HeadFacts, ObjectAddress, ObjectAttributes, Tag } from "./object-calls.ts";

/** `bucket/key?versionId=…`, encoded once. */
export function copySource(source: ObjectAddress): string {
  const version = source.versionId === undefined ? "" : `?versionId=${encodeUri(source.versionId)}`;
  return `${source.bucket}/${encodeKey(source.key)}${version}`;
}

/** Name, value, name, value …: all but the expected owners and the signature. */
export function copyHeaders(request: CopyRequest): string[] {
  const headers = [
    "x-amz-copy-source",
    copySource(request.source),
    "x-amz-copy-source-if-match",
    quoted(request.sourceIfMatch),
    ...keptHeaders(request),
  ];
  if (request.destinationIfMatch !== undefined) headers.push("if-match", quoted(request.destinationIfMatch));
  if (request.replace !== undefined) headers.push("x-amz-metadata-directive", "REPLACE", ...attributeHeaders(request.replace));
  return headers;
}

/** Tags as a query string; none where there are none. */
export const taggingHeaders = (tags: readonly Tag[]): string[] =>
  tags.length === 0 ? [] : ["x-amz-tagging", canonicalQuery(tags.map(({ key, value }) => [key, value] as const))];

/** What no copy carries over by itself: ACL, class, encryption, lock, redirect, checksum algorithm. */
export type Kept = Pick<CopyRequest, "acl" | "storageClass" | "encryption" | "lock" | "websiteRedirect" | "checksumAlgorithm">;

export function keptHeaders(kept: Kept): string[] {
  const { encryption, lock } = kept;
  return [
    "x-amz-acl",
    kept.acl,
    "x-amz-storage-class",
    kept.storageClass,
    ...stated([
      ["x-amz-checksum-algorithm", kept.checksumAlgorithm],
      ["x-amz-object-lock-legal-hold", lock?.legalHold],
      ["x-amz-object-lock-mode", lock?.mode],
      ["x-amz-object-lock-retain-until-date", lock?.retainUntil],
      ["x-amz-server-side-encryption", encryption?.algorithm],
      ["x-amz-server-side-encryption-aws-kms-key-id", encryption?.kmsKeyId],
      ["x-amz-server-side-encryption-bucket-key-enabled", encryption?.bucketKey?.toString()],
      ["x-amz-server-side-encryption-context", encryption?.context],
      ["x-amz-website-redirect-location", kept.websiteRedirect],
    ]),
  ];
}

/** As HEAD told them, byte for byte. */
export function attributeHeaders(attributes: ObjectAttributes): string[] {
  const metadata = Object.entries(attributes.metadata).map(([name, value]): [string, string] => [`x-amz-meta-${name}`, value]);
  return stated([
    ["cache-control", attributes.cacheControl],
    ["content-disposition", attributes.contentDisposition],
    ["content-encoding", attributes.contentEncoding],
    ["content-language", attributes.contentLanguage],
    ["content-type", attributes.contentType],
    ["expires", attributes.expires],
    ...metadata,
  ]);
}

/** The attributes of an object among all that HEAD tells. */
export function attributesOf(facts: HeadFacts): ObjectAttributes {
  const { metadata, contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl, expires } = facts;
  return {
    metadata,
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    ...(contentLanguage === undefined ? {} : { contentLanguage }),
    ...(contentDisposition === undefined ? {} : { contentDisposition }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(expires === undefined ? {} : { expires }),
  };
}

const stated = (fields: readonly (readonly [name: string, value: string | undefined])[]): string[] =>
  fields.flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
