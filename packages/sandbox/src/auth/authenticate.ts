/**
 * Who sent a request: checks an AWS Signature Version 4 in the Authorization header or in the query string against the
 * account book, or lets an unsigned request through as anonymous. The body's hash is checked in payload.ts.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { AccountBook, Credential } from "../account/book.ts";
import type { Principal } from "../account/principal.ts";
import type { Query } from "../http/query.ts";
import { S3Error } from "../http/s3-error.ts";
import { parseAuthorization, type SignedHeaders, signedHeaders } from "./authorization.ts";
import { canonicalRequest, demandAmzHeadersSigned, stringToSign } from "./canonical.ts";
import * as refusals from "./refusals.ts";
import { amzDate, type CredentialScope, parseAmzDate, parseScope } from "./scope.ts";
import type { SigningKey, SigningKeys } from "./signing-key.ts";

export interface Unauthenticated {
  readonly method: string;
  readonly rawPath: string;
  readonly query: Query;
  readonly headers: IncomingHttpHeaders;
  /** Computes the SHA-256 of the body, for requests of services that need not declare it. */
  readonly bodyHash: () => string;
}

export interface Authenticator {
  readonly book: AccountBook;
  readonly keys: SigningKeys;
  readonly region: string;
  readonly now: () => number;
}

/** What a valid signature gives: the sender, and what the chunk signatures of a streamed body go on from. */
export interface Authenticated {
  readonly principal: Principal;
  readonly accessKeyId: string | undefined;
  readonly service: string;
  readonly payloadHash: string | undefined;
  readonly seed: ChunkSeed | undefined;
}

export interface ChunkSeed {
  readonly key: SigningKey;
  readonly date: string;
  readonly scope: string;
  readonly signature: string;
}

const algorithm = "AWS4-HMAC-SHA256";
const presignSecondsMax = 604_800;

interface Claim {
  readonly scope: CredentialScope;
  readonly date: string;
  readonly signed: SignedHeaders;
  readonly signature: string;
  readonly token: string | undefined;
  readonly payloadHash: string;
  readonly presigned: boolean;
}

export function authenticate(request: Unauthenticated, by: Authenticator): Authenticated {
  const header = request.headers.authorization;
  if (header !== undefined) return verify(request, headerClaim(request, header, by), by);
  if (request.query.has("X-Amz-Algorithm") || request.query.has("X-Amz-Signature")) return verify(request, queryClaim(request, by), by);
  if (request.query.has("AWSAccessKeyId")) throw refusals.mechanismNotSupported();
  const payloadHash = request.headers["x-amz-content-sha256"];
  return {
    principal: { kind: "anonymous" },
    accessKeyId: undefined,
    service: "s3",
    payloadHash: typeof payloadHash === "string" ? payloadHash : undefined,
    seed: undefined,
  };
}

