/**
 * The ACL a request asks for: a canned name, `x-amz-grant-*` headers, or (ACL calls only) an XML policy. The three exclude
 * each other; a request without any asks for nothing.
 */
import type { IncomingHttpHeaders } from "node:http";
import { invalidArgument, invalidRequest, S3Error } from "../http/s3-error.ts";
import { type Acl, anonymousCanonicalId, type Grant, type Grantee, grantKey, grantsMax, knownGroups, type Permission } from "./acl.ts";
import { type BucketCannedAcl, bucketCannedAcls, cannedGrants } from "./canned.ts";

export type RequestedAcl =
  | { readonly kind: "none" }
  | { readonly kind: "canned"; readonly name: BucketCannedAcl }
  | { readonly kind: "grants"; readonly grants: Acl }
  | { readonly kind: "policy"; readonly owner: string; readonly grants: Acl };

const none: RequestedAcl = { kind: "none" };

const grantHeaders: readonly (readonly [string, Permission])[] = [
  ["x-amz-grant-full-control", "FULL_CONTROL"],
  ["x-amz-grant-read", "READ"],
  ["x-amz-grant-write", "WRITE"],
  ["x-amz-grant-read-acp", "READ_ACP"],
  ["x-amz-grant-write-acp", "WRITE_ACP"],
];

/** What the headers ask for. 400 for an unknown canned name, mixed forms, or malformed grantees; 405 for e-mail grantees. */
export function requestedByHeaders(headers: IncomingHttpHeaders, allowed: readonly string[] = bucketCannedAcls): RequestedAcl {
  const canned = headers["x-amz-acl"];
  const grants = grantsOf(headers);
  if (canned === undefined) return grants.length === 0 ? none : { kind: "grants", grants: checkedGrants(grants) };
  if (grants.length > 0) throw invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed");
  if (typeof canned !== "string" || !allowed.includes(canned)) throw invalidArgument("", "x-amz-acl", String(canned));
  return { kind: "canned", name: canned as BucketCannedAcl };
}

/** The grants a request asks for, spelled out; a request for nothing means private. */
export function grantsFor(requested: RequestedAcl, owner: string, bucketOwner: string): Acl {
  switch (requested.kind) {
    case "none":
      return cannedGrants("private", owner, bucketOwner);
    case "canned":
      return cannedGrants(requested.name, owner, bucketOwner);
    default:
      return requested.grants;
  }
}

function grantsOf(headers: IncomingHttpHeaders): Grant[] {
  const grants: Grant[] = [];
  for (const [name, permission] of grantHeaders) {
    const value = headers[name];
    if (value === undefined) continue;
    for (const grantee of granteesOf(String(value), name)) grants.push({ grantee, permission });
  }
  return grants;
}

/** `id="…", uri="…"`; quotes may be left out. */
function granteesOf(value: string, header: string): Grantee[] {
  return value.split(",").map((part) => {
    const match = /^\s*(id|uri|emailAddress)\s*=\s*"?([^"]*?)"?\s*$/i.exec(part);
    if (match === null) throw invalidArgument("Argument format not recognized", header, value);
    const [, kind = "", text = ""] = match;
    if (kind.toLowerCase() === "emailaddress") throw emailGrantee();
    return kind.toLowerCase() === "id" ? userGrantee(text) : groupGrantee(text);
  });
}

/** A canonical ID: 64 hexadecimal digits, or the anonymous one. */
export function userGrantee(id: string): Grantee {
  if (!/^[0-9a-f]{64}$/.test(id) && id !== anonymousCanonicalId) throw invalidArgument("Invalid id", "CanonicalUser/ID", id);
  return { kind: "user", id };
}

export function groupGrantee(uri: string): Grantee {
  if (!knownGroups.has(uri)) throw invalidArgument("Invalid group uri", "uri", uri);
  return { kind: "group", uri };
}

/** Grants by e-mail address ended on 1 October 2025. */
export const emailGrantee = (): S3Error =>
  new S3Error(405, "MethodNotAllowed", "Email addresses are no longer supported as grantees; use a canonical user ID.", {
    details: { ResourceType: "ACL" },
  });

/** Without duplicates, and at most 100. */
export function checkedGrants(grants: readonly Grant[]): Acl {
  const seen = new Set<string>();
  const distinct = grants.filter((grant) => {
    const key = grantKey(grant);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  if (distinct.length > grantsMax) throw malformedAcl();
  return distinct;
}

export const malformedAcl = (): S3Error =>
  new S3Error(400, "MalformedACLError", "The XML you provided was not well-formed or did not validate against our published schema");
