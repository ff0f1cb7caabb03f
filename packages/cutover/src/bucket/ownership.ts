// The bucket's ownership mode. "absent" (no controls were ever set, or they were deleted) is a state of its own: it behaves like ObjectWriter,
// but rolling back to it is a Delete, never a Put (domain.md 2.1).
import {
  DeleteBucketOwnershipControlsCommand,
  GetBucketOwnershipControlsCommand,
  PutBucketOwnershipControlsCommand,
} from "@aws-sdk/client-s3";
import { call, unlessAbsent } from "../call.ts";
import { addressed, requireOwnershipControls, type Target } from "../target.ts";

export const OWNERSHIP_MODES = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"] as const;
export type OwnershipMode = (typeof OWNERSHIP_MODES)[number] | "absent";

export async function readOwnership(target: Target): Promise<OwnershipMode> {
  requireOwnershipControls(target, "read the ownership controls of");
  const answer = await unlessAbsent(
    ["OwnershipControlsNotFoundError"],
    call("GetBucketOwnershipControls", target.bucket, () => target.client.send(new GetBucketOwnershipControlsCommand(addressed(target)))),
  );
  if (answer === undefined) return "absent";
  const given = answer.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
  const mode = OWNERSHIP_MODES.find((m) => m === given);
  if (mode === undefined)
    throw new Error(
      `${target.bucket}: GetBucketOwnershipControls answered ${String(given)}, which is none of ${OWNERSHIP_MODES.join(", ")}`,
    );
  return mode;
}

/** Sets the mode, or deletes the controls for "absent". Does not read back. */
export async function writeOwnership(target: Target, mode: OwnershipMode): Promise<void> {
  requireOwnershipControls(target, "change the ownership controls of");
  if (mode === "absent") {
    await call("DeleteBucketOwnershipControls", target.bucket, () =>
      target.client.send(new DeleteBucketOwnershipControlsCommand(addressed(target))),
    );
    return;
  }
  await call("PutBucketOwnershipControls", target.bucket, () =>
    target.client.send(
      new PutBucketOwnershipControlsCommand({ ...addressed(target), OwnershipControls: { Rules: [{ ObjectOwnership: mode }] } }),
    ),
  );
}
