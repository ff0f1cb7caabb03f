/**
 * What put, copy and multipart share: the permissions a write needs, the ACL it may carry, and the moment the object comes
 * to be, when its version id, owner and ACL are decided.
 */

import { userGrant } from "../acl/acl.ts";
import { objectCannedAcls } from "../acl/canned.ts";
import { publicAccessOf } from "../acl/public-access.ts";
import { grantsFor, type RequestedAcl, requestedByHeaders } from "../acl/requested.ts";
import { demand } from "../authorize.ts";
import { demandUploadAcl } from "../ownership/accepts.ts";
import { ownerOfNewObject } from "../ownership/owner.ts";
import type { Bucket } from "../store/bucket.ts";
import { type ObjectFields, ObjectVersion } from "../store/object.ts";
import type { Call } from "./call.ts";

/** Asks for s3:PutObject and what the headers imply, then whether the bucket takes the ACL. Gives the ACL asked for. */
export function demandWrite(call: Call, bucket: Bucket, key: string): RequestedAcl {
  const newest = bucket.versions.newest(key);
  demand(call, { action: "s3:PutObject", bucket, key, version: newest?.isDeleteMarker === true ? undefined : newest });
  const requested = requestedByHeaders(call.request.headers, objectCannedAcls);
  if (requested.kind !== "none") demand(call, { action: "s3:PutObjectAcl", bucket, key, ownSideOnly: true });
  demandUploadAcl(bucket, requested, call.canonicalId, publicAccessOf(call.world.store, bucket));
  return requested;
}

/** The canned name of a request, which decides ownership under BucketOwnerPreferred. */
export const cannedName = (requested: RequestedAcl): string | undefined => (requested.kind === "canned" ? requested.name : undefined);

export interface NewObject extends Omit<ObjectFields, "versionId" | "owner" | "acl" | "lastModified"> {
  /** Canonical ID of who wrote it. */
  readonly writer: string;
  readonly requested: RequestedAcl;
}

/** Puts the object on top of its key. */
export function storeObject(call: Call, bucket: Bucket, fields: NewObject): ObjectVersion {
  const { store } = call.world;
  const owner = ownerOfNewObject(bucket, fields.writer, cannedName(fields.requested));
  const grants = bucket.enforced ? [userGrant(owner, "FULL_CONTROL")] : grantsFor(fields.requested, owner, bucket.owner);
  const version = new ObjectVersion({
    ...fields,
    versionId: store.versionIdFor(bucket),
    owner,
    acl: store.intern.acl(grants),
    lastModified: call.world.now(),
  });
  bucket.insert(version);
  return version;
}
