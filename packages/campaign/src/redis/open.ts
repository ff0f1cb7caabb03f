// Opens the campaign's Redis, whichever way the configuration names it: embedded, or by URL (a server of the operator's, or a container).
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../log.ts";
import { type CampaignRedis, explainRedisError, RedisProblem } from "./connection.ts";
import { connectOnce, openConnections, type RedisTarget } from "./connections.ts";
import { type EmbeddedPlace, embeddedPlace } from "./embedded/place.ts";
import { probe } from "./embedded/probe.ts";
import { endServer, ensureServer, otherClients } from "./embedded/server.ts";
import { assertSuitable } from "./suitability.ts";

/** How long `stop` waits for this process's other connections (BullMQ's own) to hang up. */
const HANG_UP_MS_MAX = 1_000;

export interface RedisSource {
  /** "embedded", or a redis:// or rediss:// URL: `redis` of the configuration. */
  readonly redis: string;
  /** Absolute folder or s3:// URL: `store` of the configuration. */
  readonly store: string;
  readonly campaign: string;
}

/** Throws RedisProblem with what is wrong and what to do: no redis-server, too old, evicting, unreachable. */
export async function openRedis(source: RedisSource, log: Log): Promise<CampaignRedis> {
  if (source.redis === "embedded") return openEmbedded(source, log);
  return open("url", source.campaign, { url: source.redis }, `Redis at ${withoutSecrets(source.redis)}`, log, {});
}

/** Ends the embedded server of a campaign, if one runs; its data stays. True where one was ended. */
export async function stopEmbedded(store: string, campaign: string): Promise<boolean> {
  return endServer(embeddedPlace(store, campaign));
}

/** True where the campaign's embedded server runs now: `status` and `pause` then need not start one. */
export async function embeddedRuns(store: string, campaign: string): Promise<boolean> {
  return (await probe(embeddedPlace(store, campaign).socket)) !== "nobody";
}

async function openEmbedded(source: RedisSource, log: Log): Promise<CampaignRedis> {
  const place = embeddedPlace(source.store, source.campaign);
  await ensureServer(place);
  return open("embedded", source.campaign, { socket: place.socket }, `the campaign's own Redis (${place.socket})`, log, {
    revive: async () => {
      await ensureServer(place);
    },
    end: async (asked) => {
      if (asked === true || (asked === undefined && (await alone(place)))) await endServer(place);
    },
  });
}

async function alone(place: EmbeddedPlace): Promise<boolean> {
  if ((await probe(place.socket)) === "nobody") return false;
  const deadline = Date.now() + HANG_UP_MS_MAX;
  while ((await otherClients(place)) > 0) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

interface EmbeddedServer {
  revive?(): Promise<void>;
  end?(asked: boolean | undefined): Promise<void>;
}

async function open(
  kind: CampaignRedis["kind"],
  campaign: string,
  target: RedisTarget,
  what: string,
  log: Log,
  server: EmbeddedServer,
): Promise<CampaignRedis> {
  try {
    const redis = await connectOnce(target);
    try {
      await assertSuitable(redis, what, log);
    } finally {
      redis.disconnect();
    }
  } catch (error) {
    throw refusal(error, what);
  }
  const describe = (): string => what;
  const connections = await openConnections(target, describe, log);
  const roundTripMs = async (): Promise<number> => {
    const from = performance.now();
    try {
      await connections.get("command").ping();
    } catch (error) {
      throw explainRedisError(error, { describe });
    }
    return performance.now() - from;
  };
  return {
    kind,
    campaign,
    connection: connections.get,
    roundTripMs,
    ensureRunning: async () => {
      await server.revive?.();
      await roundTripMs();
    },
    stop: async (options) => {
      connections.close();
      await server.end?.(options?.server);
    },
    describe,
  };
}

function refusal(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error instanceof RedisProblem) return error;
  if (/WRONGPASS|NOAUTH|NOPERM/.test(error.message))
    return new RedisProblem(
      `${what} refuses these credentials (${error.message}). Check user and password in the URL, which may be written \`redis: from-env:NAME\`.`,
      {
        cause: error,
      },
    );
  return new RedisProblem(
    `${what} cannot be reached (${error.message}). Check \`redis:\` in the campaign file, the network between here and there, and that the server runs; or write \`redis: embedded\`.`,
    { cause: error },
  );
}

/** The URL without user, password and query. */
function withoutSecrets(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
