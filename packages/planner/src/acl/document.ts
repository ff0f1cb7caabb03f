// The ObjectAccessControlList column: base64 of a small JSON document (domain.md 1.4), parsed and never guessed.
import { canonicalId, type Grant, PERMISSIONS } from "@quitclaim/campaign/words";

/**
 * known: the grants in document order. unknown: the report has no ACL for this object (no column, an empty cell, or status UNAVAILABLE).
 * unreadable: there is something, but not what S3 documents; `why` completes the sentence "the ACL …".
 */
export type Acl =
  | { readonly state: "known"; readonly grants: readonly Grant[] }
  | { readonly state: "unknown" }
  | { readonly state: "unreadable"; readonly why: string };

export const UNKNOWN_ACL: Acl = { state: "unknown" };

/** The one version S3 has published; another one may mean other things by the same words. */
const VERSION = "2022-11-10";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const utf8 = new TextDecoder("utf-8", { fatal: true });

const unreadable = (why: string): Acl => ({ state: "unreadable", why });

/** From one cell of the column; never throws. */
export function parseAcl(cell: string): Acl {
  if (cell === "") return UNKNOWN_ACL;
  if (!BASE64.test(cell)) return unreadable("is not base64");
  let document: unknown;
  try {
    document = JSON.parse(utf8.decode(Buffer.from(cell, "base64")));
  } catch (error) {
    if (error instanceof SyntaxError) return unreadable("is not whole JSON");
    if (error instanceof TypeError) return unreadable("is not UTF-8 text");
    throw error;
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) return unreadable("is not a JSON object");
  const { version, status, grants } = document as Record<string, unknown>;
  if (version !== VERSION) {
    return unreadable(version === undefined ? "names no version" : `has the unknown version ${JSON.stringify(version)}`);
  }
  if (status === "UNAVAILABLE") return UNKNOWN_ACL;
  if (status !== "AVAILABLE") return unreadable(`has the unknown status ${JSON.stringify(status) ?? "(none)"}`);
  if (!Array.isArray(grants)) return unreadable("has no list of grants");
  const parsed: Grant[] = [];
  for (const grant of grants as unknown[]) {
    const one = parseGrant(grant);
    if (typeof one === "string") return unreadable(one);
    parsed.push(one);
  }
  return { state: "known", grants: parsed };
}

function parseGrant(value: unknown): Grant | string {
  if (typeof value !== "object" || value === null) return "has a grant that is not an object";
  const { type, canonicalId: id, uri, permission: name } = value as Record<string, unknown>;
  const permission = PERMISSIONS.find((p) => p === name);
  if (permission === undefined) return `has a grant with the unknown permission ${JSON.stringify(name) ?? "(none)"}`;
  if (type === "CanonicalUser" && typeof id === "string" && id !== "") return { id: canonicalId(id), permission };
  if (type === "Group" && typeof uri === "string" && uri !== "") return { uri, permission };
  return `has a grant to an unknown kind of grantee (${JSON.stringify(type) ?? "no type"})`;
}
