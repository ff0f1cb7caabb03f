// What an ACL becomes when the bucket owner is let in and nobody else is put out. Pure.
import type { AccessControlList, AclGrant } from "@quitclaim/aws";
import { ACL_GRANTS_MAX, type CanonicalId, type Grant } from "@quitclaim/campaign";

export type Merge =
  /** The bucket owner has full control already, or owns the object. */
  | { readonly kind: "already" }
  /** The ACL holds as many grants as S3 allows, none of them the bucket owner's. */
  | { readonly kind: "full" }
  /** Only the owner and the bucket owner: the canned ACL says exactly that. */
  | { readonly kind: "canned" }
  | { readonly kind: "policy"; readonly acl: AccessControlList };

/** Grants as the plan writes them, as S3 takes them. */
export const aclGrant = (grant: Grant): AclGrant =>
  "id" in grant
    ? { grantee: { id: grant.id }, permission: grant.permission }
    : { grantee: { uri: grant.uri }, permission: grant.permission };

/** Everything `current` grants, and the bucket owner's FULL_CONTROL. The owner is never changed. */
export function mergeAcl(current: AccessControlList, bucketOwner: CanonicalId): Merge {
  if (current.ownerId === bucketOwner || holds(current.grants, { grantee: { id: bucketOwner }, permission: "FULL_CONTROL" }))
    return { kind: "already" };
  // The bucket owner's lesser grants are within FULL_CONTROL, and make room for it.
  const kept = current.grants.filter((g) => !("id" in g.grantee && g.grantee.id === bucketOwner));
  if (kept.length >= ACL_GRANTS_MAX) return { kind: "full" };
  const first = kept[0];
  if (
    kept.length === 1 &&
    first !== undefined &&
    first.permission === "FULL_CONTROL" &&
    "id" in first.grantee &&
    first.grantee.id === current.ownerId
  )
    return { kind: "canned" };
  return {
    kind: "policy",
    acl: { ownerId: current.ownerId, grants: [...kept, { grantee: { id: bucketOwner }, permission: "FULL_CONTROL" }] },
  };
}

const FULL: readonly AclGrant["permission"][] = ["READ", "READ_ACP", "WRITE_ACP"];

/** Does this ACL let the grantee do what the grant says? FULL_CONTROL is the same as READ + READ_ACP + WRITE_ACP on an object. */
export function holds(grants: readonly AclGrant[], wanted: AclGrant): boolean {
  const has = (permission: AclGrant["permission"]): boolean =>
    grants.some((g) => g.permission === permission && sameGrantee(g.grantee, wanted.grantee));
  if (has("FULL_CONTROL") || has(wanted.permission)) return true;
  return wanted.permission === "FULL_CONTROL" && FULL.every(has);
}

/** The grants of `wanted` that `acl` does not give. */
export function missingGrants(acl: AccessControlList, wanted: readonly AclGrant[]): AclGrant[] {
  return wanted.filter((g) => !holds(acl.grants, g));
}

export const describeGrant = (g: AclGrant): string => `${g.permission} for ${"id" in g.grantee ? g.grantee.id : g.grantee.uri}`;

function sameGrantee(a: AclGrant["grantee"], b: AclGrant["grantee"]): boolean {
  return "id" in a ? "id" in b && a.id === b.id : "uri" in b && a.uri === b.uri;
}
