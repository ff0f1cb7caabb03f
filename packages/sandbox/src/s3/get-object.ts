/** GetObject and HeadObject: one road, two ends. HEAD needs neither the KMS key nor a restore. */
import { allowed } from "../authorize.ts";
import type { Reply } from "../http/exchange.ts";
import { S3Error } from "../http/s3-error.ts";
import type { Bucket } from "../store/bucket.ts";
import type { ObjectVersion } from "../store/object.ts";
import { demandReadable } from "./archive.ts";
import type { Call, Operation } from "./call.ts";
import { demandReadConditions } from "./conditions.ts";
import { demandCustomerKey } from "./customer-key.ts";
import { existing } from "./existing.ts";
import { demandKeyUse } from "./key-use.ts";
import { attributeHeaders, checksumHeaders, type Headers, lockHeaders, stateHeaders } from "./object-headers.ts";
import { type ByteRange, partRange, requestedRange } from "./range.ts";

/** Parameters that replace response headers, for signed requests only. */
const overrides: readonly (readonly [string, string])[] = [
  ["response-content-type", "content-type"],
  ["response-content-language", "content-language"],
  ["response-expires", "expires"],
  ["response-cache-control", "cache-control"],
  ["response-content-disposition", "content-disposition"],
  ["response-content-encoding", "content-encoding"],
];

export const getObject: Operation = { name: "GetObject", run: (call) => read(call, true) };
export const headObject: Operation = { name: "HeadObject", run: (call) => read(call, false) };

function read(call: Call, withBody: boolean): Reply {
  const bucket = call.target();
  const key = call.objectKey();
  const version = existing(call, {
    bucket,
    key,
    versionId: call.versionId(),
    actions: ["s3:GetObject", "s3:GetObjectVersion"],
    currentMarker: 404,
  });
  demandCustomerKey(call, version);
  const state = stateHeaders(bucket, version, call.world.now());
  demandReadConditions(call, version, state);
  if (withBody) {
    demandReadable(version, call.world.now());
    demandKeyUse(call, version.encryption, "kms:Decrypt");
  }
  const part = partRange(call, version);
  const range = part ?? requestedRange(call.header("range"), version.size);
  const headers: Headers = {
    ...state,
    ...attributeHeaders(version.attributes),
    ...visibleHeaders(call, bucket, version),
    ...replaced(call),
    ...rangeHeaders(version, range),
  };
  if (call.header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED") Object.assign(headers, shownChecksum(version, range, part));
  if (part !== undefined && version.parts !== undefined) headers["x-amz-mp-parts-count"] = String(version.parts.length);
  const status = range === undefined ? 200 : 206;
  if (!withBody) return { status, headers };
  return {
    status,
    headers,
    body: { content: version.content, start: range?.start ?? 0, end: range === undefined ? version.size : range.end },
  };
}

/** What needs a permission of its own to be shown: the tag count, retention, legal hold. */
function visibleHeaders(call: Call, bucket: Bucket, version: ObjectVersion): Headers {
  const headers: Headers = {};
  const may = (action: string): boolean => allowed(call, { action, bucket, key: version.key, version });
  if (version.tags.size > 0 && may("s3:GetObjectTagging")) headers["x-amz-tagging-count"] = String(version.tags.size);
  if (version.lock === undefined) return headers;
  const { mode, retainUntil, legalHold } = version.lock;
  if (mode !== undefined && may("s3:GetObjectRetention")) Object.assign(headers, lockHeaders({ mode, retainUntil }));
  if (legalHold !== undefined && may("s3:GetObjectLegalHold")) Object.assign(headers, lockHeaders({ legalHold }));
  return headers;
}

function replaced(call: Call): Headers {
  const headers: Headers = {};
  for (const [parameter, header] of overrides) {
    const value = call.request.query.get(parameter);
    if (value === undefined) continue;
    if (call.principal.kind === "anonymous") {
      throw new S3Error(400, "InvalidRequest", "Request specific response headers cannot be used for anonymous GET requests.");
    }
    headers[header] = value;
  }
  return headers;
}

function rangeHeaders(version: ObjectVersion, range: ByteRange | undefined): Headers {
  if (range === undefined) return { "content-length": String(version.size) };
  return {
    "content-length": String(range.end - range.start),
    "content-range": `bytes ${range.start}-${range.end - 1}/${version.size}`,
  };
}

/** The object's checksum for the whole object, a part's for a part, nothing for any other range. */
function shownChecksum(version: ObjectVersion, range: ByteRange | undefined, part: ByteRange | undefined): Headers {
  if (part?.checksum !== undefined) return checksumHeaders({ ...part.checksum, type: version.checksum?.type ?? "FULL_OBJECT" });
  const whole = range === undefined || (range.start === 0 && range.end === version.size);
  return whole ? checksumHeaders(version.checksum) : {};
}
