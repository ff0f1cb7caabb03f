// A Lua script as a typed function. Each script is one state change, and says its KEYS and ARGV in its first lines.
// Keys of one campaign lie on one server: a Redis Cluster is refused when Redis is opened.
import type { Redis } from "ioredis";

export interface Script {
  readonly name: string;
  readonly keys: number;
  readonly lua: string;
}

export type Argument = string | number | Buffer;
export type Call = (keys: readonly string[], args: readonly Argument[]) => Promise<unknown>;

export function script(redis: Redis, { name, keys, lua }: Script): Call {
  redis.defineCommand(name, { numberOfKeys: keys, lua });
  const command = (redis as unknown as Record<string, (...args: Argument[]) => Promise<unknown>>)[name];
  if (command === undefined) throw new Error(`script ${name} was not defined`);
  return (given, args) => {
    if (given.length !== keys) throw new Error(`script ${name} takes ${keys} keys, ${given.length} were given`);
    return command.call(redis, ...given, ...args);
  };
}
