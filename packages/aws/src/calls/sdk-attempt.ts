// One attempt through the SDK as an Answer: what the server really said is taken off the wire, beneath the SDK's own interpretation.
import type { S3Client } from "@aws-sdk/client-s3";
import type { Credentials } from "../sessions/credential-spec.ts";
import type { Session } from "../sessions/session.ts";
import { SessionError } from "../sessions/session-error.ts";
import { type HeaderValues, header } from "./head-facts.ts";
import type { Answer, Refusal } from "./object-calls.ts";
import { answeredRefusal, type Effect, renewBehind, sessionRefusal, unansweredRefusal, unreadableRefusal } from "./refusal.ts";

interface Metadata {
  readonly $metadata: { readonly httpStatusCode?: number | undefined; readonly requestId?: string | undefined };
}

/** The SDK rewrites the status of a 200 that carries an error to 503; this keeps what was on the wire, by response. */
const statusOnTheWire = new WeakMap<object, number>();

/** Once for each client that {@link attempt} is used with. */
export function keepStatuses(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (typeof response === "object" && response !== null && "statusCode" in response && typeof response.statusCode === "number") {
        statusOnTheWire.set(response, response.statusCode);
      }
      return result;
    },
    { step: "deserialize", name: "keepStatuses", priority: "low" },
  );
}

export interface AttemptKind {
  readonly effect: Effect;
  /** HEAD: the refusal has no code, whatever name the SDK gives it. */
  readonly head?: boolean;
}

/** Sends once; throws only what is a bug. */
export async function attempt<O extends Metadata>(session: Session, kind: AttemptKind, send: () => Promise<O>): Promise<Answer<O>> {
  let keys: Credentials;
  try {
    keys = await session.credentials();
  } catch (error) {
    return sessionRefusal(error);
  }
  try {
    const value = await send();
    return { ok: true, value, httpStatus: value.$metadata.httpStatusCode ?? 0, requestId: value.$metadata.requestId ?? "" };
  } catch (error) {
    const refused = refusalOf(error, kind);
    if (refused.kind === "expired") renewBehind(session, keys.generation);
    return refused;
  }
}

interface Said {
  readonly statusCode: number;
  readonly headers: HeaderValues;
}

function refusalOf(error: unknown, { effect, head }: AttemptKind): Refusal {
  if (error instanceof SessionError) return sessionRefusal(error);
  if (!(error instanceof Error)) throw error;
  const said = responseOf(error);
  if (said === undefined) {
    // The SDK's own word for a copy that was answered with 200 and nothing.
    if (error.message === "S3 aborted request") return unreadableRefusal(200, "", "The answer is empty.", effect);
    return unansweredRefusal(error, effect, true);
  }
  const httpStatus = statusOnTheWire.get(said) ?? said.statusCode;
  const requestId = header(said.headers, "x-amz-request-id") ?? "";
  const code = head === true ? undefined : codeOf(error);
  if (code === undefined && httpStatus >= 200 && httpStatus < 300) {
    return unreadableRefusal(httpStatus, requestId, `The answer cannot be read: ${error.message}.`, effect);
  }
  const deleteMarker = header(said.headers, "x-amz-delete-marker") === "true";
  return answeredRefusal({ httpStatus, code, message: code === undefined ? undefined : error.message, requestId, deleteMarker }, effect);
}

function responseOf(error: Error): Said | undefined {
  if (!("$response" in error)) return undefined;
  const response = error.$response;
  return typeof response === "object" && response !== null && "statusCode" in response && "headers" in response
    ? (response as Said)
    : undefined;
}

/** The code of S3's document; undefined where the SDK made up the error's name because there was none. */
function codeOf(error: Error): string | undefined {
  if ("Code" in error && typeof error.Code === "string" && error.Code !== "") return error.Code;
  if (!("$fault" in error) || /^(Unknown|UnknownError|S3ServiceException|\d*)$/.test(error.name)) return undefined;
  return error.name;
}
