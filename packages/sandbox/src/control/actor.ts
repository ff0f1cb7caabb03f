/**
 * Does S3 calls in process as somebody: a job acts through the same operations, checks and write log as a request over HTTP,
 * without a signature of its own.
 */
import type { Principal } from "../account/principal.ts";
import type { Reply } from "../http/exchange.ts";
import { encodePercent } from "../http/percent.ts";
import { S3Error } from "../http/s3-error.ts";
import type { S3Service } from "../s3/service.ts";
import { readContent } from "../store/content.ts";

export interface ActorCall {
  readonly method: "GET" | "PUT";
  readonly bucket: string;
  readonly key: string;
  /** Raw query string, without the question mark. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** An answer, or a refusal by S3; other errors are thrown. */
export type ActorAnswer = { readonly ok: true; readonly reply: Reply } | { readonly ok: false; readonly error: S3Error };

export class Actor {
  readonly #s3: S3Service;
  readonly #principal: Principal;
  readonly #requestId: string;

  constructor(s3: S3Service, principal: Principal, requestId: string) {
    this.#s3 = s3;
    this.#principal = principal;
    this.#requestId = requestId;
  }

  async call(wanted: ActorCall): Promise<ActorAnswer> {
    try {
      return { ok: true, reply: await this.#s3.performAs({ ...wanted, principal: this.#principal, requestId: this.#requestId }) };
    } catch (error) {
      if (error instanceof S3Error) return { ok: false, error };
      throw error;
    }
  }

  /** A whole object. Throws S3Error. */
  async get(bucket: string, key: string, versionId?: string): Promise<{ readonly bytes: Buffer; readonly etag: string }> {
    const query = versionId === undefined ? "" : `versionId=${encodePercent(versionId, false)}`;
    const answer = await this.call({ method: "GET", bucket, key, query });
    if (!answer.ok) throw answer.error;
    const { body, headers } = answer.reply;
    return { bytes: bytesOf(body), etag: (headers?.etag ?? headers?.ETag ?? "").replaceAll('"', "") };
  }

  /** Writes an object. Throws S3Error. */
  async put(bucket: string, key: string, bytes: Buffer, contentType: string): Promise<void> {
    const headers = { "content-type": contentType, "content-length": String(bytes.length), "x-amz-acl": "bucket-owner-full-control" };
    const answer = await this.call({ method: "PUT", bucket, key, headers, body: bytes });
    if (!answer.ok) throw answer.error;
  }
}

function bytesOf(body: Reply["body"]): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === "string") return Buffer.from(body);
  return Buffer.isBuffer(body) ? body : readContent(body.content, body.start, body.end - body.start);
}
