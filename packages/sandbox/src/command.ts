/**
 * `quitclaim sandbox`: flags to options, one JSON line on stdout when the sandbox answers, and an end on SIGINT, SIGTERM or (if
 * asked) when standard input closes. Everything for people goes to stderr.
 */
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { parseArgs } from "node:util";
import { AccountsFileError, readAccountsFile } from "./account/file.ts";
import { type InventoryFormat, inventoryFormats } from "./inventory/report.ts";
import type { SandboxOptions } from "./options.ts";
import { type Sandbox, startSandbox } from "./start.ts";

export interface CommandIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export const sandboxHelp = `Usage: quitclaim sandbox [options]

S3, STS and S3 Control on one loopback port, with AWS's ownership rules. Prints one JSON line when ready:
endpoint, region, bucket, owner, accounts with their keys and roles, and where the inventory reports lie.

  --port N               port on 127.0.0.1 (default: any free one)
  --region NAME          default us-east-1
  --seed N               decides accounts, objects and faults (default 1)
  --accounts N           accounts to make; the first owns the bucket (default 4)
  --accounts-file FILE   accounts from a JSON file instead: id, canonicalId, name, keys, roles, kmsKeys
  --external-ids         give every made role an external ID that AssumeRole must bring
  --objects N            fill a bucket with N versions and delete markers
  --bucket NAME          name of that bucket (default data-lake)
  --versioning on|off    versioning of that bucket (default on)
  --mode MODE            none, ObjectWriter or BucketOwnerPreferred (default none)
  --inventory LIST       reports to write of it: csv,parquet or none (default csv,parquet)
  --bucket-defaults WHAT new buckets as AWS makes them now (current) or before April 2023 (legacy); default current
  --enforced-acl WHAT    PutObjectAcl bucket-owner-full-control on an enforced bucket: refused or accepted (AWS's papers disagree);
                         default refused
  --session-seconds N    end every session after N seconds, whatever STS answered
  --stop-with-stdin      stop when standard input closes
  --help                 this text

Examples:
  quitclaim sandbox --objects 2000 --accounts 4 --bucket-defaults legacy
  quitclaim sandbox --port 9000 --external-ids --session-seconds 60
`;

/** A flag that makes no sense, worded for the person who typed it. */
class UsageError extends Error {}

/** Runs until stopped. Returns the exit code: 0, or 2 for flags and files that cannot be used. */
export async function runSandboxCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  let sandbox: Sandbox;
  let stopWithStdin: boolean;
  try {
    const command = await commandFrom(argv);
    if (command === "help") {
      io.stdout.write(sandboxHelp);
      return 0;
    }
    stopWithStdin = command.stopWithStdin;
    sandbox = await startSandbox(command.options);
  } catch (error) {
    const message = wordsFor(error);
    if (message === undefined) throw error;
    io.stderr.write(`quitclaim sandbox: ${message}\n`);
    return 2;
  }
  const stopping = stopRequested(io.stdin, stopWithStdin);
  io.stdout.write(`${JSON.stringify(sandbox.description)}\n`);
  await stopping;
  await sandbox.close();
  return 0;
}

function wordsFor(error: unknown): string | undefined {
  if (error instanceof AccountsFileError) return error.message;
  if (error instanceof UsageError) return `${error.message}; --help shows the options`;
  if (error instanceof Error && "code" in error) {
    if (error.code === "EADDRINUSE") return "the port is taken; choose another with --port, or leave it out for a free one";
    if (error.code === "EACCES") return "this user may not listen on that port; choose one above 1023";
    if (String(error.code).startsWith("ERR_PARSE_ARGS")) return `${error.message}; --help shows the options`;
  }
  return undefined;
}

async function stopRequested(stdin: Readable, withStdin: boolean): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const reasons = [once(process, "SIGINT", { signal }), once(process, "SIGTERM", { signal })];
  if (withStdin) {
    stdin.resume();
    reasons.push(once(stdin, "end", { signal }), once(stdin, "close", { signal }));
  }
  await Promise.race(reasons);
  stop.abort();
}

async function commandFrom(
  argv: readonly string[],
): Promise<"help" | { readonly options: SandboxOptions; readonly stopWithStdin: boolean }> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: "string" },
      region: { type: "string" },
      seed: { type: "string" },
      accounts: { type: "string" },
      "accounts-file": { type: "string" },
      "external-ids": { type: "boolean", default: false },
      objects: { type: "string" },
      bucket: { type: "string" },
      versioning: { type: "string" },
      mode: { type: "string" },
      inventory: { type: "string" },
      "bucket-defaults": { type: "string" },
      "enforced-acl": { type: "string" },
      "session-seconds": { type: "string" },
      "stop-with-stdin": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const file = values["accounts-file"];
  if (file !== undefined && values.accounts !== undefined) throw new UsageError("give either --accounts or --accounts-file");
  const objects = numberOf("--objects", values.objects, 0, 20_000_000);
  const bucket = values.bucket;
  if (bucket !== undefined && !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new UsageError(`--bucket ${bucket}: 3 to 63 of a-z 0-9 . - are allowed`);
  }
  const mode = oneOf("--mode", values.mode ?? "none", ["none", "ObjectWriter", "BucketOwnerPreferred"] as const);
  const sessionSecondsMax = numberOf("--session-seconds", values["session-seconds"], 1, 43_200);
  const port = numberOf("--port", values.port, 0, 65_535);
  const seed = numberOf("--seed", values.seed, 0, 4_294_967_295);
  return {
    stopWithStdin: values["stop-with-stdin"],
    options: {
      accounts: file === undefined ? (numberOf("--accounts", values.accounts, 1, 10_000) ?? 4) : await readAccountsFile(file),
      externalIds: values["external-ids"],
      bucketDefaults: oneOf("--bucket-defaults", values["bucket-defaults"] ?? "current", ["current", "legacy"] as const),
      enforcedAcceptsCanned: oneOf("--enforced-acl", values["enforced-acl"] ?? "refused", ["refused", "accepted"] as const) === "accepted",
      inventory: formatsOf(values.inventory),
      ...(port === undefined ? {} : { port }),
      ...(seed === undefined ? {} : { seed }),
      ...(values.region === undefined ? {} : { region: values.region }),
      ...(sessionSecondsMax === undefined ? {} : { sessionSecondsMax }),
      ...(objects === undefined
        ? {}
        : {
            fill: {
              objects,
              ...(bucket === undefined ? {} : { bucket }),
              versioning: oneOf("--versioning", values.versioning ?? "on", ["on", "off"] as const) === "on",
              mode: mode === "none" ? undefined : mode,
            },
          }),
    },
  };
}

function numberOf(flag: string, text: string | undefined, low: number, high: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high)
    throw new UsageError(`${flag} ${text}: must be a whole number from ${low} to ${high}`);
  return value;
}

function oneOf<T extends string>(flag: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found === undefined) throw new UsageError(`${flag} ${text}: must be one of ${known.join(", ")}`);
  return found;
}

function formatsOf(text: string | undefined): readonly InventoryFormat[] {
  if (text === undefined) return inventoryFormats;
  if (text === "none") return [];
  return text.split(",").map((one) => oneOf("--inventory", one.trim(), inventoryFormats));
}
