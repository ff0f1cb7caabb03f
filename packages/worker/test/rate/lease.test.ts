// The shared rate, as Redis computes it: a real Redis, a simulated clock.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRedis } from "@quitclaim/campaign";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LeaseSource, redisLeases } from "../../src/rate/budget.ts";

const quiet = { info: () => undefined, warn: () => undefined };
let folder: string;
let redis: Awaited<ReturnType<typeof openRedis>>;
let keys = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "qc-lease-"));
  redis = await openRedis({ redis: "embedded", store: folder, campaign: "lease" }, quiet);
});
afterAll(async () => {
  await redis.stop({ server: true });
  await rm(folder, { recursive: true, force: true });
});

interface Client {
  readonly source: LeaseSource;
  /** What it would send a second if it could. */
  demand: number;
  sent: number;
  answers: number;
  throttled: number;
}

/**
 * A server that bears `capacity` requests a second, and lends what was left unused for `lentSeconds`; clients that lease every 50 ms of a
 * simulated clock, and learn of an answer with the next lease.
 */
function simulation(ceiling: number, capacity: () => number, lentSeconds = 0.1) {
  const key = `test:${keys++}`;
  let now = 1_700_000_000_000;
  const clients: Client[] = [];
  let room = 0;
  let permitted = 0;
  return {
    clients,
    get permitted() {
      return permitted;
    },
    join(demand: number): Client {
      const client = {
        source: redisLeases(redis.connection("command"), key, `p${clients.length}-${keys}`, () => now),
        demand,
        sent: 0,
        answers: 0,
        throttled: 0,
      };
      clients.push(client);
      return client;
    },
    async run(seconds: number): Promise<{ sent: number; throttled: number }> {
      const total = { sent: 0, throttled: 0 };
      for (let slice = 0; slice < seconds * 20; slice++) {
        now += 50;
        room = Math.min(room + capacity() / 20, capacity() * lentSeconds);
        for (const client of clients) {
          const want = Math.ceil(client.demand / 20);
          const lease = await client.source.lease({
            want,
            demandPerSecond: client.demand,
            answers: client.answers,
            throttled: client.throttled,
            ceilingPerSecond: ceiling,
          });
          permitted = lease.permittedPerSecond;
          const refused = Math.max(0, lease.granted - Math.floor(room));
          room = Math.max(0, room - lease.granted);
          client.answers = lease.granted;
          client.throttled = refused;
          client.sent += lease.granted;
          total.sent += lease.granted;
          total.throttled += refused;
        }
      }
      return total;
    },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe("the bucket-wide rate", () => {
  it("climbs to the ceiling and never exceeds it, however many processes share it", async () => {
    const sim = simulation(3_500, () => Number.POSITIVE_INFINITY);
    for (let i = 0; i < 3; i++) sim.join(3_500);
    await sim.run(8);
    const { sent } = await sim.run(5);
    expect(sent).toBeLessThanOrEqual(3_500 * 5 + 350);
    expect(sent).toBeGreaterThan(3_500 * 5 * 0.95);
  });

  it("gives each of three hungry processes a third", async () => {
    const sim = simulation(3_000, () => Number.POSITIVE_INFINITY);
    const shares = [sim.join(3_000), sim.join(3_000), sim.join(3_000)];
    await sim.run(8);
    for (const client of shares) client.sent = 0;
    await sim.run(5);
    for (const client of shares) expect(client.sent / (3_000 * 5)).toBeCloseTo(1 / 3, 1);
  });

  it("leaves what one process does not need to the others", async () => {
    const sim = simulation(3_000, () => Number.POSITIVE_INFINITY);
    const modest = sim.join(200);
    const hungry = sim.join(3_000);
    await sim.run(8);
    modest.sent = hungry.sent = 0;
    await sim.run(5);
    expect(modest.sent / 5).toBeGreaterThan(180);
    expect(hungry.sent / 5).toBeGreaterThan(2_600);
  });

  it("takes over the share of a process that went away", async () => {
    const sim = simulation(2_000, () => Number.POSITIVE_INFINITY);
    const stays = sim.join(2_000);
    sim.join(2_000);
    await sim.run(6);
    sim.clients.pop();
    await sim.run(3);
    stays.sent = 0;
    await sim.run(4);
    expect(stays.sent / 4).toBeGreaterThan(1_900);
  });

  it("halves at most once for one burst of SlowDowns", async () => {
    const sim = simulation(1_000, () => Number.POSITIVE_INFINITY);
    const client = sim.join(1_000);
    await sim.run(8);
    const before = sim.permitted;
    for (let echo = 0; echo < 8; echo++) {
      client.answers = 50;
      client.throttled = 50;
      await sim.run(0.05);
    }
    expect(sim.permitted).toBeGreaterThanOrEqual(before * 0.5 - 1);
    expect(sim.permitted).toBeLessThan(before);
  });

  it("finds what the server bears within seconds, and keeps near it with few SlowDowns", async () => {
    const sim = simulation(3_500, () => 800);
    for (let i = 0; i < 3; i++) sim.join(3_500);
    await sim.run(12);
    const { sent, throttled } = await sim.run(30);
    expect((sent - throttled) / 30).toBeGreaterThan(800 * 0.88);
    expect(throttled / sent).toBeLessThan(0.03);
  });

  it.each([100, 200, 800, 3_000])("keeps to %i a second in every window of 8 s, where the server lends a second's worth", async (bears) => {
    const sim = simulation(3_500, () => bears, 1);
    for (let i = 0; i < 2; i++) sim.join(3_500);
    await sim.run(8);
    const seconds: { sent: number; throttled: number }[] = [];
    for (let second = 0; second < 60; second++) {
      // One comes; another dies without a word, and its share is not lost for long.
      if (second === 20) sim.join(3_500);
      if (second === 40) sim.clients.shift();
      seconds.push(await sim.run(1));
    }
    for (let from = 0; from + 8 <= seconds.length; from++) {
      const window = seconds.slice(from, from + 8);
      const sent = sum(window.map((s) => s.sent));
      const throttled = sum(window.map((s) => s.throttled));
      expect((sent - throttled) / 8 / bears, `from second ${from}`).toBeGreaterThan(0.92);
      expect(throttled / sent, `from second ${from}`).toBeLessThan(0.01);
    }
  });

  it("is at what the server bears within three seconds, from far above it", async () => {
    const sim = simulation(3_500, () => 200, 1);
    for (let i = 0; i < 2; i++) sim.join(3_500);
    await sim.run(3);
    const { sent, throttled } = await sim.run(2);
    expect((sent - throttled) / 2).toBeGreaterThan(200 * 0.85);
    expect(throttled / sent).toBeLessThan(0.02);
  });

  it("climbs again when the server bears more", async () => {
    let capacity = 300;
    const sim = simulation(3_000, () => capacity);
    sim.join(3_000);
    await sim.run(10);
    capacity = Number.POSITIVE_INFINITY;
    await sim.run(40);
    expect(sim.permitted).toBeGreaterThan(2_500);
  });

  it("serves a ceiling of a few requests a second", async () => {
    const sim = simulation(4, () => Number.POSITIVE_INFINITY);
    sim.join(4);
    sim.join(4);
    await sim.run(5);
    const { sent } = await sim.run(20);
    expect(sent).toBeGreaterThan(60);
    expect(sent).toBeLessThanOrEqual(82);
  });
});
