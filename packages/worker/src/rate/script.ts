// A Lua script called by its digest, and loaded again where Redis has forgotten it.
import { createHash } from "node:crypto";
import type { Redis } from "ioredis";

export class Script {
  readonly #body: string;
  readonly #digest: string;

  constructor(body: string) {
    this.#body = body;
    this.#digest = createHash("sha1").update(body).digest("hex");
  }

  async run(redis: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#digest, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return redis.eval(this.#body, keys.length, ...keys, ...args);
    }
  }
}
