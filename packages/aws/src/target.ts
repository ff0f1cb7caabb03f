// Which server the calls go to. Absent endpoints mean AWS itself, in the region's own partition.

/** The S3 server that holds the bucket. */
export interface S3Target {
  readonly region: string;
  /** e.g. `http://127.0.0.1:9000`; absent: AWS. */
  readonly endpoint?: string;
  /** `https://host/bucket/key` rather than `https://bucket.host/key`. */
  readonly forcePathStyle: boolean;
}

/** The STS server that hands out sessions. */
export interface StsTarget {
  readonly region: string;
  /** Absent: AWS's regional STS endpoint. */
  readonly endpoint?: string;
}

/** The base URL for S3, without a trailing slash or a path. */
export function s3Endpoint(target: S3Target): URL {
  if (target.endpoint !== undefined) return new URL(target.endpoint);
  const suffix = target.region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return new URL(`https://s3.${target.region}.${suffix}`);
}
