// What Redis says when it can be reached and takes nothing is told as such, with what to do, and never as a fault of this program.
import { describe, expect, it } from "vitest";
import { explainRedisError, RedisProblem } from "../src/redis/connection.ts";

const redis = { describe: () => "the campaign's own Redis" };

describe("an error of Redis", () => {
  it.each([
    "MISCONF Errors writing to the AOF file: No space left on device",
    "OOM command not allowed when used memory > 'maxmemory'.",
    "READONLY You can't write against a read only replica.",
    "LOADING Redis is loading the dataset in memory",
  ])("that refuses writes is a problem of the server: %s", (said) => {
    const told = explainRedisError(new Error(said), redis);
    expect(told).toBeInstanceOf(RedisProblem);
    expect(String(told)).toContain("Nothing is lost");
    expect(String(told)).toContain(said);
  });

  it("that nobody foresaw stays what it was", () => {
    const error = new Error("ERR wrong number of arguments for 'get' command");
    expect(explainRedisError(error, redis)).toBe(error);
  });
});
