/** The source of a copy: read from `x-amz-copy-source`, found, and proven readable by the sender. */
import { demand } from "../authorize.ts";
import { decodePercent } from "../http/percent.ts";
import { invalidArgument, invalidRequest, noSuchBucket } from "../http/s3-error.ts";
import type { Bucket } from "../store/bucket.ts";
import type { ObjectVersion } from "../store/object.ts";
import { demandReadable } from "./archive.ts";
import { type Call, demandExpectedOwner } from "./call.ts";
import { demandSourceConditions } from "./conditions.ts";
import { demandCustomerKey } from "./customer-key.ts";
import { existing } from "./existing.ts";
import { demandKeyUse } from "./key-use.ts";

export interface CopySource {
  readonly bucket: Bucket;
  readonly key: string;
  /** As asked for; undefined: the current version. */
  readonly versionId: string | undefined;
  readonly version: ObjectVersion;
}

export function copySource(call: Call): CopySource {
  const header = call.header("x-amz-copy-source") ?? "";
  const mark = header.lastIndexOf("?versionId=");
  const versionId = mark < 0 ? undefined : decodePercent(header.slice(mark + "?versionId=".length), true);
  const path = decodePercent((mark < 0 ? header : header.slice(0, mark)).replace(/^\//, ""), true);
  const slash = path.indexOf("/");
  if (slash < 1 || slash === path.length - 1) {
    throw invalidArgument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey", "x-amz-copy-source", header);
  }
  const bucket = call.world.store.bucket(path.slice(0, slash));
  if (bucket === undefined) throw noSuchBucket(path.slice(0, slash));
  demandExpectedOwner(call.header("x-amz-source-expected-bucket-owner"), bucket);
  const key = path.slice(slash + 1);
  if (versionId !== undefined && bucket.find(key, versionId)?.isDeleteMarker === true) {
    demand(call, { action: "s3:GetObjectVersion", bucket, key, ownSideOnly: true });
    throw invalidRequest("The source of a copy request may not specifically refer to a delete marker by version id.");
  }
  const version = existing(call, { bucket, key, versionId, actions: ["s3:GetObject", "s3:GetObjectVersion"], currentMarker: 404 });
  demandCustomerKey(call, version, "copy-source");
  demandSourceConditions(call, version);
  demandReadable(version, call.world.now());
  demandKeyUse(call, version.encryption, "kms:Decrypt");
  return { bucket, key, versionId, version };
}
