// Takes a campaign out of Redis: its queues and every key of ours.
import type { Redis } from "ioredis";
import type { AccountId } from "../identity.ts";
import type { CampaignRedis } from "../redis/connection.ts";
import { campaignKeys } from "./keys.ts";
import { openQueues } from "./queues.ts";

const SCAN_KEYS = 1_000;

/** The store is not touched: `run` builds everything anew from it. */
export async function wipeCampaign(redis: CampaignRedis, accounts: readonly AccountId[]): Promise<void> {
  const connection = redis.connection("command");
  const keys = campaignKeys(redis.campaign);
  // The epoch first: whoever looks meanwhile sees a Redis that must be rebuilt.
  await connection.del(keys.epoch);
  const queues = await openQueues(redis, accounts);
  try {
    for (const queue of queues.all.values()) await queue.obliterate({ force: true });
  } finally {
    await queues.close();
  }
  await deleteMatching(connection, keys.pattern);
}

async function deleteMatching(redis: Redis, pattern: string): Promise<void> {
  let cursor = "0";
  do {
    const [next, found] = await redis.scan(cursor, "MATCH", pattern, "COUNT", SCAN_KEYS);
    if (found.length > 0) await redis.unlink(...found);
    cursor = next;
  } while (cursor !== "0");
}
