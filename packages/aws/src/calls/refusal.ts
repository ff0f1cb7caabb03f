// Refusals, built in one place so that both implementations of ObjectCalls say the same of the same answer.
import { classify } from "../classify.ts";
import { networkFailure } from "../network-failure.ts";
import type { Session } from "../sessions/session.ts";
import { SessionError } from "../sessions/session-error.ts";
import type { Refusal } from "./object-calls.ts";

/** Whether a call changes anything; only then can an unknown outcome matter. */
export type Effect = "read" | "write";

export interface RefusedAnswer {
  readonly httpStatus: number;
  /** Undefined where the answer had none: no body, or not S3's. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly requestId: string;
  readonly deleteMarker: boolean;
}

/** S3, or something before it, answered with a refusal. */
export function answeredRefusal(answer: RefusedAnswer, effect: Effect): Refusal {
  const { httpStatus, requestId } = answer;
  const code = answer.code ?? `Http${httpStatus}`;
  const message = answer.message ?? `The server answered ${httpStatus} and gave no reason.`;
  const kind = classify({ httpStatus, code, message, deleteMarker: answer.deleteMarker });
  // S3's own SlowDown says that nothing was done; a 5xx without S3's code may come from a proxy that gave up waiting.
  const mayHaveHappened =
    (kind === "transient" && (httpStatus >= 500 || httpStatus === 200)) || (httpStatus >= 500 && answer.code === undefined);
  return { ok: false, kind, code, message, httpStatus, requestId, unknownOutcome: effect === "write" && mayHaveHappened };
}

/** No answer was had, or no readable one. `reached`: the request may have reached the server. */
export function unansweredRefusal(error: unknown, effect: Effect, reached: boolean): Refusal {
  const failure = networkFailure(error);
  if (failure === undefined) throw error;
  return {
    ok: false,
    kind: classify({ httpStatus: 0, code: failure.code }),
    code: failure.code,
    message: `No answer: ${failure.detail}${error instanceof Error && error.message !== "" ? `: ${error.message}` : ""}`,
    httpStatus: 0,
    requestId: "",
    unknownOutcome: effect === "write" && reached && !failure.neverSent,
  };
}

/** The server said 2xx, but not what S3 says then. */
export function unreadableRefusal(httpStatus: number, requestId: string, why: string, effect: Effect): Refusal {
  return { ok: false, kind: "transient", code: "BadAnswer", message: why, httpStatus, requestId, unknownOutcome: effect === "write" };
}

/** There were no credentials to sign with, so nothing was sent. Counts as denied unless it may pass by itself. */
export function sessionRefusal(error: unknown): Refusal {
  if (!(error instanceof SessionError)) throw error;
  return {
    ok: false,
    kind: error.reason === "throttled" ? "throttled" : error.passing ? "transient" : "denied",
    code: "NoSession",
    message: error.message,
    httpStatus: 0,
    requestId: "",
    unknownOutcome: false,
  };
}

/** S3 called these keys expired: renewed at once, so that the calls that follow wait for the new ones rather than be refused too. */
export function renewBehind(session: Session, generation: number): void {
  session.expired(generation).catch((error: unknown) => {
    // The next call asks the session itself and gets this as its refusal; anything but a SessionError is a bug and is thrown.
    sessionRefusal(error);
  });
}
