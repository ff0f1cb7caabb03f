// One object read as a file: whole, in ranges, or as a stream that survives broken connections. All reads are of one and the same content: the
// first answer's ETag pins the rest, so a file that is overwritten under the reader is an error and never a mixture.
import { Readable } from "node:stream";
import { GetObjectCommand, HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { stream_resumes_max } from "./limits.ts";
import { networkFailure } from "./network-failure.ts";
import { S3FileError, s3Failure } from "./s3-failure.ts";
import { parseS3Url } from "./s3-url.ts";

export interface S3ObjectOptions {
  readonly versionId?: string;
  /** Account ID that must own the bucket. */
  readonly expectedBucketOwner?: string;
}

/** Every method throws S3FileError (or SessionError) with the URL in its message. */
export interface S3Object {
  readonly url: string;
  /** Bytes. */
  size(): Promise<number>;
  /** Bytes [start, end). Throws where the object is shorter. */
  range(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** The whole content in order, from `start`. A connection that breaks is taken up at the byte where it broke. */
  stream(options?: { readonly start?: number; readonly signal?: AbortSignal }): Readable;
}

/** Reads nothing by itself. `url`: s3://bucket/key, the key raw. */
export function readS3Object(client: S3Client, url: string, options: S3ObjectOptions = {}): S3Object {
  const { bucket, key } = parseS3Url(url);
  const address = {
    Bucket: bucket,
    Key: key,
    ...(options.versionId === undefined ? {} : { VersionId: options.versionId }),
    ...(options.expectedBucketOwner === undefined ? {} : { ExpectedBucketOwner: options.expectedBucketOwner }),
  };
  const permission = options.versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion";
  const refused = (error: unknown): unknown => s3Failure(error, "read", url, permission);
  let etag: string | undefined;
  let length: number | undefined;

  async function size(): Promise<number> {
    if (length !== undefined) return length;
    try {
      const head = await client.send(new HeadObjectCommand(address));
      etag ??= head.ETag;
      length = head.ContentLength ?? 0;
      return length;
    } catch (error) {
      throw refused(error);
    }
  }

  async function open(first: number, last: number | undefined, signal: AbortSignal | undefined) {
    const answer = await client.send(
      new GetObjectCommand({
        ...address,
        ...(first === 0 && last === undefined ? {} : { Range: `bytes=${first}-${last ?? ""}` }),
        ...(etag === undefined ? {} : { IfMatch: etag }),
      }),
      signal === undefined ? {} : { abortSignal: signal },
    );
    etag ??= answer.ETag;
    const total = answer.ContentRange?.split("/")[1] ?? answer.ContentLength;
    if (total !== undefined && Number.isSafeInteger(Number(total))) length ??= Number(total);
    if (!(answer.Body instanceof Readable)) throw new S3FileError("BadAnswer", `cannot read ${url}: the answer has no body.`);
    return answer.Body;
  }

  async function range(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array> {
    if (end <= start) return new Uint8Array(0);
    try {
      const bytes = new Uint8Array(end - start);
      let filled = 0;
      for await (const chunk of pieces(start, end - 1, signal)) {
        bytes.set(chunk.subarray(0, bytes.length - filled), filled);
        filled += chunk.length;
      }
      if (filled !== bytes.length)
        throw new S3FileError("InvalidRange", `cannot read ${url}: it ends at byte ${start + filled}, before byte ${end}.`);
      return bytes;
    } catch (error) {
      throw refused(error);
    }
  }

  /** The bytes from `first` to `last`, taken up again after broken connections for as long as each brings some progress, and a few times more. */
  async function* pieces(first: number, last: number | undefined, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    let at = first;
    for (let failures = 0; ; ) {
      try {
        for await (const chunk of await open(at, last, signal)) {
          const bytes = chunk as Uint8Array;
          at += bytes.length;
          failures = 0;
          yield bytes;
        }
        return;
      } catch (error) {
        const network = networkFailure(error);
        failures += 1;
        if (network === undefined || (network.code === "Aborted" && signal?.aborted === true) || failures > stream_resumes_max) throw error;
        // All of it was had, and only the end of the answer was lost.
        if (last !== undefined && at > last) return;
        if (at === length) return;
      }
    }
  }

  return {
    url,
    size,
    range,
    stream({ start = 0, signal } = {}) {
      async function* content(): AsyncGenerator<Uint8Array> {
        try {
          yield* pieces(start, undefined, signal);
        } catch (error) {
          throw refused(error);
        }
      }
      return Readable.from(content(), { objectMode: false });
    },
  };
}
