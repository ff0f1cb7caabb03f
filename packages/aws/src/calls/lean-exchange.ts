// One signed request and its answer as data: what every lean call is made of. One signature, one dispatch, no middleware
// (design.md 6: an SDK spends ten times the CPU on PutObjectAcl).
import { hash } from "node:crypto";
import { copy_body_ms, copy_headers_ms } from "../limits.ts";
import type { Credentials } from "../sessions/credential-spec.ts";
import type { Session } from "../sessions/session.ts";
import { EMPTY_PAYLOAD, Signer } from "../sign/signer.ts";
import { encodeKey } from "../sign/uri.ts";
import { isFailure, type WireAnswer } from "../wire/exchange.ts";
import type { Wire, WireRequest } from "../wire/wire.ts";
import { readError } from "../xml/documents.ts";
import { XmlError } from "../xml/scan.ts";
import { header } from "./head-facts.ts";
import type { Answer, Refusal } from "./object-calls.ts";
import { answeredRefusal, type Effect, renewBehind, sessionRefusal, unansweredRefusal, unreadableRefusal } from "./refusal.ts";

export interface ObjectCallsOptions {
  /** Signs the calls. On `expired` it renews itself: repeating the call is enough. */
  readonly session: Session;
  /** Account ID of the bucket's owner, sent with every call; leave out only for servers without account IDs. */
  readonly expectedBucketOwner?: string;
}

export interface LeanRequest {
  readonly bucket: string;
  /** Raw; undefined: the bucket itself. */
  readonly key?: string;
  readonly method: WireRequest["method"];
  readonly effect: Effect;
  /** In canonical form: encoded, sorted by name; "" where there is none. */
  readonly query: string;
  /** Name, value, name, value …; names in lower case. */
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Of the body; "application/xml" where it is left out. */
  readonly contentType?: string;
  /** The answer's body is somebody's text: an error document in it is no error. */
  readonly opaque?: boolean;
  /** A copy: the answer may take minutes. */
  readonly slow?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Sends once; `read` makes the value of a 2xx answer and throws XmlError where it cannot. */
export type LeanExchange = <T>(request: LeanRequest, read: (answer: WireAnswer) => T) => Promise<Answer<T>>;

/** Bound to one session; never throws but for a bug. */
export function leanExchange(wire: Wire, options: ObjectCallsOptions): LeanExchange {
  const { session, expectedBucketOwner } = options;
  const signer = new Signer(wire.target.region);

  function signed(request: LeanRequest, keys: Credentials): WireRequest {
    const { method, query } = request;
    const place = wire.place(request.bucket);
    const path = request.key === undefined ? place.base || "/" : `${place.base}/${encodeKey(request.key)}`;
    const headers = ["host", place.host];
    if (request.headers !== undefined) headers.push(...request.headers);
    if (expectedBucketOwner !== undefined) headers.push("x-amz-expected-bucket-owner", expectedBucketOwner);
    const body = request.body === undefined ? undefined : Buffer.from(request.body);
    if (body !== undefined)
      headers.push("content-md5", hash("md5", body, "base64"), "content-type", request.contentType ?? "application/xml");
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

  return async <T>(request: LeanRequest, read: (answer: WireAnswer) => T): Promise<Answer<T>> => {
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
  };
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
  if (request.opaque === true || answer.body.length === 0 || !answer.body.includes("<Error")) return undefined;
  return readError(answer.body.toString("utf8")) === undefined ? undefined : refusalOf(answer, request, requestId);
}
