// One S3 call with the SDK, whose failures all come out as CallRefused: operation, subject, code, status and request ID in one place.
import { S3ServiceException } from "@aws-sdk/client-s3";
import { CallRefused } from "./refusal.ts";

/** `subject` names the bucket or object for people. Aborts pass through untouched. */
export async function call<T>(operation: string, subject: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw refused(operation, subject, error);
  }
}

function refused(operation: string, subject: string, error: unknown): CallRefused {
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 0;
    // A HEAD answer has no body, so the SDK has no code to show for it.
    const code = error.name === "" || error.name === "UnknownError" || error.name === "Unknown" ? `Http${status}` : error.name;
    const message = error.message === "" || error.message === "UnknownError" ? "S3 gave no reason." : sentence(error.message);
    return new CallRefused(operation, subject, { code, status, requestId: error.$metadata.requestId ?? "", message }, error);
  }
  if (error instanceof Error)
    return new CallRefused(operation, subject, { code: error.name, status: 0, requestId: "", message: sentence(error.message) }, error);
  throw error;
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
