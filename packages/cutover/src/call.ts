// One S3 call with the SDK, whose refusals and missing answers come out as CallRefused: operation, subject, code, status and request ID in one place.
import { CallRefused } from "./refusal.ts";

/** `subject` names the bucket or object for people. Aborts, and errors that are no answer of S3, pass through untouched. */
export async function call<T>(operation: string, subject: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw refused(operation, subject, error);
  }
}

function refused(operation: string, subject: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = error.message === "" || error.message === "UnknownError" ? "S3 gave no reason." : sentence(error.message);
  const { httpStatusCode: status, requestId = "" } = ("$metadata" in error ? error.$metadata : {}) as {
    httpStatusCode?: number;
    requestId?: string;
  };
  if (status !== undefined) {
    // A HEAD answer has no body, so the SDK has no code to show for it.
    const code = error.name === "" || error.name === "UnknownError" || error.name === "Unknown" ? `Http${status}` : error.name;
    return new CallRefused(operation, subject, { code, status, requestId, message }, error);
  }
  if (!isNetwork(error)) return error;
  const code = "code" in error ? String(error.code) : error.name;
  return new CallRefused(operation, subject, { code, status: 0, requestId: "", message }, error);
}

/** What sockets, TLS and timeouts throw. Other errors (a session that cannot be had, a bug) speak for themselves. */
function isNetwork(error: Error): boolean {
  if (error.name === "TimeoutError") return true;
  const code = "code" in error ? String(error.code) : "";
  return /^[A-Z][A-Z0-9_]+$/.test(code) && !/^ERR_(?!SSL|TLS|SOCKET|STREAM_PREMATURE_CLOSE)/.test(code);
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** The answer, or undefined where S3 says with one of `codes` that there is no such thing. */
export async function unlessAbsent<T>(codes: readonly string[], answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CallRefused && codes.includes(error.code)) return undefined;
    throw error;
  }
}
