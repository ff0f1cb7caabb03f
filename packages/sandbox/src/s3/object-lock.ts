/** Get/PutObjectRetention and Get/PutObjectLegalHold. */
import { demand } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { accessDenied, invalidRequest, malformedXml, S3Error } from "../http/s3-error.ts";
import { childText, readXml } from "../http/xml-read.ts";
import { document, element } from "../http/xml-write.ts";
import { isoDate } from "../iso-date.ts";
import type { Bucket } from "../store/bucket.ts";
import type { ObjectLock, ObjectVersion } from "../store/object.ts";
import type { Call, Operation } from "./call.ts";
import { existing } from "./existing.ts";
import { versionHeader } from "./object-headers.ts";
import { futureDate, lockMode } from "./write-lock.ts";

/** Both spellings of each action are the same: the version does not change the permission. */
function found(call: Call, action: string): { bucket: Bucket; version: ObjectVersion } {
  const bucket = call.target();
  if (bucket.lock === undefined) throw invalidRequest("Bucket is missing Object Lock Configuration");
  const version = existing(call, {
    bucket,
    key: call.objectKey(),
    versionId: call.versionId(),
    actions: [action, action],
    currentMarker: 405,
  });
  return { bucket, version };
}

const noLock = (): S3Error =>
  new S3Error(404, "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration");

export const getObjectRetention: Operation = {
  name: "GetObjectRetention",
  run(call: Call): Reply {
    const { version } = found(call, "s3:GetObjectRetention");
    const { mode, retainUntil } = version.lock ?? {};
    if (mode === undefined || retainUntil === undefined) throw noLock();
    return { status: 200, body: document("Retention", element("Mode", mode) + element("RetainUntilDate", isoDate(retainUntil))) };
  },
};

export const putObjectRetention: Operation = {
  name: "PutObjectRetention",
  run(call: Call): Reply {
    const { bucket, version } = found(call, "s3:PutObjectRetention");
    const root = readXml(call.request.body);
    if (root.name !== "Retention") throw malformedXml();
    const mode = childText(root, "Mode");
    const until = childText(root, "RetainUntilDate");
    if ((mode === undefined) !== (until === undefined)) throw malformedXml();
    const next: ObjectLock =
      mode === undefined || until === undefined ? {} : { mode: lockMode(mode), retainUntil: futureDate(until, call.world.now()) };
    demandAllowedChange(call, bucket, version, next);
    version.lock = { ...next, legalHold: version.lock?.legalHold };
    call.record(bucket, { key: version.key, versionId: version.versionId, detail: { mode: next.mode ?? "none" } });
    return { status: 200, headers: versionHeader(bucket, version.versionId) };
  },
};

/** Retention in force may be made longer; shorter, weaker or none only past governance, with permission and header. */
function demandAllowedChange(call: Call, bucket: Bucket, version: ObjectVersion, next: ObjectLock): void {
  const { mode, retainUntil } = version.lock ?? {};
  if (mode === undefined || retainUntil === undefined || retainUntil <= call.world.now()) return;
  const stronger = (next.retainUntil ?? 0) >= retainUntil && (mode === next.mode || next.mode === "COMPLIANCE");
  if (stronger) return;
  if (mode !== "GOVERNANCE" || call.header("x-amz-bypass-governance-retention") !== "true") {
    throw accessDenied("Access Denied because object protected by object lock.");
  }
  demand(call, { action: "s3:BypassGovernanceRetention", bucket, key: version.key, version });
}

export const getObjectLegalHold: Operation = {
  name: "GetObjectLegalHold",
  run(call: Call): Reply {
    const { version } = found(call, "s3:GetObjectLegalHold");
    if (version.lock?.legalHold === undefined) throw noLock();
    return { status: 200, body: document("LegalHold", element("Status", version.lock.legalHold ? "ON" : "OFF")) };
  },
};

export const putObjectLegalHold: Operation = {
  name: "PutObjectLegalHold",
  run(call: Call): Reply {
    const { bucket, version } = found(call, "s3:PutObjectLegalHold");
    const status = childText(readXml(call.request.body), "Status");
    if (status !== "ON" && status !== "OFF") throw malformedXml();
    version.lock = { ...version.lock, legalHold: status === "ON" };
    call.record(bucket, { key: version.key, versionId: version.versionId, detail: { legalHold: status } });
    return { status: 200, headers: versionHeader(bucket, version.versionId) };
  },
};
