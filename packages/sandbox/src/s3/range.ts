/** Byte ranges: the Range header and `partNumber`. */
import { invalidArgument, S3Error } from "../http/s3-error.ts";
import type { Checksum, ObjectVersion } from "../store/object.ts";
import type { Call } from "./call.ts";

/** `end` is exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
  readonly checksum?: Checksum | undefined;
}

/** undefined without a range, and for forms S3 ignores; 416 when it lies outside. */
export function requestedRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "") {
    const length = Math.min(Number(last), size);
    if (length === 0) throw outside(header as string, size);
    return { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= size) throw outside(header as string, size);
  return { start, end };
}

const outside = (header: string, size: number): S3Error =>
  new S3Error(416, "InvalidRange", "The requested range is not satisfiable", {
    details: { RangeRequested: header, ActualObjectSize: String(size) },
    headers: { "content-range": `bytes */${size}` },
  });

/** The bytes of part `partNumber`; an object that was not multipart has one part. */
export function partRange(call: Call, version: ObjectVersion): ByteRange | undefined {
  const asked = call.request.query.get("partNumber");
  if (asked === undefined) return undefined;
  const number = Number(asked);
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw invalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", asked);
  }
  if (call.header("range") !== undefined)
    throw new S3Error(400, "InvalidRequest", "Cannot specify both Range header and partNumber query parameter");
  if (version.parts === undefined) {
    if (number === 1) return version.size === 0 ? undefined : { start: 0, end: version.size };
    throw noSuchPart(version, number);
  }
  let start = 0;
  for (const [index, part] of version.parts.entries()) {
    if (index + 1 === number) return { start, end: start + part.size, checksum: part.checksum };
    start += part.size;
  }
  throw noSuchPart(version, number);
}

const noSuchPart = (version: ObjectVersion, number: number): S3Error =>
  new S3Error(416, "InvalidPartNumber", "The requested partnumber is not satisfiable", {
    details: { ActualPartCount: String(version.parts?.length ?? 1), PartNumberRequested: String(number) },
  });
