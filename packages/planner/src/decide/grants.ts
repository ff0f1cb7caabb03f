// What an object's ACL means for the campaign: is the bucket owner's access complete, who else has access, and which grants must hold afterwards.
import { ACL_GRANTS_MAX, type CanonicalId, formatGrants, type Grant } from "@quitclaim/campaign/words";
import type { Acl } from "../acl/document.ts";

export interface WeighedAcl {
  readonly state: Acl["state"];
  /** Completes "the ACL …" where it is unreadable, "" otherwise. */
  readonly why: string;
  /** The bucket owner's FULL_CONTROL is in effect, as one grant or as READ + READ_ACP + WRITE_ACP. */
  readonly granted: boolean;
  /** Distinct grants of anyone who is neither the object's owner nor the bucket owner. */
  readonly thirdParty: readonly Grant[];
  /** As a plan row carries it: null where the canned bucket-owner-full-control is exact, or where the ACL is not known. */
  readonly grants: string | null;
  readonly formerAcl: string | null;
  /** The ACL that would have to be written has more grants than an ACL can hold. */
  readonly full: boolean;
}

export type ThirdPartyPolicy = "keep" | "drop" | "hold";

const sameGrantee = (grant: Grant, id: CanonicalId): boolean => "id" in grant && grant.id === id;
const same = (a: Grant, b: Grant): boolean =>
  a.permission === b.permission && ("id" in a ? "id" in b && a.id === b.id : "uri" in b && a.uri === b.uri);

export function distinctGrants(grants: readonly Grant[]): Grant[] {
  return grants.filter((grant, i) => !grants.slice(0, i).some((earlier) => same(earlier, grant)));
}

export function thirdPartyGrants(grants: readonly Grant[], owner: CanonicalId, bucketOwner: CanonicalId): Grant[] {
  return distinctGrants(grants).filter((g) => !sameGrantee(g, owner) && !sameGrantee(g, bucketOwner));
}

/** FULL_CONTROL on an object is READ, READ_ACP and WRITE_ACP; S3 gives no more for the one word (domain.md 1.4). */
export function fullControlInEffect(grants: readonly Grant[], id: CanonicalId): boolean {
  const has = (permission: Grant["permission"]): boolean => grants.some((g) => sameGrantee(g, id) && g.permission === permission);
  return has("FULL_CONTROL") || (has("READ") && has("READ_ACP") && has("WRITE_ACP"));
}

/** Pure; the result depends on nothing but its arguments, so that callers may remember it for each distinct ACL and owner. */
export function weighAcl(acl: Acl, owner: CanonicalId, bucketOwner: CanonicalId, policy: ThirdPartyPolicy): WeighedAcl {
  if (acl.state !== "known") {
    const why = acl.state === "unreadable" ? acl.why : "";
    return { state: acl.state, why, granted: false, thirdParty: [], grants: null, formerAcl: null, full: false };
  }
  const thirdParty = thirdPartyGrants(acl.grants, owner, bucketOwner);
  const kept = distinctGrants(acl.grants).filter((g) => policy !== "drop" || sameGrantee(g, owner) || sameGrantee(g, bucketOwner));
  // The canned ACL is exactly {owner FULL_CONTROL, bucket owner FULL_CONTROL}: it must neither take from anyone nor give the owner more than it has.
  const canned =
    kept.every((g) => sameGrantee(g, owner) || sameGrantee(g, bucketOwner)) &&
    kept.some((g) => sameGrantee(g, owner) && g.permission === "FULL_CONTROL");
  const full: Grant = { id: bucketOwner, permission: "FULL_CONTROL" };
  const merged = kept.some((g) => same(g, full)) ? kept : [...kept, full];
  return {
    state: "known",
    why: "",
    granted: fullControlInEffect(acl.grants, bucketOwner),
    thirdParty,
    grants: canned ? null : formatGrants(merged),
    formerAcl: formatGrants(acl.grants),
    full: !canned && merged.length > ACL_GRANTS_MAX,
  };
}
