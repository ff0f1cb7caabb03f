// Named blobs below one s3:// prefix: the campaign store of machines that share no disk. A blob is there whole or not at all, and the
// first complete `create` of a name wins, since S3 decides it (PutObject with If-None-Match, domain.md 4.6).
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { create_conflict_wait_ms, create_conflicts_max } from "./limits.ts";
import { codeOf, S3FileError, s3Failure } from "./s3-failure.ts";
import { readS3Object } from "./s3-source.ts";
import { parseS3Url } from "./s3-url.ts";

/** Paths are relative and `/`-separated. Every method throws S3FileError (or SessionError) with the blob's URL in its message. */
export interface S3Blobs {
  /** For people: the s3:// URL, without a slash at its end. */
  readonly location: string;
  /** Whole blob; undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Bytes [start, end). Throws where the blob is missing or shorter. */
  readRange(path: string, start: number, end: number): Promise<Uint8Array>;
  /** Length in bytes; undefined where there is none. */
  size(path: string): Promise<number | undefined>;
  /** Replaces what was there. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** False, and nothing changed, where the path exists. */
  create(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Every path below `prefix` (which ends in `/`, or is ""), in the order of their bytes. */
  list(prefix: string): AsyncIterable<string>;
  remove(path: string): Promise<void>;
}

export interface S3BlobOptions {
  /** Account ID that must own the bucket. */
  readonly expectedBucketOwner?: string;
}

/** Marks who wrote a blob, so that a create whose answer was lost knows its own work again. */
const WRITER = "quitclaim-write";

/** A blob whose second creation has to fail: RADOS Gateway 16 ignores If-None-Match in versioned buckets, and two winners would be silent. */
const PROBE = ".create-once";

/** Sends nothing before the first call. Throws RangeError where the URL is no s3:// one. */
export function openS3Blobs(client: S3Client, url: string, options: S3BlobOptions = {}): S3Blobs {
  const { bucket, key: prefix } = parseS3Url(url.replace(/\/+$/, ""));
  const base = prefix === "" ? "" : `${prefix}/`;
  const location = `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
  const owner = options.expectedBucketOwner === undefined ? {} : { ExpectedBucketOwner: options.expectedBucketOwner };
  const blob = (path: string) => ({ Bucket: bucket, Key: base + path, ...owner });

  async function attempt<T>(doing: string, path: string, permission: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw s3Failure(error, doing, `${location}/${path}`, permission);
    }
  }

  async function writtenBy(path: string): Promise<string | undefined> {
    return (await client.send(new HeadObjectCommand(blob(path)))).Metadata?.[WRITER];
  }

  async function createOnce(path: string, bytes: Uint8Array): Promise<boolean> {
    const token = randomUUID();
    const input = { ...blob(path), Body: bytes, ContentLength: bytes.length, IfNoneMatch: "*", Metadata: { [WRITER]: token } };
    for (let conflicts = 0; ; conflicts++) {
      try {
        await client.send(new PutObjectCommand(input));
        return true;
      } catch (error) {
        const code = codeOf(error);
        // An earlier attempt of this very call may have won, with its answer lost on the way.
        if (code === "PreconditionFailed" || code === "Http412") return (await writtenBy(path)) === token;
        const conflict = code === "ConditionalRequestConflict" || code === "OperationAborted" || code === "Http409";
        if (!conflict || conflicts >= create_conflicts_max) throw error;
        await sleep(create_conflict_wait_ms * (conflicts + 1) * (0.5 + Math.random()));
      }
    }
  }

  let proven: Promise<void> | undefined;
  async function prove(): Promise<void> {
    const note = new TextEncoder().encode("A blob that can be created once only.\n");
    if ((await createOnce(PROBE, note)) && (await createOnce(PROBE, note))) {
      throw new S3FileError(
        "NotImplemented",
        `${location} cannot hold a campaign: its server ignores If-None-Match there, so two workers could overwrite each other's results. Keep the store in a bucket without versioning (RADOS Gateway heeds it only there), on AWS, or in a local folder.`,
      );
    }
  }

  return {
    location,
    read: (path) =>
      attempt("read", path, "s3:GetObject", async () => {
        try {
          return await (await client.send(new GetObjectCommand(blob(path)))).Body?.transformToByteArray();
        } catch (error) {
          if (codeOf(error) === "NoSuchKey") return undefined;
          throw error;
        }
      }),
    readRange: (path, start, end) => readS3Object(client, `s3://${bucket}/${base}${path}`, options).range(start, end),
    size: (path) =>
      attempt("look at", path, "s3:GetObject", async () => {
        try {
          return (await client.send(new HeadObjectCommand(blob(path)))).ContentLength ?? 0;
        } catch (error) {
          if (codeOf(error) === "Http404") return undefined;
          throw error;
        }
      }),
    async write(path, bytes) {
      await attempt("write", path, "s3:PutObject", () =>
        client.send(new PutObjectCommand({ ...blob(path), Body: bytes, ContentLength: bytes.length })),
      );
    },
    create: (path, bytes) =>
      attempt("write", path, "s3:PutObject", async () => {
        proven ??= prove().catch((error: unknown) => {
          // Asked again next time: the network may have been the reason.
          proven = undefined;
          throw error;
        });
        await proven;
        return createOnce(path, bytes);
      }),
    async *list(below) {
      let token: string | undefined;
      do {
        const page = await attempt("list", below, "s3:ListBucket on the bucket", () =>
          client.send(
            new ListObjectsV2Command({
              Bucket: bucket,
              Prefix: base + below,
              ...owner,
              ...(token === undefined ? {} : { ContinuationToken: token }),
            }),
          ),
        );
        for (const { Key: key } of page.Contents ?? []) {
          if (key !== undefined && key !== base + PROBE) yield key.slice(base.length);
        }
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
        if (page.IsTruncated === true && token === undefined)
          throw new S3FileError(
            "BadAnswer",
            `cannot list ${location}/${below}: the server cut the listing short without saying where it goes on.`,
          );
      } while (token !== undefined);
    },
    async remove(path) {
      await attempt("remove", path, "s3:DeleteObject", () => client.send(new DeleteObjectCommand(blob(path))));
    },
  };
}
