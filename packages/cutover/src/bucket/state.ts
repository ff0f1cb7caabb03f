// Everything about the bucket that quitclaim changes, at one moment: what is saved before a change and restored by a rollback.
import type { Target } from "../target.ts";
import { type BucketAcl, readBucketAcl } from "./acl.ts";
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
