/**
 * DeleteObject and DeleteObjects. Without a version id a bucket with versioning gets a delete marker (suspended: a null one,
 * in place of the null version); with one that version goes for good, unless Object Lock holds it.
 */
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { accessDenied, invalidRequest, malformedXml, noSuchKey, preconditionFailed, S3Error } from "../http/s3-error.ts";
import { children, childText, readXml, type XmlElement } from "../http/xml-read.ts";
import { document, element, wrap } from "../http/xml-write.ts";
import type { Bucket } from "../store/bucket.ts";
import { deleteMarker } from "../store/delete-marker.ts";
import type { ObjectVersion } from "../store/object.ts";
import { carriedChecksum } from "./body-checksum.ts";
import type { Call, Operation } from "./call.ts";

const keysMax = 1000;

interface Deleted {
  /** The version that went, or undefined. */
  readonly versionId: string | undefined;
  /** The marker that came. */
  readonly markerId: string | undefined;
  /** Whether what went was itself a delete marker. */
  readonly wasMarker: boolean;
}

export const deleteObject: Operation = {
  name: "DeleteObject",
  run(call: Call): Reply {
    const bucket = call.target();
    const deleted = remove(call, bucket, call.objectKey(), call.versionId(), call.header("if-match"));
    const headers: Record<string, string> = {};
    const versionId = deleted.markerId ?? deleted.versionId;
    if (bucket.versioning !== undefined && versionId !== undefined) headers["x-amz-version-id"] = versionId;
    if (deleted.markerId !== undefined || deleted.wasMarker) headers["x-amz-delete-marker"] = "true";
    return { status: 204, headers };
  },
};

export const deleteObjects: Operation = {
  name: "DeleteObjects",
  run(call: Call): Reply {
    const bucket = call.target();
    const { body } = call.request;
    if (carriedChecksum(call) === undefined && call.header("content-md5") === undefined) {
      throw invalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
    }
    const root = readXml(body);
    const objects = children(root, "Object");
    if (root.name !== "Delete" || objects.length === 0 || objects.length > keysMax) throw malformedXml();
    const quiet = childText(root, "Quiet") === "true";
    const results = objects.map((one) => deleteOne(call, bucket, one, quiet));
    return { status: 200, body: document("DeleteResult", results.join("")) };
  },
};

function deleteOne(call: Call, bucket: Bucket, object: XmlElement, quiet: boolean): string {
  const key = object.children.find((one) => one.name === "Key")?.text;
  const versionId = childText(object, "VersionId");
  if (key === undefined || key === "") throw malformedXml();
  try {
    const deleted = remove(call, bucket, key, versionId === "" ? undefined : versionId, childText(object, "ETag"));
    if (quiet) return "";
    const marker = deleted.markerId ?? (deleted.wasMarker ? deleted.versionId : undefined);
    return wrap(
      "Deleted",
      element("Key", key) +
        element("VersionId", versionId) +
        (marker === undefined ? "" : element("DeleteMarker", true) + element("DeleteMarkerVersionId", marker)),
    );
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return wrap(
      "Error",
      element("Key", key) + element("VersionId", versionId) + element("Code", error.code) + element("Message", error.message),
    );
  }
}

function remove(call: Call, bucket: Bucket, key: string, versionId: string | undefined, ifMatch: string | undefined): Deleted {
  const newest = bucket.versions.newest(key);
  if (versionId !== undefined) {
    const version = bucket.find(key, versionId);
    demand(call, { action: "s3:DeleteObjectVersion", bucket, key, version });
    demandMatch(ifMatch, version, key);
    if (version === undefined) return { versionId, markerId: undefined, wasMarker: false };
    demandUnlocked(call, bucket, version);
    bucket.remove(key, versionId);
    call.record(bucket, { key, versionId, detail: { deleteMarker: String(version.isDeleteMarker) } }, 204);
    return { versionId, markerId: undefined, wasMarker: version.isDeleteMarker };
  }
  demand(call, { action: "s3:DeleteObject", bucket, key, version: newest });
  demandMatch(ifMatch, newest?.isDeleteMarker === true ? undefined : newest, key);
  if (bucket.versioning === undefined) {
    if (bucket.remove(key, "null") !== undefined) call.record(bucket, { key, versionId: "null" }, 204);
    return { versionId: undefined, markerId: undefined, wasMarker: false };
  }
  const marker = deleteMarker({
    key,
    versionId: call.world.store.versionIdFor(bucket),
    owner: bucket.enforced ? bucket.owner : call.canonicalId,
    lastModified: call.world.now(),
  });
  bucket.insert(marker);
  call.record(bucket, { key, newVersionId: marker.versionId, detail: { deleteMarker: "true" } }, 204);
  return { versionId: undefined, markerId: marker.versionId, wasMarker: false };
}

function demandMatch(ifMatch: string | undefined, version: ObjectVersion | undefined, key: string): void {
  if (ifMatch === undefined) return;
  if (version === undefined) throw noSuchKey(key);
  const etag = ifMatch.replace(/^"(.*)"$/, "$1");
  if (etag !== "*" && etag !== version.etag) throw preconditionFailed("If-Match");
}

/** A legal hold or compliance retention cannot be passed; governance retention with the permission and the header. */
function demandUnlocked(call: Call, bucket: Bucket, version: ObjectVersion): void {
  const { lock } = version;
  if (lock === undefined) return;
  const refusal = accessDenied("Access Denied because object protected by object lock.");
  if (lock.legalHold === true) throw refusal;
  if (lock.retainUntil === undefined || lock.retainUntil <= call.world.now()) return;
  if (lock.mode !== "GOVERNANCE" || call.header("x-amz-bypass-governance-retention") !== "true") throw refusal;
  demand(call, { action: "s3:BypassGovernanceRetention", bucket, key: version.key, version });
}
