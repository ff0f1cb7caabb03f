// One page of ListObjectVersions, the only listing that always tells the owner (domain.md 5), brought to an answer.
import type { ListedVersion, ListingCalls, VersionMarker } from "@quitclaim/aws";
import { PlanError } from "../error.ts";
import { compareKeys } from "./keyspace.ts";
import type { Pace } from "./pace.ts";
import { patiently } from "./patiently.ts";

export type { ListedVersion };
export type Marker = VersionMarker;
export interface Page {
  readonly versions: readonly ListedVersion[];
  /** Where the next page starts; undefined: the end. */
  readonly next: Marker | undefined;
}
/** A marker with an empty key is the beginning; `most`: versions at most, else as many as the server gives. Rejects with PlanError, or with the signal's reason. */
export type ListPage = (after: Marker, signal: AbortSignal, most?: number) => Promise<Page>;

export function versionLister(calls: ListingCalls, options: { readonly bucket: string; readonly pace: Pace }): ListPage {
  const { bucket, pace } = options;
  return async (after, signal, most) => {
    const marker = after.key === "" ? undefined : after;
    const answer = await patiently(pace, signal, () => calls.listObjectVersions({ bucket, after: marker, most }, signal));
    if (answer.ok) {
      assertGoesOn(bucket, after, answer.value);
      return answer.value;
    }
    const { code, httpStatus, message } = answer;
    const what = httpStatus === 0 ? `${code}: ${message}` : `${httpStatus} ${code}: ${message}`;
    const where = marker === undefined ? "at its start" : `after the key ${JSON.stringify(marker.key)}`;
    throw new PlanError(
      "listing-refused",
      `Listing ${bucket} failed ${where} (${what}). ${adviceFor(answer.kind, code)} Nothing listed so far is a report.`,
    );
  };
}

/** A server that does not go on from a marker, or lists its own key again, would be listed for ever, or versions twice. */
function assertGoesOn(bucket: string, after: Marker, { versions, next }: Page): void {
  const isBeyond = (key: string): boolean => {
    const order = compareKeys(key, after.key);
    return order > 0 || (order === 0 && after.versionId !== undefined);
  };
  const moves = next === undefined || (isBeyond(next.key) && !(next.key === after.key && next.versionId === after.versionId));
  if (moves && (after.key === "" || versions.every(({ key }) => isBeyond(key)))) return;
  throw new PlanError(
    "listing-refused",
    `Listing ${bucket} failed: asked for what lies after the key ${JSON.stringify(after.key)}, the server answered with what does not. ` +
      "It does not list versions page by page as S3 does, and no report can be made of what it lists.",
  );
}

function adviceFor(kind: string, code: string): string {
  if (code === "AccessDenied") return "The bucket owner's credentials need s3:ListBucketVersions on the bucket.";
  if (code === "NoSuchBucket") return "Correct bucket.name or bucket.endpoint in the campaign file.";
  if (kind === "denied" || kind === "expired")
    return "Look at the bucket owner's credentials (`quitclaim check`), then run the same command again.";
  if (kind === "throttled")
    return "The server asks for fewer requests than it can be asked for here: lower limits.requestsPerSecond or --concurrency, then run the same command again.";
  return "Run the same command again.";
}
