/**
 * The canonical request of AWS Signature Version 4 for S3: path and query decoded and encoded again once (never normalised:
 * `..`, `//` and a leading slash are parts of keys), headers trimmed, text as latin1 so that raw header bytes stay what they were.
 */
import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { decodePercent, encodePercent } from "../http/percent.ts";
import type { Query } from "../http/query.ts";
import { S3Error } from "../http/s3-error.ts";
import type { SignedHeaders } from "./authorization.ts";

const plainPath = /^[A-Za-z0-9\-._~/]*$/;

export interface CanonicalInput {
  readonly method: string;
  readonly rawPath: string;
  readonly query: Query;
  readonly headers: IncomingHttpHeaders;
  readonly signed: SignedHeaders;
  readonly payloadHash: string;
  /** Presigned: the one query parameter that is not signed. */
  readonly withoutParameter?: string | undefined;
}

export function canonicalRequest(input: CanonicalInput): string {
  const path = plainPath.test(input.rawPath) ? input.rawPath : encodePercent(decodePercent(input.rawPath, true), true);
  let headers = "";
  for (const name of input.signed.names) headers += `${name}:${headerText(input.headers[name])}\n`;
  return `${input.method}\n${path}\n${canonicalQuery(input.query, input.withoutParameter)}\n${headers}\n${input.signed.text}\n${input.payloadHash}`;
}

export function stringToSign(algorithm: string, date: string, scope: string, request: string): string {
  return `${algorithm}\n${date}\n${scope}\n${hash("sha256", Buffer.from(request, "latin1"), "hex")}`;
}

/** S3 refuses x-amz-* headers that the signature does not cover: somebody on the way could have added them. */
export function demandAmzHeadersSigned(headers: IncomingHttpHeaders, { names }: SignedHeaders): void {
  for (const name in headers) {
    if (name.startsWith("x-amz-") && !names.includes(name)) {
      throw new S3Error(403, "AccessDenied", "There were headers present in the request which were not signed", {
        details: { HeadersNotSigned: name },
      });
    }
  }
}

function canonicalQuery(query: Query, without: string | undefined): string {
  if (query.pairs.length === 0) return "";
  if (query.pairs.length === 1 && without === undefined) {
    const [name, value] = query.pairs[0] as readonly [string, string];
    return `${encodePercent(name, false)}=${encodePercent(value, false)}`;
  }
  const encoded: string[] = [];
  for (const [name, value] of query.pairs) {
    if (name !== without) encoded.push(`${encodePercent(name, false)}=${encodePercent(value, false)}`);
  }
  // `=` (0x3D) sorts after `-`, `.` and digits, which names may hold: sort by name, then by value.
  return encoded.sort(byNameThenValue).join("&");
}

function byNameThenValue(a: string, b: string): number {
  const nameA = a.slice(0, a.indexOf("="));
  const nameB = b.slice(0, b.indexOf("="));
  if (nameA !== nameB) return nameA < nameB ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function headerText(value: string | string[] | undefined): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : value.join(",");
  return text.includes("  ") ? text.trim().replace(/ +/g, " ") : text.trim();
}
