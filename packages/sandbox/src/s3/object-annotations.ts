/**
 * PutObjectAnnotation, GetObjectAnnotation, ListObjectAnnotations, DeleteObjectAnnotation (S3 API, June 2026). Annotations belong
 * to a version, not to its ETag or date; an inventory does not know them.
 */
import { hash } from "node:crypto";
import { allowed, demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { invalidArgument, invalidRequest, preconditionFailed, S3Error } from "../http/s3-error.ts";
import { document, element, escapeXml, httpDate, wrap } from "../http/xml-write.ts";
import { isoDate } from "../iso-date.ts";
import { effectiveOwner } from "../ownership/owner.ts";
import type { Annotation } from "../store/annotation.ts";
import type { ObjectVersion } from "../store/object.ts";
import { bodyChecksum } from "./body-checksum.ts";
import type { Call, Operation } from "./call.ts";
import { existing } from "./existing.ts";
import { demandKeyUse } from "./key-use.ts";
import { countOf } from "./listing.ts";
import { checksumHeaders, encryptionHeaders } from "./object-headers.ts";

const annotationsMax = 1_000;
const nameBytesMax = 512;
const payloadBytesMax = 1 << 20;
const noAnnotations: ReadonlyMap<string, Annotation> = new Map();

export const putObjectAnnotation: Operation = {
  name: "PutObjectAnnotation",
  run(call: Call): Reply {
    const version = annotated(call, "s3:PutObjectAnnotation");
    const name = annotationName(call);
    demandObjectMatch(call, version);
    if (version.encryption.kind === "SSE-C") throw invalidRequest("Objects encrypted with SSE-C cannot have annotations.");
    demandKeyUse(call, version.encryption, "kms:GenerateDataKey");
    const bytes = payload(call);
    const former = version.annotations ?? noAnnotations;
    if (former.size >= annotationsMax && !former.has(name)) {
      throw new S3Error(400, "AnnotationLimitExceeded", `An object can have up to ${annotationsMax} annotations.`);
    }
    const annotation = {
      name,
      bytes,
      etag: hash("md5", bytes, "hex"),
      lastModified: call.world.now(),
      checksum: bodyChecksum(call).value,
    };
    version.annotations = new Map(former).set(name, annotation);
    record(call, version, name);
    return {
      status: 200,
      headers: { ...versionHeaders(version), etag: `"${annotation.etag}"`, ...shared(version), ...checksumHeaders(annotation.checksum) },
      body: document("PutObjectAnnotationOutput", element("Key", version.key) + element("AnnotationName", name)),
    };
  },
};

/** One by its name. */
export const getObjectAnnotation: Operation = {
  name: "GetObjectAnnotation",
  run(call: Call): Reply {
    const version = annotated(call, "s3:GetObjectAnnotation");
    const name = annotationName(call);
    const annotation = version.annotations?.get(name);
    if (annotation === undefined) {
      throw new S3Error(404, "NoSuchAnnotation", "The specified annotation does not exist.", { details: { AnnotationName: name } });
    }
    demandKeyUse(call, version.encryption, "kms:Decrypt");
    const sums = call.header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED" ? checksumHeaders(annotation.checksum) : {};
    return {
      status: 200,
      headers: {
        ...versionHeaders(version),
        "content-type": "text/plain;charset=utf-8",
        "last-modified": httpDate(annotation.lastModified),
        etag: `"${annotation.etag}"`,
        ...shared(version),
        ...sums,
      },
      body: annotation.bytes,
    };
  },
};

export const listObjectAnnotations: Operation = {
  name: "ListObjectAnnotations",
  run(call: Call): Reply {
    const version = annotated(call, "s3:ListObjectAnnotations");
    const { query } = call.request;
    const prefix = query.get("annotation-prefix") ?? "";
    const after = query.get("continuation-token") ?? "";
    const max = Math.min(countOf(call, "max-annotation-results", annotationsMax), annotationsMax);
    const names = [...(version.annotations ?? noAnnotations).values()]
      .filter(({ name }) => name.startsWith(prefix) && name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const shown = names.slice(0, max);
    const last = names.length > shown.length ? shown.at(-1)?.name : undefined;
    return {
      status: 200,
      headers: versionHeaders(version),
      body: document(
        "ListObjectAnnotationsOutput",
        wrap("Annotations", shown.map(entryXml).join("")) +
          element("Bucket", call.bucket) +
          element("Key", version.key) +
          element("AnnotationPrefix", query.get("annotation-prefix")) +
          element("MaxAnnotationResults", max) +
          element("AnnotationCount", shown.length) +
          element("ContinuationToken", query.get("continuation-token")) +
          element("NextContinuationToken", last),
      ),
    };
  },
};

export const deleteObjectAnnotation: Operation = {
  name: "DeleteObjectAnnotation",
  run(call: Call): Reply {
    const version = annotated(call, "s3:DeleteObjectAnnotation");
    const name = annotationName(call);
    demandObjectMatch(call, version);
    if (version.annotations?.has(name) === true) {
      const left = new Map(version.annotations);
      left.delete(name);
      version.annotations = left.size === 0 ? undefined : left;
      record(call, version, name, 204);
    }
    return { status: 204, headers: versionHeaders(version) };
  },
};

/** The bucket owner grants it; the object's own owner may too (AWS's papers do not say). */
function annotated(call: Call, action: string): ObjectVersion {
  const bucket = call.target();
  const key = call.objectKey();
  const version = bucket.find(key, call.versionId());
  if (version !== undefined && !version.isDeleteMarker && effectiveOwner(bucket, version) === call.canonicalId) {
    if (!allowed(call, { action, bucket, key, version })) demand(call, { action, bucket, key, version, ownSideOnly: true });
    return version;
  }
  return existing(call, { bucket, key, versionId: call.versionId(), actions: [action, action], currentMarker: 405 });
}

/** 1 to 512 bytes; not `aws…` or `s3…`, in whatever case. */
function annotationName(call: Call): string {
  const name = call.request.query.get("annotationName") ?? "";
  if (Buffer.byteLength(name) > nameBytesMax) {
    throw new S3Error(400, "AnnotationNameTooLong", `The name of an annotation can be up to ${nameBytesMax} bytes long.`);
  }
  if (name === "" || /^(aws|s3)/i.test(name)) {
    throw new S3Error(400, "InvalidAnnotationName", "The name of an annotation cannot be empty or start with aws or s3.");
  }
  return name;
}

function demandObjectMatch(call: Call, version: ObjectVersion): void {
  const wanted = call.header("x-amz-object-if-match");
  if (wanted !== undefined && wanted.replace(/^"(.*)"$/, "$1") !== version.etag) throw preconditionFailed("x-amz-object-if-match");
}

/** 1 byte to 1 MiB of UTF-8. */
function payload(call: Call): Buffer {
  const { body } = call.request;
  if (body.length === 0 || body.length > payloadBytesMax) {
    throw invalidArgument(`An annotation must be 1 to ${payloadBytesMax} bytes`, "content-length", String(body.length));
  }
  if (!body.toString("utf8").isWellFormed() || Buffer.compare(Buffer.from(body.toString("utf8")), body) !== 0) {
    throw new S3Error(415, "UnsupportedMediaType", "The payload of an annotation must be valid UTF-8.");
  }
  return body;
}

function entryXml({ name, lastModified, bytes, etag, checksum }: Annotation): string {
  return `<AnnotationEntry><AnnotationName>${escapeXml(name)}</AnnotationName><LastModified>${isoDate(lastModified)}</LastModified><Size>${bytes.length}</Size><ETag>&quot;${etag}&quot;</ETag><ChecksumAlgorithm>${checksum.algorithm}</ChecksumAlgorithm></AnnotationEntry>`;
}

const versionHeaders = (version: ObjectVersion): Record<string, string> => ({ "x-amz-object-version-id": version.versionId });

function shared(version: ObjectVersion): Record<string, string> {
  const headers = encryptionHeaders(version.encryption);
  const algorithm = headers["x-amz-server-side-encryption"];
  return { "x-amz-server-side-encryption": algorithm ?? "AES256" };
}

function record(call: Call, version: ObjectVersion, annotation: string, status = 200): void {
  call.record(call.target(), { key: version.key, versionId: version.versionId, detail: { annotation } }, status);
}
