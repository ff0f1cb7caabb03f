// Opens the campaign's Redis, whichever of the three it is.
import type { Log } from "../log.ts";
import type { CampaignRedis } from "./connection.ts";

export interface RedisSource {
  /** "embedded", or a redis:// or rediss:// URL: `redis` of the configuration. */
  readonly redis: string;
  /** Absolute folder or s3:// URL: `store` of the configuration. */
  readonly store: string;
  readonly campaign: string;
}

/** Throws RedisProblem with what is wrong and what to do: no redis-server, too old, evicting, unreachable. */
export declare function openRedis(source: RedisSource, log: Log): Promise<CampaignRedis>;
/** Ends the embedded server of a campaign, if one runs: its data stays. True where one was ended. */
export declare function stopEmbedded(store: string, campaign: string): Promise<boolean>;
