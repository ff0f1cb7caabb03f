// Checkpoints over Redis.
import type { CampaignRedis } from "../redis/connection.ts";
import type { Checkpoints } from "./checkpoint.ts";

export declare class RedisCheckpoints implements Checkpoints {
  constructor(redis: CampaignRedis);
  claim: Checkpoints["claim"];
  count: Checkpoints["count"];
  seen: Checkpoints["seen"];
  gone: Checkpoints["gone"];
  inFlight: Checkpoints["inFlight"];
}
