/**
 * A request as handlers see it (read whole, signature verified, sender known) and the answer they give. Handlers for STS,
 * S3 Control and the admin interface are `Service`s given to the server.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Principal } from "../account/principal.ts";
import type { Content } from "../store/content.ts";
import type { Query } from "./query.ts";
import type { S3Error } from "./s3-error.ts";

export interface InboundRequest {
  readonly method: string;
  /** Path as sent, still percent-encoded, without the query. */
  readonly rawPath: string;
  readonly query: Query;
  readonly headers: IncomingHttpHeaders;
  /** Decoded: aws-chunked framing removed, payload hash verified. */
  readonly body: Buffer;
  /** Trailing headers of an aws-chunked upload, names in lower case. */
  readonly trailers: ReadonlyMap<string, string>;
  readonly principal: Principal;
  /** Access key that signed, undefined for an anonymous request. */
  readonly accessKeyId: string | undefined;
  readonly requestId: string;
  readonly remoteAddress: string;
}

/** Part of a content, both ends in bytes, `end` exclusive; streamed in chunks. */
export interface ContentBody {
  readonly content: Content;
  readonly start: number;
  readonly end: number;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | ContentBody;
}

/** Something else than S3 behind the same port. */
export interface Service {
  handle(request: InboundRequest): Reply | Promise<Reply>;
  /** Writes a refusal in the service's own format (signature errors, faults). */
  refuse(error: S3Error, requestId: string): Reply;
}
