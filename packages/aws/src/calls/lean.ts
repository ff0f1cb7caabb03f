// The object calls without an SDK: one signature, one dispatch, no middleware (design.md 6: an SDK spends ten times the CPU on PutObjectAcl).
import { hash } from "node:crypto";
import { copy_body_ms, copy_headers_ms } from "../limits.ts";
import type { Credentials } from "../sessions/credential-spec.ts";
import type { Session } from "../sessions/session.ts";
import { EMPTY_PAYLOAD, Signer } from "../sign/signer.ts";
import { encodeKey, encodeUri } from "../sign/uri.ts";
import { isFailure, type WireAnswer } from "../wire/exchange.ts";
import type { Wire } from "../wire/wire.ts";
import { readAcl, readCopyResult, readError, writeAcl, writeEncryption } from "../xml/documents.ts";
import { XmlError } from "../xml/scan.ts";
import { copyHeaders } from "./copy-headers.ts";
import { header, headFacts } from "./head-facts.ts";
import type { Answer, ObjectAddress, ObjectCalls, Refusal } from "./object-calls.ts";
import { answeredRefusal, type Effect, renewBehind, sessionRefusal, unansweredRefusal, unreadableRefusal } from "./refusal.ts";

export interface ObjectCallsOptions {
  /** Signs the calls. On `expired` it renews itself: repeating the call is enough. */
  readonly session: Session;
  /** Account ID of the bucket's owner, sent with every call; leave out only for servers without account IDs. */
  readonly expectedBucketOwner?: string;
}

interface LeanRequest {
  readonly address: ObjectAddress;
  readonly method: "GET" | "HEAD" | "PUT";
  readonly effect: Effect;
  readonly subresource?: "acl" | "encryption";
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly slow?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The hot implementation of ObjectCalls over a shared wire. */
export function leanObjectCalls(wire: Wire, options: ObjectCallsOptions): ObjectCalls {
  const { session, expectedBucketOwner } = options;
  const signer = new Signer(wire.target.region);

  async function exchange<T>(request: LeanRequest, read: (answer: WireAnswer) => T): Promise<Answer<T>> {
    let keys = session.fresh();
    if (keys === undefined) {
      try {
        keys = await session.credentials();
      } catch (error) {
        return sessionRefusal(error);
      }
    }
    const outcome = await wire.send(signed(request, keys));
    if (isFailure(outcome)) return unansweredRefusal(outcome.error, request.effect, outcome.reached);

    const requestId = header(outcome.headers, "x-amz-request-id") ?? "";
    const refused =
      outcome.status < 200 || outcome.status > 299 ? refusalOf(outcome, request, requestId) : errorWithin(outcome, request, requestId);
    if (refused !== undefined) {
      if (refused.kind === "expired") renewBehind(session, keys.generation);
      return refused;
    }
    try {
      return { ok: true, value: read(outcome), httpStatus: outcome.status, requestId };
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      return unreadableRefusal(outcome.status, requestId, `The answer cannot be read: ${error.message}.`, request.effect);
    }
  }

  function signed(request: LeanRequest, keys: Credentials): Parameters<Wire["send"]>[0] {
    const { address, method, subresource } = request;
    const place = wire.place(address.bucket);
    const path = `${place.base}/${encodeKey(address.key)}`;
    const version = address.versionId === undefined ? "" : `versionId=${encodeUri(address.versionId)}`;
    const query = subresource === undefined ? version : version === "" ? `${subresource}=` : `${subresource}=&${version}`;
    const headers = ["host", place.host];
    if (request.headers !== undefined) headers.push(...request.headers);
    if (expectedBucketOwner !== undefined) headers.push("x-amz-expected-bucket-owner", expectedBucketOwner);
    const body = request.body === undefined ? undefined : Buffer.from(request.body);
    if (body !== undefined) headers.push("content-md5", hash("md5", body, "base64"), "content-type", "application/xml");
    const payloadHash = body === undefined ? EMPTY_PAYLOAD : hash("sha256", body, "hex");
    signer.sign({ method, path, query, headers, payloadHash }, keys, Date.now());
    return {
      place,
      method,
      target: query === "" ? path : `${path}?${query}`,
      headers,
      signal: request.signal,
      ...(body === undefined ? {} : { body }),
      ...(request.slow === true ? { headersMs: copy_headers_ms, bodyMs: copy_body_ms } : {}),
    };
  }

  /** HEAD's 400 has no body: an expired token and a missing SSE-C key look the same. A GET of one byte tells them apart. */
  async function headObject(address: ObjectAddress, signal?: AbortSignal): ReturnType<ObjectCalls["headObject"]> {
    const answer = await exchange({ address, method: "HEAD", effect: "read", signal }, readHead);
    if (answer.ok || answer.httpStatus !== 400 || session.fresh()?.sessionToken === undefined) return answer;
    const told = await exchange({ address, method: "GET", effect: "read", headers: ["range", "bytes=0-0"], signal }, nothing);
    return !told.ok && told.kind === "expired" ? told : answer;
  }

  return {
    putObjectAcl(address, acl, signal) {
      const canned = typeof acl === "string";
      return exchange(
        {
          address,
          method: "PUT",
          effect: "write",
          subresource: "acl",
          signal,
          ...(canned ? { headers: ["x-amz-acl", acl] } : { body: writeAcl(acl) }),
        },
        nothing,
      );
    },
    getObjectAcl: (address, signal) =>
      exchange({ address, method: "GET", effect: "read", subresource: "acl", signal }, (answer) => readAcl(answer.body.toString("utf8"))),
    headObject,
    copyObject(request, signal) {
      const headers = copyHeaders(request);
      if (expectedBucketOwner !== undefined && request.source.bucket === request.destination.bucket) {
        headers.push("x-amz-source-expected-bucket-owner", expectedBucketOwner);
      }
      return exchange({ address: request.destination, method: "PUT", effect: "write", headers, slow: true, signal }, (answer) => {
        const versionId = header(answer.headers, "x-amz-version-id");
        return { ...readCopyResult(answer.body.toString("utf8")), ...(versionId === undefined ? {} : { versionId }) };
      });
    },
    updateObjectEncryption: (address, to, signal) =>
      exchange({ address, method: "PUT", effect: "write", subresource: "encryption", body: writeEncryption(to), signal }, nothing),
  };
}

const nothing = (): void => undefined;

function readHead(answer: WireAnswer): NonNullable<ReturnType<typeof headFacts>> {
  const facts = headFacts(answer.headers);
  if (facts === undefined) throw new XmlError("no ETag, Content-Length or Last-Modified in the answer to HEAD");
  return facts;
}

function refusalOf(answer: WireAnswer, request: LeanRequest, requestId: string): Refusal {
  const error = answer.body.length === 0 ? undefined : readError(answer.body.toString("utf8"));
  return answeredRefusal(
    {
      httpStatus: answer.status,
      code: error?.code,
      message: error?.message,
      requestId: requestId === "" ? (error?.requestId ?? "") : requestId,
      deleteMarker: header(answer.headers, "x-amz-delete-marker") === "true",
    },
    request.effect,
  );
}

/** S3 may say 200 first and find the error later (domain.md 4.1). */
function errorWithin(answer: WireAnswer, request: LeanRequest, requestId: string): Refusal | undefined {
  if (answer.body.length === 0 || !answer.body.includes("<Error")) return undefined;
  return readError(answer.body.toString("utf8")) === undefined ? undefined : refusalOf(answer, request, requestId);
}
