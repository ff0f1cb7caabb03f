// kill -9 at any moment, then `quitclaim run` again: it goes on where it stood, every planned object ends with one ledger row, and no
// object is copied twice. The moments come from a seed, which a failing test names.
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { nameOf, readBooks, type Stage, setStage } from "./harness/campaign.ts";
import { quitclaimJson, type Running, start } from "./harness/command.ts";

const OBJECTS = 3_000;

interface Victims {
  readonly stage: Stage;
  readonly running: Running;
}

/** Numbers in [0, 1) from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It ended by itself in the meantime.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function workerPids(stage: Stage): Promise<number[]> {
  const log = await readFile(join(stage.store, "logs/run.log"), "utf8").catch(() => "");
  return [...log.matchAll(/"text":"worker started","worker":"[^"]*\/(\d+)"/g)].map((m) => Number(m[1]));
}

async function redisPid(stage: Stage): Promise<number | undefined> {
  const file = join(stage.store, "redis/redis.pid");
  return existsSync(file) ? Number(await readFile(file, "utf8")) : undefined;
}

const MURDERS = {
  async worker({ stage }: Victims) {
    const pid = (await workerPids(stage)).at(-1);
    if (pid !== undefined) killed(pid);
  },
  async run({ running }: Victims) {
    if (running.child.pid !== undefined) killed(running.child.pid);
  },
  async redis({ stage }: Victims) {
    const pid = await redisPid(stage);
    if (pid !== undefined) killed(pid);
  },
  async "redis with its data"({ stage }: Victims) {
    const pid = await redisPid(stage);
    if (pid !== undefined) killed(pid);
    await rm(join(stage.store, "redis"), { recursive: true, force: true });
  },
  async "run, its workers and redis with its data"(victims: Victims) {
    await MURDERS.run(victims);
    for (const pid of await workerPids(victims.stage)) killed(pid);
    await MURDERS["redis with its data"](victims);
  },
} satisfies Record<string, (victims: Victims) => Promise<void>>;

describe("a campaign that is killed", () => {
  let stage: Stage | undefined;
  let running: Running | undefined;

  afterEach(async () => {
    if (running?.child.pid !== undefined) killed(running.child.pid);
    await stage?.close();
  });

  for (const [i, [who, murder]] of Object.entries(MURDERS).entries()) {
    it(`goes on where it stood after kill -9 of ${who}`, { timeout: 150_000 }, async () => {
      const seed = 4_000 + i;
      const random = seeded(seed);
      stage = await setStage({
        sandbox: {
          accounts: 4,
          seed,
          bucketDefaults: "legacy",
          fill: { objects: OBJECTS },
          inventory: ["parquet"],
          faults: { latency: { fixedMs: 4 } },
        },
        config: {
          limits: { requestsPerSecond: 500, batchRows: 100 },
          actions: { default: "acl", rules: [{ when: { encryption: ["SSE-KMS", "DSSE-KMS"], latest: true }, do: "copy" }] },
        },
      });
      const config = ["--config", stage.configFile];
      await quitclaimJson(["plan", ...config], stage.env);
      await quitclaimJson(["fence", ...config], stage.env);
      const writesBefore = stage.sandbox.writes().length;

      running = start(["run", ...config], stage.env);
      for (let kill = 0; kill < 2; kill++) {
        const target = stage.sandbox.writes().length + 100 + random() * 500;
        const until = Date.now() + 20_000;
        while (stage.sandbox.writes().length < target && running.child.exitCode === null && Date.now() < until) await sleep(20);
        await murder({ stage, running });
        if (who.startsWith("run")) {
          await running.ended;
          running = start(["run", ...config], stage.env);
        }
      }
      const ended = await running.ended;
      expect([0, 3], `seed ${seed}: ${ended.stderr.slice(-1_500)}${ended.stdout.slice(-500)}`).toContain(ended.code);

      const books = await readBooks(stage.store);
      expect(books.ledger.map(nameOf).sort(), `seed ${seed}`).toEqual(books.planned.map(nameOf).sort());
      const status = await quitclaimJson<{ remaining: number; done: Record<string, number>; failed: Record<string, number> }>(
        ["status", ...config],
        stage.env,
      );
      const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, n) => a + n, 0);
      expect(status.remaining).toBe(0);
      expect(sum(status.done) + sum(status.failed)).toBe(books.planned.length);

      const copied = stage.sandbox
        .writes(writesBefore)
        .filter((w) => w.op === "CopyObject")
        .map((w) => w.key);
      expect(copied.length, `seed ${seed}`).toBe(new Set(copied).size);
      expect(copied.length).toBeGreaterThan(0);
    });
  }
});
