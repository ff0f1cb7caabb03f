// The mark that says for which plan Redis was built, written when everything else is in place.
import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { type AccountId, accountId } from "../identity.ts";
import type { PlanSummary } from "../plan/summary.ts";
import { RedisProblem } from "../redis/connection.ts";
import type { CampaignKeys } from "./keys.ts";

export interface Epoch {
  /** planMark of the plan. */
  readonly plan: string;
  /** Location of the store, for the message when two campaigns of one name meet. */
  readonly store: string;
  /** Accounts that have queues. */
  readonly accounts: readonly AccountId[];
  /** ISO 8601. */
  readonly at: string;
}

/** The same for every process that reads the same plan.json, another for every other plan. */
export function planMark(plan: PlanSummary): string {
  const { manifestMd5, plannedAt } = plan.provenance;
  return createHash("sha256")
    .update(JSON.stringify([plan.campaign, plan.bucket, manifestMd5, plannedAt, plan.rows]))
    .digest("hex")
    .slice(0, 16);
}

export async function readEpoch(redis: Redis, keys: CampaignKeys): Promise<Epoch | undefined> {
  const text = await redis.get(keys.epoch);
  if (text === null) return undefined;
  const epoch = JSON.parse(text) as Partial<Epoch>;
  if (typeof epoch.plan !== "string" || !Array.isArray(epoch.accounts))
    throw new RedisProblem(`${keys.epoch} in Redis was not written by quitclaim. Delete that key, then run the command again.`);
  return { plan: epoch.plan, store: epoch.store ?? "", accounts: epoch.accounts.map(accountId), at: epoch.at ?? "" };
}

export const writeEpoch = async (redis: Redis, keys: CampaignKeys, epoch: Epoch): Promise<void> => {
  await redis.set(keys.epoch, JSON.stringify(epoch));
};
