// The bucket a cutover is about, with the bucket owner's own session. Everything in this package acts as the bucket owner.
import type { S3Client } from "@aws-sdk/client-s3";
import type { AccountId, CanonicalId } from "@quitclaim/campaign";
import { CutoverRefusal } from "./refusal.ts";

export interface Target {
  readonly bucket: string;
  readonly ownerAccountId: AccountId;
  readonly ownerCanonicalId: CanonicalId;
  /** Signs as the bucket owner. */
  readonly client: S3Client;
  /** rgw: a server without ownership controls, where such a call would be taken for one on the bucket itself. */
  readonly dialect: "aws" | "rgw";
}

/** The two members that every bucket-level call carries: the bucket, and who must own it (domain.md 8.22). */
export const addressed = (target: Target): { Bucket: string; ExpectedBucketOwner: string } => ({
  Bucket: target.bucket,
  ExpectedBucketOwner: target.ownerAccountId,
});

export const NO_OWNERSHIP_CONTROLS =
  "This server has no ownership controls: an object always belongs to whoever wrote it, so there is nothing to fence or to switch. " +
  "Only a copy in place by the bucket owner changes an owner here; plan the objects with `copy`.";

/** Throws where ownership-controls calls must never be sent; `doing` says what was refused, e.g. "fence". */
export function requireOwnershipControls(target: Target, doing: string): void {
  if (target.dialect === "rgw") throw new CutoverRefusal("no-ownership-controls", `${doing} ${target.bucket}: ${NO_OWNERSHIP_CONTROLS}`);
}
