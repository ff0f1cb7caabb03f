// Everything about the bucket that quitclaim changes, at one moment: what is saved before a change and compared after it.
import type { Target } from "../target.ts";
import { type BucketAcl, readBucketAcl, sameAcl } from "./acl.ts";
import { type OwnershipMode, readOwnership } from "./ownership.ts";
import { readPolicy } from "./policy.ts";
import { type PublicAccess, readPublicAccess } from "./public-access.ts";

export interface BucketState {
  readonly ownership: OwnershipMode;
  /** Verbatim; null: no policy. */
  readonly policy: string | null;
  readonly acl: BucketAcl;
  /** Never changed by quitclaim; saved because it decides what ACLs and policies do. */
  readonly publicAccess: PublicAccess | null;
}

export async function readBucketState(target: Target): Promise<BucketState> {
  const [ownership, policy, acl, publicAccess] = await Promise.all([
    readOwnership(target),
    readPolicy(target),
    readBucketAcl(target),
    readPublicAccess(target),
  ]);
  return { ownership, policy, acl, publicAccess };
}

/** What of `b` is not as in `a`, of the members that quitclaim changes. */
export function differences(a: BucketState, b: BucketState): ("ownership" | "policy" | "acl")[] {
  const found: ("ownership" | "policy" | "acl")[] = [];
  if (a.ownership !== b.ownership) found.push("ownership");
  if (a.policy !== b.policy) found.push("policy");
  if (!sameAcl(a.acl, b.acl)) found.push("acl");
  return found;
}
