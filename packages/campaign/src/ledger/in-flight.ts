// The batches that workers hold now, as Redis has them.
import type { Redis } from "ioredis";
import type { AccountId } from "../identity.ts";
import { OPS } from "../plan/row.ts";
import type { CampaignKeys } from "../queue/keys.ts";
import type { InFlightBatch } from "./checkpoint.ts";

/** Longest held first. */
export async function readInFlight(redis: Redis, keys: CampaignKeys, account: AccountId): Promise<InFlightBatch[]> {
  const ids = await redis.zrange(keys.inFlight(account), "0", "-1");
  const rows = await Promise.all(ids.map((id) => redis.hmget(keys.batch(id), "op", "rows", "finished", "worker", "since")));
  return ids.flatMap((batch, i) => {
    const [opName, total, finished, worker, since] = rows[i] ?? [];
    const op = OPS.find((o) => o === opName);
    // It was finished between the two questions.
    if (op === undefined || typeof worker !== "string") return [];
    return [{ batch, op, rows: Number(total), finished: Number(finished), worker, since: Number(since) }];
  });
}
