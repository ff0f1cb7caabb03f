// A Redis by URL: what it must be like, and that a campaign runs on it.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRedis } from "../src/index.ts";
import { redisContract } from "./support/redis-contract.ts";

let folder: string;
let child: ChildProcess;
let port: number;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "qc-url-"));
  port = await freePort();
  const args = [
    "--port",
    `${port}`,
    "--bind",
    "127.0.0.1",
    "--requirepass",
    "s3cret-word",
    "--save",
    "",
    "--appendonly",
    "yes",
    "--dir",
    folder,
  ];
  child = spawn("redis-server", args, { stdio: "ignore" });
  const redis = new Redis(url(), { maxRetriesPerRequest: null });
  redis.on("error", () => undefined);
  await redis.ping();
  redis.disconnect();
});
afterAll(async () => {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
  await rm(folder, { recursive: true, force: true });
});

const url = (password = "s3cret-word"): string => `redis://:${password}@127.0.0.1:${port}/0`;

async function open(at: string): Promise<string[]> {
  const warnings: string[] = [];
  const redis = await openRedis({ redis: at, store: folder, campaign: "u" }, { info: () => undefined, warn: (s) => void warnings.push(s) });
  await redis.stop();
  return warnings;
}

async function withSetting(name: string, value: string, work: () => Promise<void>): Promise<void> {
  const redis = new Redis(url());
  const [, before] = (await redis.config("GET", name)) as [string, string];
  await redis.config("SET", name, value);
  try {
    await work();
  } finally {
    await redis.config("SET", name, before);
    redis.disconnect();
  }
}

test("a server that evicts keys is refused with the command that mends it", () =>
  withSetting("maxmemory-policy", "allkeys-lru", async () => {
    await expect(open(url())).rejects.toThrow(
      /may throw keys away \(maxmemory-policy allkeys-lru\).*CONFIG SET maxmemory-policy noeviction/s,
    );
  }));

test("a server that keeps no append-only file is warned about, one that keeps it is not", async () => {
  expect(await open(url())).toEqual([]);
  await withSetting("appendonly", "no", async () => {
    expect(await open(url())).toEqual([expect.stringMatching(/keeps no append-only file.*rebuilds them from the campaign store/s)]);
  });
});

test("a wrong password and an absent server are told apart, and no password is repeated", async () => {
  const refused = open(url("wrong-word"));
  await expect(refused).rejects.toThrow(/refuses these credentials/);
  await expect(refused).rejects.not.toThrow(/wrong-word/);
  const absent = open(`redis://:s3cret-word@127.0.0.1:${await freePort()}`);
  await expect(absent).rejects.toThrow(/cannot be reached .*ECONNREFUSED.*redis: embedded/s);
  await expect(absent).rejects.not.toThrow(/s3cret-word/);
});

describe("a campaign on it", () => redisContract({ url, warnings: [] }));
