// One grant of an ACL, and the compact JSON in which plan rows carry lists of them.
import type { CanonicalId } from "./identity.ts";

export const PERMISSIONS = ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** A grantee is an account, by canonical ID, or one of S3's predefined groups, by URI. */
export type Grant =
  | { readonly id: CanonicalId; readonly permission: Permission }
  | { readonly uri: string; readonly permission: Permission };

/** `[{"id":"…","permission":"READ"},{"uri":"…","permission":"READ"}]`, no spaces. */
export function formatGrants(grants: readonly Grant[]): string {
  return JSON.stringify(grants.map((g) => ("id" in g ? { id: g.id, permission: g.permission } : { uri: g.uri, permission: g.permission })));
}

/** The inverse of {@link formatGrants}. Throws on text that it did not write. */
export function parseGrants(text: string): Grant[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error(`grants: a list was expected, found ${text.slice(0, 80)}`);
  return value.map((g: Record<string, unknown>) => {
    const permission = PERMISSIONS.find((p) => p === g.permission);
    if (permission === undefined) throw new Error(`grants: unknown permission ${String(g.permission)}`);
    if (typeof g.id === "string") return { id: g.id as CanonicalId, permission };
    if (typeof g.uri === "string") return { uri: g.uri, permission };
    throw new Error(`grants: a grant without grantee in ${text.slice(0, 80)}`);
  });
}
