/**
 * The body of a request against what its headers promise: `x-amz-content-sha256` (hash, UNSIGNED-PAYLOAD or a streaming form,
 * which is taken apart and verified chunk by chunk) and `Content-MD5`.
 */
import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { S3Error } from "../http/s3-error.ts";
import type { ChunkSeed } from "./authenticate.ts";
import { decodeChunked } from "./chunked.ts";

export interface Payload {
  readonly body: Buffer;
  readonly trailers: ReadonlyMap<string, string>;
}

const noTrailers: ReadonlyMap<string, string> = new Map();
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The true body. `declared` is the payload hash the signature covers (or an anonymous sender's header); undefined: none. */
export function verifiedPayload(
  sent: Buffer,
  headers: IncomingHttpHeaders,
  declared: string | undefined,
  seed: ChunkSeed | undefined,
): Payload {
  const payload = unwrap(sent, headers, declared, seed);
  const md5 = headers["content-md5"];
  if (typeof md5 === "string") demandMd5(payload.body, md5);
  return payload;
}

function unwrap(sent: Buffer, headers: IncomingHttpHeaders, declared: string | undefined, seed: ChunkSeed | undefined): Payload {
  if (declared === undefined || declared === "UNSIGNED-PAYLOAD") return { body: sent, trailers: noTrailers };
  if (declared.startsWith("STREAMING-")) return streamed(sent, headers, declared, seed);
  if (!/^[0-9a-f]{64}$/.test(declared)) {
    throw new S3Error(
      400,
      "InvalidArgument",
      "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
      { details: { ArgumentName: "x-amz-content-sha256", ArgumentValue: declared } },
    );
  }
  const computed = sent.length === 0 ? emptyHash : hash("sha256", sent, "hex");
  if (computed !== declared) {
    throw new S3Error(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.", {
      details: { ClientComputedContentSHA256: declared, S3ComputedContentSHA256: computed },
    });
  }
  return { body: sent, trailers: noTrailers };
}

function streamed(sent: Buffer, headers: IncomingHttpHeaders, declared: string, seed: ChunkSeed | undefined): Payload {
  const signed = declared === "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" || declared === "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
  if (!signed && declared !== "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    throw new S3Error(501, "NotImplemented", `A header you provided implies functionality that is not implemented: ${declared}`);
  }
  if (signed && seed === undefined) throw new S3Error(403, "AccessDenied", "A signed stream needs a signed request.");
  const payload = decodeChunked(sent, signed ? seed : undefined);
  const length = headers["x-amz-decoded-content-length"];
  if (length === undefined) throw new S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
  if (Number(length) !== payload.body.length) {
    throw new S3Error(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header");
  }
  return payload;
}

function demandMd5(body: Buffer, sent: string): void {
  if (Buffer.from(sent, "base64").length !== 16) throw new S3Error(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
  const computed = hash("md5", body, "base64");
  if (computed !== sent) {
    throw new S3Error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.", {
      details: { ExpectedDigest: sent, CalculatedDigest: computed },
    });
  }
}
