/**
 * The ACL model: a list of grants. The owner is not part of it (an object's or bucket's owner stands beside its ACL). Grants
 * are never changed in place, so ACLs can be shared between objects.
 */

export const permissions = ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"] as const;
export type Permission = (typeof permissions)[number];

export type Grantee = { readonly kind: "user"; readonly id: string } | { readonly kind: "group"; readonly uri: string };

export interface Grant {
  readonly grantee: Grantee;
  readonly permission: Permission;
}

export type Acl = readonly Grant[];

export const emptyAcl: Acl = [];

export const allUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
export const authenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
export const logDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";
export const knownGroups: ReadonlySet<string> = new Set([allUsers, authenticatedUsers, logDelivery]);

/** Owner of what was uploaded without a signature (32 hexadecimal digits, unlike every other canonical ID). */
export const anonymousCanonicalId = "65a011a29cdf8ec533ec3d1ccaae921c";

/** "An ACL can have up to 100 grants" (S3 User Guide, acl-overview). */
export const grantsMax = 100;

export const userGrant = (id: string, permission: Permission): Grant => ({ grantee: { kind: "user", id }, permission });
export const groupGrant = (uri: string, permission: Permission): Grant => ({ grantee: { kind: "group", uri }, permission });

/** Equal for equal grants. */
export function grantKey(grant: Grant): string {
  return grant.grantee.kind === "user" ? `u:${grant.grantee.id}:${grant.permission}` : `g:${grant.grantee.uri}:${grant.permission}`;
}
