/** What can be made to go wrong, as data: the body of `PUT /_sandbox/faults` and of `Sandbox.faults.set`. */
import { refusalCodes } from "./refusals.ts";

/** Where faults strike. An absent list means everywhere. */
export interface FaultScope {
  /** S3 operation names (`CopyObject`, `PutObjectAcl` …). */
  readonly ops?: readonly string[];
  readonly accountIds?: readonly string[];
  readonly buckets?: readonly string[];
  /** Only keys that start with one of these. */
  readonly keyPrefixes?: readonly string[];
}

export interface FaultSettings {
  readonly scope?: FaultScope;
  /** Added to every request in scope: `fixedMs` plus up to `jitterMs` more. */
  readonly latency?: { readonly fixedMs: number; readonly jitterMs?: number };
  /** 503 SlowDown above this many requests a second, over all requests in scope or for each top-level prefix apart. */
  readonly slowDown?: { readonly perSecond: number; readonly per?: "all" | "prefix" };
  /** Probability, 0 to 1, of a 500 InternalError before the request is looked at, or after its write took effect. */
  readonly internalError?: { readonly before?: number; readonly after?: number };
  /** Probability of the connection being cut without an answer, before or after the write took effect. */
  readonly reset?: { readonly before?: number; readonly after?: number };
  /**
   * Probability of a 200 whose body is an InternalError, before or after the write took effect: AWS answers CopyObject,
   * UploadPartCopy and CompleteMultipartUpload like that when something goes wrong on the way. Others never are.
   */
  readonly errorIn200?: { readonly before?: number; readonly after?: number };
  /**
   * Probability of a refusal of that code (`ConditionalRequestConflict`, `RequestTimeout` …) before the request is looked at. With a status,
   * any code; with a message, that one.
   */
  readonly refusal?: { readonly code: string; readonly probability: number; readonly status?: number; readonly message?: string };
  /** Probability that the request's session ends at that moment: 400 ExpiredToken now and for every later use. */
  readonly expireToken?: number;
}

const numbersOf: Readonly<Record<string, readonly string[]>> = {
  latency: ["fixedMs", "jitterMs"],
  internalError: ["before", "after"],
  reset: ["before", "after"],
  errorIn200: ["before", "after"],
};
const settingNames = ["scope", "latency", "slowDown", "internalError", "reset", "errorIn200", "refusal", "expireToken"];
const scopeLists = ["ops", "accountIds", "buckets", "keyPrefixes"];

/** Checks fault settings that came as JSON. Throws an Error naming the first member that is wrong. */
export function faultSettingsFrom(value: unknown): FaultSettings {
  const settings = objectOf(value, "faults");
  for (const name of Object.keys(settings)) {
    const given = settings[name];
    if (name === "scope") checkScope(given);
    else if (name === "slowDown") checkSlowDown(given);
    else if (name === "refusal") checkRefusal(given);
    else if (name === "expireToken") probability(given, name);
    else if (numbersOf[name] !== undefined) checkNumbers(name, given);
    else throw new Error(`faults: unknown member ${name}; known are ${settingNames.join(", ")}`);
  }
  return settings as FaultSettings;
}

function checkScope(value: unknown): void {
  for (const [name, list] of Object.entries(objectOf(value, "scope"))) {
    if (!scopeLists.includes(name)) throw new Error(`faults.scope: unknown member ${name}; known are ${scopeLists.join(", ")}`);
    if (!Array.isArray(list) || !list.every((one) => typeof one === "string"))
      throw new Error(`faults.scope.${name}: must be a list of strings`);
  }
}

function checkSlowDown(value: unknown): void {
  const { perSecond, per, ...rest } = objectOf(value, "slowDown");
  if (typeof perSecond !== "number" || !(perSecond >= 1)) throw new Error("faults.slowDown.perSecond: must be a number of at least 1");
  if (per !== undefined && per !== "all" && per !== "prefix") throw new Error('faults.slowDown.per: must be "all" or "prefix"');
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`faults.slowDown: unknown member ${unknown}`);
}

function checkRefusal(value: unknown): void {
  const { code, probability: given, status, message, ...rest } = objectOf(value, "refusal");
  if (status !== undefined && !(Number.isInteger(status) && Number(status) >= 300 && Number(status) <= 599))
    throw new Error("faults.refusal.status: must be an HTTP status from 300 to 599");
  if (message !== undefined && typeof message !== "string") throw new Error("faults.refusal.message: must be text");
  if (typeof code !== "string" || code === "" || (status === undefined && !refusalCodes.includes(code))) {
    throw new Error(`faults.refusal.code: unknown code ${String(code)}; known are ${refusalCodes.join(", ")}, and any with a status`);
  }
  probability(given, "refusal.probability");
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`faults.refusal: unknown member ${unknown}`);
}

function checkNumbers(name: string, value: unknown): void {
  for (const [member, given] of Object.entries(objectOf(value, name))) {
    if (numbersOf[name]?.includes(member) !== true) throw new Error(`faults.${name}: unknown member ${member}`);
    if (name === "latency") {
      if (typeof given !== "number" || !(given >= 0)) throw new Error(`faults.latency.${member}: must be milliseconds, 0 or more`);
    } else {
      probability(given, `${name}.${member}`);
    }
  }
}

function probability(value: unknown, name: string): void {
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) throw new Error(`faults.${name}: must be a probability from 0 to 1`);
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${name}: must be an object`);
  return value as Record<string, unknown>;
}
