/**
 * GetObjectAcl and PutObjectAcl. A put replaces the whole ACL and never the owner. While ACLs are disabled, reads show only
 * the bucket owner, and writes are refused (or, as an option, bucket-owner-full-control is accepted and changes nothing).
 */
import { userGrant } from "../acl/acl.ts";
import { objectCannedAcls } from "../acl/canned.ts";
import { withoutPublicGrants } from "../acl/evaluate.ts";
import { publicAccessOf } from "../acl/public-access.ts";
import { grantsFor, type RequestedAcl, requestedByHeaders } from "../acl/requested.ts";
import { readAclPolicy, writeAclPolicy } from "../acl/xml.ts";
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { accessDenied, S3Error } from "../http/s3-error.ts";
import { aclNotSupported, amountsToBucketOwnerFullControl, demandNotPublic } from "../ownership/accepts.ts";
import { effectiveOwner } from "../ownership/owner.ts";
import type { Bucket } from "../store/bucket.ts";
import type { Call, Operation } from "./call.ts";
import { existing } from "./existing.ts";
import { versionHeader } from "./object-headers.ts";

const putActions = ["s3:PutObjectAcl", "s3:PutObjectVersionAcl"] as const;

export const getObjectAcl: Operation = {
  name: "GetObjectAcl",
  run(call: Call): Reply {
    const bucket = call.target();
    const version = existing(call, {
      bucket,
      key: call.objectKey(),
      versionId: call.versionId(),
      actions: ["s3:GetObjectAcl", "s3:GetObjectVersionAcl"],
      currentMarker: 405,
    });
    const acl = bucket.enforced
      ? [userGrant(bucket.owner, "FULL_CONTROL")]
      : publicAccessOf(call.world.store, bucket).ignorePublicAcls
        ? withoutPublicGrants(version.acl)
        : version.acl;
    return { status: 200, headers: versionHeader(bucket, version.versionId), body: writeAclPolicy(effectiveOwner(bucket, version), acl) };
  },
};

export const putObjectAcl: Operation = {
  name: "PutObjectAcl",
  run(call: Call): Reply {
    const bucket = call.target();
    const key = call.objectKey();
    const versionId = call.versionId();
    const requested = requestedAcl(call, objectCannedAcls);
    demandAclsEnabled(call, bucket, key, requested);
    const version = existing(call, { bucket, key, versionId, actions: putActions, currentMarker: 405 });
    const owner = effectiveOwner(bucket, version);
    const headers = versionHeader(bucket, version.versionId);
    if (bucket.enforced) return { status: 200, headers };
    if (requested.kind === "policy" && requested.owner !== owner) throw accessDenied();
    const grants = grantsFor(requested, owner, bucket.owner);
    demandNotPublic(grants, publicAccessOf(call.world.store, bucket));
    version.acl = call.world.store.intern.acl(grants);
    call.record(bucket, {
      // The version's own string: the request's would keep the whole URL in memory.
      key: version.key,
      versionId: version.versionId,
      detail: { acl: requested.kind === "canned" ? requested.name : requested.kind, grants: String(grants.length) },
    });
    return { status: 200, headers };
  },
};

/**
 * With ACLs disabled that is the answer to everybody whose own policies let them call at all, the former owner of the object
 * included: the setting is the bucket's, and is looked at before the object.
 */
function demandAclsEnabled(call: Call, bucket: Bucket, key: string, requested: RequestedAcl): void {
  if (!bucket.enforced || call.principal.kind === "anonymous") return;
  if (call.world.enforcedAcceptsCanned && amountsToBucketOwnerFullControl(requested, bucket.owner)) return;
  demand(call, { action: putActions[call.versionId() === undefined ? 0 : 1], bucket, key, ownSideOnly: true });
  throw aclNotSupported();
}

/** Headers or a body, exactly one of them. */
export function requestedAcl(call: Call, canned: readonly string[]): RequestedAcl {
  const byHeaders = requestedByHeaders(call.request.headers, canned);
  const hasBody = call.request.body.length > 0;
  if (byHeaders.kind !== "none") {
    if (hasBody) throw new S3Error(400, "UnexpectedContent", "This request does not support content");
    return byHeaders;
  }
  if (!hasBody)
    throw new S3Error(400, "MissingSecurityHeader", "Your request was missing a required header", {
      details: { MissingHeaderName: "x-amz-acl" },
    });
  return readAclPolicy(call.request.body);
}
