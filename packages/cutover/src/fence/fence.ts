// Raising the fence, so that nothing new arrives foreign-owned while the campaign works on what is there (design.md 7).
//
// In this order: save the former state, BucketOwnerPreferred, the policy statement, read both back, note that it is up. Each step may be repeated;
// the former state is saved once and never overwritten by a half-raised one, so a fence that was killed anywhere is raised, or lowered, by running
// the same command again. Between the two changes uploads with the canned ACL already belong to the bucket owner and others are not refused yet.
import type { CampaignStore } from "@quitclaim/campaign";
import { readOwnership, writeOwnership } from "../bucket/ownership.ts";
import { readPolicy, writePolicy } from "../bucket/policy.ts";
import { holdsStatements, withStatements } from "../policy/merge.ts";
import { readUntil, type Waiting } from "../read-back.ts";
import { CutoverRefusal } from "../refusal.ts";
import { requireOwnershipControls, type Target } from "../target.ts";
import { type FenceRecord, readFence, writeFence } from "./record.ts";
import { fenceStatement } from "./statement.ts";

export type FenceStep = "saved" | "ownership" | "policy" | "up";

export interface FenceOptions extends Waiting {
  readonly now?: () => number;
  /** Told after each step; what it throws stops the fence there. */
  readonly onStep?: (step: FenceStep) => void | Promise<void>;
}

export interface Fenced {
  /** false: it was up already, and nothing was sent. */
  readonly changed: boolean;
  readonly record: FenceRecord;
}

export async function fence(target: Target, store: CampaignStore, options: FenceOptions = {}): Promise<Fenced> {
  requireOwnershipControls(target, "fence");
  const now = options.now ?? Date.now;
  const step = options.onStep ?? (() => {});
  const statement = fenceStatement(target, await target.client.config.region());
  const whose = `the policy of bucket ${target.bucket}`;

  const [ownership, policy, kept] = await Promise.all([readOwnership(target), readPolicy(target), readFence(store)]);
  if (ownership === "BucketOwnerEnforced")
    throw new CutoverRefusal(
      "already-enforced",
      `${target.bucket} is BucketOwnerEnforced already: everything in it, and everything that arrives, belongs to the bucket owner. There is nothing to fence.`,
    );
  // Merged before anything is saved or sent, so that a policy that has no room refuses the fence untouched.
  const fencedPolicy = withStatements(policy, [statement], whose);
  if (kept?.stage === "up" && ownership === "BucketOwnerPreferred" && fencedPolicy === policy) return { changed: false, record: kept };

  const former = kept !== undefined && kept.stage !== "down" ? kept.former : { ownership, policy };
  await writeFence(store, { bucket: target.bucket, stage: "raising", at: iso(now), former });
  await step("saved");
  if (ownership !== "BucketOwnerPreferred") await writeOwnership(target, "BucketOwnerPreferred");
  await step("ownership");
  if (fencedPolicy !== policy) await writePolicy(target, fencedPolicy);
  await step("policy");
  await readUntil(
    `${target.bucket}: ownership controls`,
    () => readOwnership(target),
    (mode) => mode === "BucketOwnerPreferred",
    options,
  );
  await readUntil(
    whose,
    () => readPolicy(target),
    (text) => holdsStatements(text, [statement], whose),
    options,
  );
  const record = await writeFence(store, { bucket: target.bucket, stage: "up", at: iso(now), former });
  await step("up");
  return { changed: true, record };
}

const iso = (now: () => number): string => new Date(now()).toISOString();
