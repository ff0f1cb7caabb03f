// What must be true of one object after its outcome, judged from answers. Pure.
import { type CanonicalId, type Grant, type Permission, parseGrants } from "@quitclaim/campaign";
import { ALL_USERS, AUTHENTICATED_USERS } from "../policy/from-acl.ts";
import type { WorkRow } from "../sample/rows.ts";

export interface SeenAcl {
  readonly owner: string;
  readonly grants: readonly Grant[];
}

export interface Circumstances {
  readonly bucketOwner: CanonicalId;
  /** IgnorePublicAcls: S3 hides public grants from ACL reads, so their absence proves nothing (domain.md 3). */
  readonly publicGrantsHidden: boolean;
}

/** What is wrong, one sentence each; empty: the object is as its ledger row says. */
export function wrongWith(row: WorkRow, acl: SeenAcl, circumstances: Circumstances): string[] {
  const wrong: string[] = [];
  if (row.result?.outcome === "copied" && acl.owner !== circumstances.bucketOwner)
    wrong.push(`it was copied, but its owner is ${acl.owner}, not the bucket owner`);
  // The bucket owner needs no grant on what it owns.
  if (acl.owner !== circumstances.bucketOwner && !holdsFullControl(acl.grants, circumstances.bucketOwner))
    wrong.push("the bucket owner does not have FULL_CONTROL");
  for (const grant of row.plan.grants === null ? [] : parseGrants(row.plan.grants)) {
    if ("id" in grant && grant.id === circumstances.bucketOwner) continue;
    if (circumstances.publicGrantsHidden && "uri" in grant && (grant.uri === ALL_USERS || grant.uri === AUTHENTICATED_USERS)) continue;
    // A copy belongs to the bucket owner, so the former owner's own grant is not among what it keeps.
    if (row.result?.outcome === "copied" && "id" in grant && grant.id === row.plan.owner) continue;
    if (!holds(acl.grants, grant)) wrong.push(`the grant ${grant.permission} to ${"id" in grant ? grant.id : grant.uri} is missing`);
  }
  return wrong;
}

const sameGrantee = (a: Grant, b: Grant): boolean => ("id" in a ? "id" in b && a.id === b.id : "uri" in b && a.uri === b.uri);

/** As it stands there, or as part of FULL_CONTROL. */
const holds = (grants: readonly Grant[], wanted: Grant): boolean =>
  grants.some((g) => sameGrantee(g, wanted) && (g.permission === wanted.permission || g.permission === "FULL_CONTROL")) ||
  ("id" in wanted && wanted.permission === "FULL_CONTROL" && holdsFullControl(grants, wanted.id));

/** As one grant, or as the three that make it up on an object. */
function holdsFullControl(grants: readonly Grant[], id: CanonicalId): boolean {
  const held = new Set(grants.filter((g) => "id" in g && g.id === id).map((g) => g.permission));
  const parts: Permission[] = ["READ", "READ_ACP", "WRITE_ACP"];
  return held.has("FULL_CONTROL") || parts.every((p) => held.has(p));
}
