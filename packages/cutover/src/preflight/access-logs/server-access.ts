// One line of an S3 server access log. Fields are separated by spaces; the time stands in brackets, and what may hold spaces in quotes.
import type { LoggedRequest } from "./use.ts";

/** Position of each field that matters; aclRequired came last, after the access point's ARN (domain.md 2.3). */
const FIELD = { bucket: 1, time: 2, requester: 4, operation: 6, key: 7, aclRequired: 25 } as const;
/** Fields before aclRequired existed. */
const FIELDS_MIN = 18;

/** undefined for a line that is no record. */
export function parseAccessLogLine(line: string): LoggedRequest | undefined {
  const fields = line.match(/\[[^\]]*\]|"(?:[^"\\]|\\.)*"|\S+/g);
  if (fields === null || fields.length < FIELDS_MIN) return undefined;
  const at = logTime(fields[FIELD.time] as string);
  if (at === undefined) return undefined;
  const needed = fields[FIELD.aclRequired];
  return {
    bucket: fields[FIELD.bucket] as string,
    at,
    requester: fields[FIELD.requester] === "-" ? "anonymous" : (fields[FIELD.requester] as string),
    operation: fields[FIELD.operation] as string,
    key: fields[FIELD.key] === "-" ? "" : (fields[FIELD.key] as string),
    aclRequired: needed === undefined ? undefined : needed === "Yes",
  };
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `[06/Feb/2019:00:00:38 +0000]` as ISO 8601 in UTC, the only zone S3 writes. */
function logTime(text: string): string | undefined {
  const parts = /^\[(\d{2})\/(\w{3})\/(\d{4}):(\d{2}:\d{2}:\d{2}) \+0000\]$/.exec(text);
  const month = MONTHS.indexOf(parts?.[2] ?? "") + 1;
  if (parts === null || month === 0) return undefined;
  return `${parts[3]}-${String(month).padStart(2, "0")}-${parts[1]}T${parts[4]}Z`;
}
