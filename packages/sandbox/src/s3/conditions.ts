/** Conditional requests: on what is read (If-Match and its kin), on a copy's source, and on what a write would replace. */
import { demand } from "../authorize.ts";
import { noSuchKey, preconditionFailed, S3Error } from "../http/s3-error.ts";
import type { Bucket } from "../store/bucket.ts";
import type { ObjectVersion } from "../store/object.ts";
import type { Call } from "./call.ts";

const bare = (etag: string): string => etag.trim().replace(/^"(.*)"$/, "$1");

function lists(header: string, etag: string): boolean {
  return header.split(",").some((one) => bare(one) === "*" || bare(one.trim().replace(/^W\//, "")) === etag);
}

/** Whole seconds, as header dates are; an unreadable date makes no condition. */
function secondsOf(date: string | undefined): number | undefined {
  const at = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000);
}

/** Reads: 412, or 304 for the caches. If-Match decides over If-Unmodified-Since, If-None-Match over If-Modified-Since. */
export function demandReadConditions(call: Call, version: ObjectVersion, headers: Readonly<Record<string, string>>): void {
  const modified = Math.floor(version.lastModified / 1000);
  const match = call.header("if-match");
  const unmodified = secondsOf(call.header("if-unmodified-since"));
  if (match !== undefined) {
    if (!lists(match, version.etag)) throw preconditionFailed("If-Match");
  } else if (unmodified !== undefined && modified > unmodified) throw preconditionFailed("If-Unmodified-Since");
  const none = call.header("if-none-match");
  const since = secondsOf(call.header("if-modified-since"));
  const unchanged = none !== undefined ? lists(none, version.etag) : since !== undefined && modified <= since;
  if (unchanged) throw new S3Error(304, "NotModified", "Not Modified", { headers });
}

/** A copy's source: every failing condition is 412. */
export function demandSourceConditions(call: Call, version: ObjectVersion): void {
  const prefix = "x-amz-copy-source-if-";
  const modified = Math.floor(version.lastModified / 1000);
  const match = call.header(`${prefix}match`);
  const none = call.header(`${prefix}none-match`);
  const unmodified = secondsOf(call.header(`${prefix}unmodified-since`));
  const since = secondsOf(call.header(`${prefix}modified-since`));
  if (match !== undefined) {
    if (!lists(match, version.etag)) throw preconditionFailed(`${prefix}match`);
  } else if (unmodified !== undefined && modified > unmodified) throw preconditionFailed(`${prefix}unmodified-since`);
  if (none !== undefined) {
    if (lists(none, version.etag)) throw preconditionFailed(`${prefix}none-match`);
  } else if (since !== undefined && modified <= since) throw preconditionFailed(`${prefix}modified-since`);
}

/**
 * What a write would replace: `If-None-Match: *` wants nothing there, `If-Match` a current version of that ETag (404 without
 * one; needs s3:GetObject). Looks at the current version only.
 */
export function demandDestinationConditions(call: Call, bucket: Bucket, key: string): void {
  const none = call.header("if-none-match");
  const match = call.header("if-match");
  if (none === undefined && match === undefined) return;
  const newest = bucket.versions.newest(key);
  const current = newest === undefined || newest.isDeleteMarker ? undefined : newest;
  if (none !== undefined) {
    if (none.trim() !== "*") {
      throw new S3Error(501, "NotImplemented", "A header you provided implies functionality that is not implemented", {
        details: { Header: "If-None-Match" },
      });
    }
    if (current !== undefined) throw preconditionFailed("If-None-Match");
  }
  if (match === undefined) return;
  if (current === undefined) throw noSuchKey(key);
  demand(call, { action: "s3:GetObject", bucket, key, version: current });
  if (bare(match) !== "*" && bare(match) !== current.etag) throw preconditionFailed("If-Match");
}
