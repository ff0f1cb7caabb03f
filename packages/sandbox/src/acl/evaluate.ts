/** What an ACL permits to whom, and which grants make it public. */
import { type Acl, allUsers, anonymousCanonicalId, authenticatedUsers, type Grant, type Permission } from "./acl.ts";

/** Whether the ACL gives `permission` to a canonical user (the anonymous one included). FULL_CONTROL covers every permission. */
export function aclAllows(acl: Acl, who: string, permission: Permission, ignorePublic: boolean): boolean {
  return acl.some((grant) => (grant.permission === permission || grant.permission === "FULL_CONTROL") && covers(grant, who, ignorePublic));
}

function covers(grant: Grant, who: string, ignorePublic: boolean): boolean {
  if (grant.grantee.kind === "user") return grant.grantee.id === who;
  if (ignorePublic) return false;
  if (grant.grantee.uri === allUsers) return true;
  return grant.grantee.uri === authenticatedUsers && who !== anonymousCanonicalId;
}

/** Block Public Access counts a grant to everybody, or to everybody with an AWS account, as public. */
function isPublicGrant(grant: Grant): boolean {
  return grant.grantee.kind === "group" && (grant.grantee.uri === allUsers || grant.grantee.uri === authenticatedUsers);
}

export const isPublicAcl = (acl: Acl): boolean => acl.some(isPublicGrant);

/** What GetObjectAcl and GetBucketAcl show under IgnorePublicAcls. */
export const withoutPublicGrants = (acl: Acl): Acl => (isPublicAcl(acl) ? acl.filter((grant) => !isPublicGrant(grant)) : acl);
