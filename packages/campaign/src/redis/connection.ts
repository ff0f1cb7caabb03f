// The one interface behind which Redis is ours (embedded), an operator's (a URL), or a container's (a URL in tests).
import type { Redis } from "ioredis";

/**
 * command: everything but BullMQ workers; a command fails within about two seconds where no Redis listens, 15 where one listens but hangs.
 * worker: BullMQ workers; waits for Redis to come back. events: BullMQ QueueEvents; waits as well.
 */
export type ConnectionPurpose = "command" | "worker" | "events";

export interface CampaignRedis {
  readonly kind: "embedded" | "url";
  readonly campaign: string;
  /** One connection for each purpose, made on first use, shared by everybody in this process. Never `quit()` it: `stop` does. */
  connection(purpose: ConnectionPurpose): Redis;
  /** Milliseconds for one PING. Throws RedisProblem where Redis does not answer. */
  roundTripMs(): Promise<number>;
  /** Embedded: starts the server again where it died (the connections find it by themselves). URL: waits for nothing, only asks. Throws RedisProblem. */
  ensureRunning(): Promise<void>;
  /**
   * Closes this process's connections. The last one out ends an embedded server, whoever started it: when `server` is true, or when it is
   * left out and no other client is connected. Its data stays in the campaign folder.
   */
  stop(options?: { readonly server?: boolean }): Promise<void>;
  /** For people, without secrets: `embedded Redis at /…/redis.sock`, `redis://host:6379/0`. */
  describe(): string;
}

/** Redis cannot be used; the message says why and what to do. */
export class RedisProblem extends Error {
  override readonly name = "RedisProblem";
}

/** What ioredis calls its failures to reach a server, as opposed to a server's refusal of a command. */
const UNREACHABLE =
  /ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|Connection is closed|max retries per request|Command timed out|writeable/;

/** What a server says that is there and takes no writes: its disk or its memory is full, it became a replica, it reads its data. */
const REFUSING = /^(MISCONF|OOM|READONLY|LOADING|BUSY|MASTERDOWN)\b/;

/** Errors that have their own sentence already. A store in S3 or its credentials may be unreachable too, and say so in the same words. */
const EXPLAINED: ReadonlySet<string> = new Set(["RedisProblem", "StoreError", "S3FileError", "SessionError"]);

/** Turns ioredis's own words into a RedisProblem that names the server; other errors come back as they are. */
export function explainRedisError(error: unknown, redis: Pick<CampaignRedis, "describe">): unknown {
  if (!(error instanceof Error) || EXPLAINED.has(error.name)) return error;
  if (REFUSING.test(error.message))
    return new RedisProblem(
      `${redis.describe()} takes no writes now (${error.message}). Nothing is lost: the campaign store is the truth. Make room on its disk or in its memory; the work goes on as soon as it takes writes again.`,
      { cause: error },
    );
  if (!UNREACHABLE.test(`${error.message} ${"code" in error ? String(error.code) : ""}`) && error.name !== "MaxRetriesPerRequestError")
    return error;
  return new RedisProblem(
    `${redis.describe()} does not answer (${error.message}). Nothing is lost: the campaign store is the truth. Start Redis again, then \`quitclaim run\` goes on where it stood.`,
    { cause: error },
  );
}
