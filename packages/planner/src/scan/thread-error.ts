// Errors on their way between threads: a PlanError stays one.
import { PlanError } from "../error.ts";
import type { ThreadError } from "./messages.ts";

export function packError(error: unknown): ThreadError {
  if (error instanceof PlanError) return { code: error.code, message: error.message, stack: undefined };
  if (error instanceof Error) return { code: undefined, message: error.message, stack: error.stack };
  return { code: undefined, message: String(error), stack: undefined };
}

export function unpackError(error: ThreadError): Error {
  if (error.code !== undefined) return new PlanError(error.code, error.message);
  const unpacked = new Error(error.message);
  if (error.stack !== undefined) unpacked.stack = error.stack;
  return unpacked;
}
