// Errors on their way between threads: what they go by afterwards (a PlanError's code, what the disk said and of which path) goes with them.
import { tmpdir } from "node:os";
import { PlanError, type PlanErrorCode } from "../error.ts";
import type { DataLocation } from "../source/source.ts";
import type { ThreadError } from "./messages.ts";

/** `reading`: what the thread had open; node names no path where a file that is open cannot be read or written. */
export function packError(error: unknown, reading?: DataLocation): ThreadError {
  if (!(error instanceof Error))
    return { name: "Error", message: String(error), code: undefined, syscall: undefined, path: undefined, stack: undefined };
  const syscall = textOf(error, "syscall");
  return {
    name: error.name,
    message: error.message,
    code: textOf(error, "code"),
    syscall,
    path: textOf(error, "path") ?? (syscall === undefined ? undefined : pathOf(reading)),
    stack: error instanceof PlanError ? undefined : error.stack,
  };
}

export function unpackError({ name, message, code, syscall, path, stack }: ThreadError): Error {
  if (name === "PlanError") return new PlanError(code as PlanErrorCode, message);
  const unpacked = new Error(message);
  unpacked.name = name;
  if (stack !== undefined) unpacked.stack = stack;
  return Object.assign(unpacked, Object.fromEntries(Object.entries({ code, syscall, path }).filter(([, value]) => value !== undefined)));
}

/** A thread that reads from S3 touches no disk but the temporary one. */
function pathOf(reading: DataLocation | undefined): string | undefined {
  if (reading === undefined) return undefined;
  return reading.kind === "local" ? reading.path : tmpdir();
}

function textOf(error: Error, property: "code" | "syscall" | "path"): string | undefined {
  const value: unknown = Reflect.get(error, property);
  return typeof value === "string" ? value : undefined;
}
