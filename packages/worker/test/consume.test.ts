import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accountId, openRedis } from "@quitclaim/campaign";
import { describe, expect, it } from "vitest";
import type { BatchSurroundings } from "../src/batch.ts";
import { AccountConsumer } from "../src/consume.ts";
import { WATCHDOG_MS } from "../src/limits.ts";
import { Watchdog } from "../src/watchdog.ts";

const account = accountId("222233334444");

describe("consuming a queue", () => {
  it("declares three parameters, or BullMQ would give no signal when a lock is lost", async () => {
    const folder = await mkdtemp(join(tmpdir(), "qc-consume-"));
    const redis = await openRedis(
      { redis: "embedded", store: folder, campaign: "consume" },
      { info: () => undefined, warn: () => undefined },
    );
    const consumer = new AccountConsumer({
      account,
      redis,
      surroundings: { worker: "test/1" } as BatchSurroundings,
      paused: async () => undefined,
      tell: () => undefined,
    });
    expect(consumer.processor).toHaveLength(3);
    await consumer.drain();
    await consumer.close();
    await redis.stop({ server: true });
    await rm(folder, { recursive: true, force: true });
  });
});

describe("the watchdog", () => {
  const idle = { waiting: 3, active: 0, paused: false };

  it("rebuilds a worker whose queue has waited for a minute with nobody at work, and then begins anew", () => {
    const dog = new Watchdog();
    expect(dog.stuck(account, idle, 0)).toBe(false);
    expect(dog.stuck(account, idle, WATCHDOG_MS - 1)).toBe(false);
    expect(dog.stuck(account, idle, WATCHDOG_MS)).toBe(true);
    expect(dog.stuck(account, idle, WATCHDOG_MS + 1)).toBe(false);
  });

  it.each([
    ["somebody works", { ...idle, active: 1 }],
    ["it is paused", { ...idle, paused: true }],
    ["nothing waits", { ...idle, waiting: 0 }],
  ])("leaves it alone where %s", (_, look) => {
    const dog = new Watchdog();
    dog.stuck(account, idle, 0);
    dog.stuck(account, look, WATCHDOG_MS / 2);
    expect(dog.stuck(account, idle, WATCHDOG_MS)).toBe(false);
  });
});
