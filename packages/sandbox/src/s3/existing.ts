/**
 * Finds the version an object operation is about and asks whether the sender may: missing keys are 404 only for those who may
 * list the bucket, delete markers answer 404 or 405 as S3 documents (DeleteMarker).
 */
import { allowed, demand } from "../authorize.ts";
import { accessDenied, methodNotAllowed, noSuchKey, noSuchVersion, S3Error } from "../http/s3-error.ts";
import type { Bucket } from "../store/bucket.ts";
import type { ObjectVersion } from "../store/object.ts";
import type { Call } from "./call.ts";

export interface Wanted {
  readonly bucket: Bucket;
  readonly key: string;
  readonly versionId: string | undefined;
  /** IAM action without and with a version id. */
  readonly actions: readonly [plain: string, versioned: string];
  /** What the current version being a delete marker means: 404 for reads of the object, 405 for sub-resources. */
  readonly currentMarker: 404 | 405;
}

/** The version, proven to exist, to be no delete marker, and to be allowed. */
export function existing(call: Call, wanted: Wanted): ObjectVersion {
  const { bucket, key, versionId } = wanted;
  const action = wanted.actions[versionId === undefined ? 0 : 1];
  const version = bucket.find(key, versionId);
  if (version === undefined) {
    demand(call, { action, bucket, key, ownSideOnly: true });
    demandListing(call, bucket);
    throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
  }
  if (version.isDeleteMarker) {
    demand(call, { action, bucket, key, ownSideOnly: true });
    demandListing(call, bucket);
    throw markerRefusal(call, wanted, version);
  }
  demand(call, { action, bucket, key, version });
  return version;
}

function demandListing(call: Call, bucket: Bucket): void {
  if (!allowed(call, { action: "s3:ListBucket", bucket })) throw accessDenied();
}

function markerRefusal(call: Call, wanted: Wanted, marker: ObjectVersion): S3Error {
  const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": marker.versionId };
  if (wanted.versionId !== undefined || wanted.currentMarker === 405) {
    return methodNotAllowed(call.method, "DeleteMarker", {
      ...headers,
      allow: "DELETE",
      "last-modified": new Date(marker.lastModified).toUTCString(),
    });
  }
  return new S3Error(404, "NoSuchKey", "The specified key does not exist.", { details: { Key: wanted.key }, headers });
}
