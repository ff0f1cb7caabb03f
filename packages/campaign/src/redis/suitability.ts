// Whether a Redis server may carry a campaign: new enough, never evicting, not a cluster, and preferably persistent.
import type { Redis } from "ioredis";
import type { Log } from "../log.ts";
import { RedisProblem } from "./connection.ts";

const VERSION_MIN = [6, 2] as const;

const field = (info: string, name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];

/** Throws RedisProblem where the server must not be used; warns where it may but should not. */
export async function assertSuitable(redis: Redis, what: string, log: Log): Promise<void> {
  const info = await redis.info();
  const version = field(info, "redis_version") ?? "unknown";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1]))
    throw new RedisProblem(
      `${what} is version ${version}; ${VERSION_MIN.join(".")} or newer is needed. Upgrade it, or write \`redis: embedded\`.`,
    );
  if (field(info, "cluster_enabled") === "1")
    throw new RedisProblem(
      `${what} is a Redis Cluster, whose keys cannot be changed together. Give a single server, or write \`redis: embedded\`.`,
    );

  // INFO has the policy on every server, also where a hosted one forbids CONFIG.
  const policy = field(info, "maxmemory_policy") ?? (await setting(redis, "maxmemory-policy"));
  if (policy === undefined)
    log.warn(`${what} does not tell its maxmemory-policy. Make sure that it is noeviction, or work will vanish from the queues.`);
  else if (policy !== "noeviction")
    throw new RedisProblem(
      `${what} may throw keys away (maxmemory-policy ${policy}), and with them queued work. Run \`CONFIG SET maxmemory-policy noeviction\` on it, or give another server.`,
    );
  if (field(info, "aof_enabled") === "0")
    log.warn(
      `${what} keeps no append-only file. A restart of it empties the queues; \`quitclaim run\` then rebuilds them from the campaign store. \`CONFIG SET appendonly yes\` avoids that.`,
    );
}

async function setting(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const [, value] = (await redis.config("GET", name)) as string[];
    return value;
  } catch (error) {
    // Hosted servers rename or forbid CONFIG; what they do not tell is warned about.
    if (error instanceof Error && error.name === "ReplyError") return undefined;
    throw error;
  }
}
