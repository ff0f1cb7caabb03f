// One engine a campaign: a key in Redis that its holder renews and that outlives a dead holder by seconds.
import { hostname } from "node:os";
import { type CampaignConfig, type CampaignRedis, campaignKeys, type EngineSeen, embeddedRuns, openRedis } from "@quitclaim/campaign";

const LEASE_MS = 10_000;
const RENEW_MS = 3_000;

export interface EngineLease {
  /** Aborts when another engine took over (this one was stopped for longer than the lease). */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

const key = (campaign: string): string => campaignKeys(campaign).engine;

/** Who runs the campaign now; undefined: nobody. */
export async function engineHolder(redis: CampaignRedis): Promise<EngineSeen | undefined> {
  const value = await redis.connection("command").get(key(redis.campaign));
  return value === null ? undefined : (JSON.parse(value) as EngineSeen);
}

/** engineHolder for who has no Redis open: starts none and ends none. Throws RedisProblem where a Redis by URL cannot be asked. */
export async function runningEngine(config: CampaignConfig): Promise<EngineSeen | undefined> {
  if (config.redis === "embedded" && !(await embeddedRuns(config.store, config.campaign))) return undefined;
  const redis = await openRedis(
    { redis: config.redis, store: config.store, campaign: config.campaign },
    { info: () => undefined, warn: () => undefined },
  );
  try {
    const holder = await engineHolder(redis);
    return holder !== undefined && mayLive(holder) ? holder : undefined;
  } finally {
    await redis.stop({ server: false });
  }
}

/** False for a holder on this machine whose process is gone; true where it lives or where we cannot tell. */
export function mayLive(holder: EngineSeen): boolean {
  return holder.host !== hostname() || alive(holder.pid);
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and is another user's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** undefined where another engine holds the campaign. */
export async function takeLease(redis: CampaignRedis): Promise<EngineLease | undefined> {
  const connection = redis.connection("command");
  const name = key(redis.campaign);
  const mine = JSON.stringify({ host: hostname(), pid: process.pid });
  const holder = await engineHolder(redis);
  if (holder !== undefined && !mayLive(holder)) await connection.del(name);
  if ((await connection.set(name, mine, "PX", LEASE_MS, "NX")) === null) return undefined;

  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    const held = await connection.get(name);
    // Absent: Redis came back empty, or we slept past the lease with nobody waiting. Either way it is free to take again.
    if (held === null || held === mine) await connection.set(name, mine, "PX", LEASE_MS);
    else lost.abort();
  };
  const timer = setInterval(() => {
    // A Redis that does not answer is the engine's own concern: its loop asks it every second and says so.
    renew().catch((error: unknown) => {
      if (!(error instanceof Error)) throw error;
    });
  }, RENEW_MS);
  return {
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      if ((await connection.get(name)) === mine) await connection.del(name);
    },
  };
}
