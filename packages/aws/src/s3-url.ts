// s3:// URLs as the AWS CLI writes them: the key is raw, never percent-encoded.

export interface S3Url {
  readonly bucket: string;
  /** May be empty, where the URL names a bucket. */
  readonly key: string;
}

/** Throws RangeError with a sentence where it is no s3:// URL. */
export function parseS3Url(url: string): S3Url {
  const found = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(url);
  if (found?.[1] === undefined) throw new RangeError(`"${url}" is not an S3 URL: write s3://bucket/key`);
  return { bucket: found[1], key: found[2] ?? "" };
}
