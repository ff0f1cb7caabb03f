// The store says what is paused; BullMQ and the dashboard's hash follow it, in both directions.
import { readPauses } from "../control/pauses.ts";
import type { CampaignRedis } from "../redis/connection.ts";
import type { CampaignStore } from "../store/store.ts";
import { campaignKeys } from "./keys.ts";
import type { CampaignQueues } from "./queues.ts";

export async function reconcilePauses(redis: CampaignRedis, store: CampaignStore, queues: CampaignQueues): Promise<void> {
  const connection = redis.connection("command");
  const keys = campaignKeys(redis.campaign);
  const pauses = await readPauses(store);
  for (const [account, queue] of queues.all) {
    const pause = pauses.get(account);
    if (pause !== undefined) {
      await connection.hset(keys.pauses, account, JSON.stringify(pause));
      await queue.pause();
    } else {
      await connection.hdel(keys.pauses, account);
      if (await queue.isPaused()) await queue.resume();
    }
  }
}
