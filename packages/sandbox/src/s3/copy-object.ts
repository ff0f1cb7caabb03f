/**
 * CopyObject: a new object made of an old one's bytes. What it keeps by default is little (see the table of what survives a
 * copy): metadata, tags, annotations and checksum algorithm. ACL, class, encryption, lock and redirect come from the request alone.
 */

import { demand } from "../authorize.ts";
import { algorithmNamed, checksumOfContent } from "../checksum/checksum.ts";
import type { Reply } from "../http/exchange.ts";
import { invalidArgument, invalidRequest } from "../http/s3-error.ts";
import { document, element } from "../http/xml-write.ts";
import { isoDate } from "../iso-date.ts";
import type { Annotations } from "../store/annotation.ts";
import type { Bucket } from "../store/bucket.ts";
import type { Checksum, ObjectAttributes, Tags } from "../store/object.ts";
import type { Call, Operation } from "./call.ts";
import { checksumElements } from "./checksum-xml.ts";
import { demandDestinationConditions } from "./conditions.ts";
import { type CopySource, copySource } from "./copy-source.ts";
import { etagOf } from "./etag.ts";
import { versionHeader, writtenEncryptionHeaders } from "./object-headers.ts";
import { encryptionFrom, namesEncryption } from "./write-encryption.ts";
import { attributesFrom, redirectFrom, storageClassFrom, tagsFrom } from "./write-headers.ts";
import { lockFrom } from "./write-lock.ts";
import { demandWrite, storeObject } from "./write-object.ts";

const copyBytesMax = 5 * 1024 ** 3;
const selfCopy =
  "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";

export const copyObject: Operation = { name: "CopyObject", run };

function run(call: Call): Reply {
  const bucket = call.target();
  const key = call.objectKey();
  const requested = demandWrite(call, bucket, key);
  const source = copySource(call);
  const replacesMetadata = directive(call, "x-amz-metadata-directive", "Unknown metadata directive.");
  demandNoSelfCopy(call, source, bucket, key, replacesMetadata);
  if (source.version.size > copyBytesMax) throw invalidRequest("CopyObject request made on objects larger than 5GB in size");
  const tags = tagsOf(call, source, bucket, key);
  const annotations = annotationsOf(call, source, bucket, key);
  const lock = lockFrom(call, bucket, key);
  const storageClass = storageClassFrom(call);
  const encryption = encryptionFrom(call, bucket);
  demandDestinationConditions(call, bucket, key);
  const { content } = source.version;
  const version = storeObject(call, bucket, {
    key,
    writer: call.canonicalId,
    requested,
    content,
    etag: etagOf(content, encryption, digestOf(source)),
    attributes: replacesMetadata ? attributesFrom(call) : keptAttributes(call, source),
    storageClass,
    encryption,
    tags,
    checksum: checksumOfCopy(call, source),
    lock,
    annotations,
  });
  call.record(bucket, {
    key,
    newVersionId: version.versionId,
    detail: {
      source: `${source.bucket.name}/${source.key}`,
      sourceVersionId: source.version.versionId,
      owner: version.owner,
      acl: call.header("x-amz-acl") ?? requested.kind,
    },
  });
  return {
    status: 200,
    headers: {
      ...versionHeader(bucket, version.versionId),
      ...(source.bucket.versioning === undefined ? {} : { "x-amz-copy-source-version-id": source.version.versionId }),
      ...writtenEncryptionHeaders(encryption),
    },
    body: document(
      "CopyObjectResult",
      element("LastModified", isoDate(version.lastModified)) + element("ETag", `"${version.etag}"`) + checksumElements(version.checksum),
    ),
  };
}

/** COPY (default): false; REPLACE: true. */
function directive(call: Call, header: string, refusal: string): boolean {
  const value = call.header(header) ?? "COPY";
  if (value !== "COPY" && value !== "REPLACE") throw invalidArgument(refusal, header, value);
  return value === "REPLACE";
}

/** A copy of the current version onto itself must change something besides ACL and tags. */
function demandNoSelfCopy(call: Call, source: CopySource, bucket: Bucket, key: string, replacesMetadata: boolean): void {
  if (source.bucket !== bucket || source.key !== key || source.versionId !== undefined) return;
  const changes =
    replacesMetadata ||
    call.header("x-amz-storage-class") !== undefined ||
    call.header("x-amz-website-redirect-location") !== undefined ||
    namesEncryption(call);
  if (!changes) throw invalidRequest(selfCopy);
}

function keptAttributes(call: Call, source: CopySource): ObjectAttributes {
  const { attributes } = source.version;
  const websiteRedirect = redirectFrom(call);
  return attributes.websiteRedirect === websiteRedirect
    ? attributes
    : call.world.store.intern.attributes({ ...attributes, websiteRedirect });
}

function tagsOf(call: Call, source: CopySource, bucket: Bucket, key: string): Tags {
  const replaces = directive(call, "x-amz-tagging-directive", "Unknown tagging directive.");
  const tags = replaces ? tagsFrom(call) : source.version.tags;
  if (!replaces && tags.size > 0) {
    const action = source.versionId === undefined ? "s3:GetObjectTagging" : "s3:GetObjectVersionTagging";
    demand(call, { action, bucket: source.bucket, key: source.key, version: source.version });
  }
  if (tags.size > 0) demand(call, { action: "s3:PutObjectTagging", bucket, key });
  return tags;
}

/** Copied unless `x-amz-object-annotation-directive` (or the parameter of that name) says EXCLUDE. */
function annotationsOf(call: Call, source: CopySource, bucket: Bucket, key: string): Annotations | undefined {
  const name = "x-amz-object-annotation-directive";
  const value = call.header(name) ?? call.request.query.get(name) ?? "COPY";
  if (value !== "COPY" && value !== "EXCLUDE") throw invalidArgument("Unknown annotation directive.", name, value);
  const { annotations } = source.version;
  if (value === "EXCLUDE" || annotations === undefined) return undefined;
  demand(call, { action: "s3:GetObjectAnnotation", bucket: source.bucket, key: source.key, version: source.version });
  demand(call, { action: "s3:PutObjectAnnotation", bucket, key });
  return annotations;
}

/** The source's ETag where that is the MD5 of its bytes: no need to compute it again. */
function digestOf(source: CopySource): string | undefined {
  const { encryption, etag } = source.version;
  const isDigest = (encryption.kind === "SSE-S3" || encryption.kind === "NOT-SSE") && !etag.includes("-");
  return isDigest ? etag : undefined;
}

/** The algorithm is kept, the value is that of the whole object; a source without one gains CRC64NVME. */
function checksumOfCopy(call: Call, source: CopySource): Checksum | undefined {
  const former = source.version.checksum;
  const algorithm = algorithmNamed(call.header("x-amz-checksum-algorithm")) ?? former?.algorithm ?? "CRC64NVME";
  if (former !== undefined && former.algorithm === algorithm && former.type === "FULL_OBJECT") return former;
  return checksumOfContent(algorithm, source.version.content);
}
