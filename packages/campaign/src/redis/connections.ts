// ioredis connections as this product uses them: one for each purpose, with the waiting and failing that the purpose wants.
import type { Redis, RedisOptions } from "ioredis";
import type { Log } from "../log.ts";
import type { ConnectionPurpose } from "./connection.ts";

/** A unix socket, or a redis:// or rediss:// URL. */
export type RedisTarget = { readonly socket: string } | { readonly url: string };

const RECONNECT_MS_MAX = 500;
const COMMAND_MS_MAX = 15_000;
const CONNECT_MS_MAX = 3_000;

const common: Options = {
  // RESP3 changes the shape of XREAD replies, which BullMQ's QueueEvents reads raw.
  protocol: 2,
  connectTimeout: CONNECT_MS_MAX,
  retryStrategy: (times) => Math.min(25 * 2 ** times, RECONNECT_MS_MAX),
  disableClientInfo: true,
  // A server that is reading its AOF answers LOADING; a large one takes its time.
  maxLoadingRetryTime: 60_000,
};

const options: Readonly<Record<ConnectionPurpose, Options>> = {
  command: { ...common, connectionName: "quitclaim-command", maxRetriesPerRequest: 3, commandTimeout: COMMAND_MS_MAX },
  worker: { ...common, connectionName: "quitclaim-worker", maxRetriesPerRequest: null },
  events: { ...common, connectionName: "quitclaim-events", maxRetriesPerRequest: null },
};

type Options = RedisOptions & { readonly replyMapping?: "legacy" };

type Connect = (target: RedisTarget, more: Options) => Redis;

/** ioredis is loaded with the first connection: planning, verifying and the switch need no Redis, and do not wait for its client. */
async function client(): Promise<Connect> {
  const { Redis } = await import("ioredis");
  return (target, more) => ("socket" in target ? new Redis({ ...more, path: target.socket }) : new Redis(target.url, more));
}

/** A connection for a single question: no retry, no waiting. The caller disconnects it. Rejects where nobody answers. */
export async function connectOnce(target: RedisTarget): Promise<Redis> {
  const connect = await client();
  const redis = connect(target, {
    ...common,
    connectionName: "quitclaim-once",
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_MS_MAX,
  });
  let cause: Error | undefined;
  redis.on("error", (error: Error) => {
    cause ??= error;
  });
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw cause ?? error;
  }
  return redis;
}

export interface Connections {
  get(purpose: ConnectionPurpose): Redis;
  /** Idempotent. */
  close(): void;
}

/** Says once when the server goes away and once when it is back. */
export async function openConnections(target: RedisTarget, describe: () => string, log: Log): Promise<Connections> {
  const connect = await client();
  const open = new Map<ConnectionPurpose, Redis>();
  let closed = false;
  function narrate(redis: Redis): void {
    let away = false;
    let wasReady = false;
    redis.on("close", () => {
      if (!closed && wasReady && !away) log.warn(`${describe()} went away. Waiting for it; nothing is lost.`);
      away = wasReady;
    });
    redis.on("ready", () => {
      if (away) log.info(`${describe()} is back.`);
      away = false;
      wasReady = true;
    });
  }
  return {
    get(purpose) {
      if (closed) throw new Error("this Redis handle was stopped");
      let redis = open.get(purpose);
      if (redis === undefined) {
        redis = connect(target, options[purpose]);
        // Every failed command also rejects where it was given; without a listener ioredis would print the error itself.
        redis.on("error", () => undefined);
        // Each BullMQ queue and worker listens on the shared connection.
        redis.setMaxListeners(0);
        if (purpose === "command") narrate(redis);
        open.set(purpose, redis);
      }
      return redis;
    },
    close() {
      closed = true;
      for (const redis of open.values()) redis.disconnect();
    },
  };
}
