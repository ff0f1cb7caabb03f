// One request of ListObjectVersions, decoded: the only listing that always tells the owner (domain.md 5).
import { ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";

export interface ListedVersion {
  readonly key: string;
  /** "null" for the null version, and everywhere in a bucket that never had versioning. */
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
  readonly size: number | null;
  /** Epoch milliseconds. */
  readonly lastModified: number;
  readonly etag: string | null;
  readonly storageClass: string | null;
  readonly checksumAlgorithm: string | null;
  /** Canonical ID; null where the server tells none. */
  readonly owner: string | null;
}

export interface Marker {
  readonly key: string;
  readonly versionId?: string;
}
export interface Page {
  readonly versions: readonly ListedVersion[];
  /** Where the next page starts; undefined: the end. */
  readonly next: Marker | undefined;
}
export type ListPage = (after: Marker, signal: AbortSignal) => Promise<Page>;

/** Listings are asked for URL-encoded, since XML cannot carry every key. A space may come as `+`, a plus never does. */
const decode = (text: string): string => decodeURIComponent(text.replaceAll("+", "%20"));

export function versionLister(client: S3Client, options: { bucket: string; expectedOwner?: string }): ListPage {
  return async (after, signal) => {
    const answer = await client.send(
      new ListObjectVersionsCommand({
        Bucket: options.bucket,
        ExpectedBucketOwner: options.expectedOwner,
        EncodingType: "url",
        KeyMarker: after.key === "" ? undefined : after.key,
        VersionIdMarker: after.versionId,
      }),
      { abortSignal: signal },
    );
    const name = (key: string | undefined): string => (answer.EncodingType === "url" ? decode(key ?? "") : (key ?? ""));
    const versions: ListedVersion[] = [];
    for (const v of answer.Versions ?? []) {
      versions.push({
        key: name(v.Key),
        versionId: v.VersionId ?? "null",
        isLatest: v.IsLatest === true,
        isDeleteMarker: false,
        size: v.Size ?? null,
        lastModified: v.LastModified?.getTime() ?? 0,
        etag: v.ETag?.replaceAll('"', "") ?? null,
        storageClass: v.StorageClass ?? null,
        checksumAlgorithm: v.ChecksumAlgorithm?.[0] ?? null,
        owner: v.Owner?.ID ?? null,
      });
    }
    for (const m of answer.DeleteMarkers ?? []) {
      versions.push({
        key: name(m.Key),
        versionId: m.VersionId ?? "null",
        isLatest: m.IsLatest === true,
        isDeleteMarker: true,
        size: null,
        lastModified: m.LastModified?.getTime() ?? 0,
        etag: null,
        storageClass: null,
        checksumAlgorithm: null,
        owner: m.Owner?.ID ?? null,
      });
    }
    if (answer.IsTruncated !== true) return { versions, next: undefined };
    if (answer.NextKeyMarker === undefined)
      throw new Error(`ListObjectVersions of ${options.bucket} says that there is more but not where`);
    const key = name(answer.NextKeyMarker);
    return { versions, next: answer.NextVersionIdMarker === undefined ? { key } : { key, versionId: answer.NextVersionIdMarker } };
  };
}
