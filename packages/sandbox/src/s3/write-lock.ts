/** Object Lock of a new object: from the headers, else from the bucket's default retention. */
import { demand } from "../authorize.ts";
import { invalidArgument, invalidRequest } from "../http/s3-error.ts";
import type { Bucket } from "../store/bucket.ts";
import type { LockMode, ObjectLock } from "../store/object.ts";
import type { Call } from "./call.ts";

const prefix = "x-amz-object-lock-";
const dayMs = 86_400_000;

export function lockFrom(call: Call, bucket: Bucket, key: string): ObjectLock | undefined {
  const mode = call.header(`${prefix}mode`);
  const until = call.header(`${prefix}retain-until-date`);
  const hold = call.header(`${prefix}legal-hold`);
  if (mode === undefined && until === undefined && hold === undefined) return defaultLock(bucket, call.world.now());
  if (bucket.lock === undefined) throw invalidRequest("Bucket is missing Object Lock Configuration");
  if ((mode === undefined) !== (until === undefined)) {
    throw invalidArgument(
      "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
      `${prefix}mode`,
      String(mode),
    );
  }
  if (mode !== undefined) demand(call, { action: "s3:PutObjectRetention", bucket, key });
  if (hold !== undefined) demand(call, { action: "s3:PutObjectLegalHold", bucket, key });
  const retention =
    mode === undefined || until === undefined
      ? defaultLock(bucket, call.world.now())
      : { mode: lockMode(mode), retainUntil: futureDate(until, call.world.now()) };
  return { ...retention, ...(hold === undefined ? {} : { legalHold: legalHold(hold) }) };
}

/** Whether the headers ask for a lock (such puts need a checksum or Content-MD5). */
export function namesLock(call: Call): boolean {
  return call.header(`${prefix}mode`) !== undefined || call.header(`${prefix}legal-hold`) !== undefined;
}

function defaultLock(bucket: Bucket, now: number): ObjectLock | undefined {
  const rule = bucket.lock?.defaultRetention;
  if (rule === undefined) return undefined;
  const days = rule.days ?? (rule.years ?? 0) * 365;
  return { mode: rule.mode, retainUntil: now + days * dayMs };
}

export function lockMode(text: string): LockMode {
  if (text !== "GOVERNANCE" && text !== "COMPLIANCE") throw invalidArgument("Unknown wormMode directive.", `${prefix}mode`, text);
  return text;
}

export function futureDate(text: string, now: number): number {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw invalidArgument("The retain until date must be provided in ISO 8601 format", `${prefix}retain-until-date`, text);
  if (at <= now) throw invalidArgument("The retain until date must be in the future!", `${prefix}retain-until-date`, text);
  return at;
}

function legalHold(text: string): boolean {
  if (text !== "ON" && text !== "OFF") throw invalidArgument("Legal Hold must be either of 'ON' or 'OFF'", `${prefix}legal-hold`, text);
  return text === "ON";
}