function headerClaim(request: Unauthenticated, header: string, by: Authenticator): Claim {
  const { scope, signed, signature } = parseAuthorization(header);
  const sent = request.headers["x-amz-date"] ?? request.headers.date;
  const date = typeof sent === "string" ? amzDateOf(sent) : undefined;
  const at = date === undefined ? undefined : parseAmzDate(date);
  if (date === undefined || at === undefined) {
    throw new S3Error(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");
  }
  demandScope(scope, by.region, (what, details) => refusals.headerMalformed(what, details));
  if (Math.abs(by.now() - at) > refusals.skewMsMax) throw refusals.skewed(date, by.now());
  if (scope.date !== date.slice(0, 8)) throw refusals.headerMalformed("the date in the credential scope does not match x-amz-date.");
  const declared = request.headers["x-amz-content-sha256"];
  if (declared === undefined && scope.service === "s3") {
    throw new S3Error(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  demandAmzHeadersSigned(request.headers, signed);
  return {
    scope,
    date,
    signed,
    signature,
    token: single(request.headers["x-amz-security-token"]),
    payloadHash: single(declared) ?? request.bodyHash(),
    presigned: false,
  };
}

/** `x-amz-date` has the compact form; a plain Date header is in HTTP's form. */
function amzDateOf(sent: string): string | undefined {
  if (/^\d{8}T/.test(sent)) return sent;
  const at = Date.parse(sent);
  return Number.isNaN(at) ? undefined : amzDate(at);
}

function queryClaim(request: Unauthenticated, by: Authenticator): Claim {
  const parameter = (name: string): string => {
    const value = request.query.get(name);
    if (value === undefined) {
      throw refusals.queryMalformed(
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
      );
    }
    return value;
  };
  if (parameter("X-Amz-Algorithm") !== algorithm) {
    throw refusals.queryMalformed('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"');
  }
  const scope = parseScope(parameter("X-Amz-Credential"));
  if (scope === undefined) {
    throw refusals.queryMalformed(
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  demandScope(scope, by.region, (what) => refusals.queryMalformed(`Error parsing the X-Amz-Credential parameter; ${what}`));
  const date = parameter("X-Amz-Date");
  const at = parseAmzDate(date);
  if (at === undefined) throw refusals.queryMalformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  const seconds = Number(parameter("X-Amz-Expires"));
  if (!Number.isInteger(seconds)) throw refusals.queryMalformed("X-Amz-Expires should be a number");
  if (seconds < 0) throw refusals.queryMalformed("X-Amz-Expires must be non-negative");
  if (seconds > presignSecondsMax) {
    throw refusals.queryMalformed(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${presignSecondsMax} seconds`,
    );
  }
  const now = by.now();
  if (at - now > refusals.skewMsMax) throw new S3Error(403, "AccessDenied", "Request is not valid yet");
  if (now > at + seconds * 1000) throw refusals.presignExpired(at + seconds * 1000, seconds, now);
  const signed = signedHeaders(parameter("X-Amz-SignedHeaders"));
  demandAmzHeadersSigned(withoutContentHash(request.headers), signed);
  return {
    scope,
    date,
    signed,
    signature: parameter("X-Amz-Signature"),
    token: request.query.get("X-Amz-Security-Token") ?? single(request.headers["x-amz-security-token"]),
    payloadHash: request.query.get("X-Amz-Content-Sha256") ?? single(request.headers["x-amz-content-sha256"]) ?? "UNSIGNED-PAYLOAD",
    presigned: true,
  };
}

/** Clients of presigned URLs may add x-amz-content-sha256: its value is part of the canonical request anyway. */
function withoutContentHash(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { "x-amz-content-sha256": _hash, ...others } = headers;
  return others;
}

function demandScope(
  scope: CredentialScope,
  region: string,
  refusal: (what: string, details: Readonly<Record<string, string>>) => S3Error,
): void {
  if (scope.service !== "s3" && scope.service !== "sts")
    throw refusal(`incorrect service "${scope.service}". This endpoint belongs to "s3".`, {});
  if (scope.service === "s3" && scope.region !== region) {
    throw refusal(`the region '${scope.region}' is wrong; expecting '${region}'`, { Region: region });
  }
}

function verify(request: Unauthenticated, claim: Claim, by: Authenticator): Authenticated {
  const { scope } = claim;
  const credential = by.book.credential(scope.accessKeyId);
  if (credential === undefined) throw refusals.invalidAccessKeyId(scope.accessKeyId);
  demandToken(credential, scope.accessKeyId, claim.token, by.now());
  const canonical = canonicalRequest({
    method: request.method,
    rawPath: request.rawPath,
    query: request.query,
    headers: request.headers,
    signed: claim.signed,
    payloadHash: claim.payloadHash,
    withoutParameter: claim.presigned ? "X-Amz-Signature" : undefined,
  });
  const toSign = stringToSign(algorithm, claim.date, scope.text, canonical);
  const key = by.keys.get(credential.secretAccessKey, scope);
  if (key.sign(toSign) !== claim.signature) {
    throw refusals.signatureDoesNotMatch(scope.accessKeyId, claim.signature, toSign, canonical);
  }
  return {
    principal: credential.principal,
    accessKeyId: scope.accessKeyId,
    service: scope.service,
    payloadHash: claim.payloadHash,
    seed: { key, date: claim.date, scope: scope.text, signature: claim.signature },
  };
}

/** A temporary key without its token is unknown; a token on a long-lived key, or another session's, is invalid. */
function demandToken(credential: Credential, accessKeyId: string, token: string | undefined, now: number): void {
  if (credential.sessionToken === undefined) {
    if (token !== undefined) throw refusals.invalidToken(token);
    return;
  }
  if (token === undefined) throw refusals.invalidAccessKeyId(accessKeyId);
  if (token !== credential.sessionToken) throw refusals.invalidToken(token);
  if (credential.expiresAt !== undefined && now >= credential.expiresAt) throw refusals.expiredToken(token);
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
