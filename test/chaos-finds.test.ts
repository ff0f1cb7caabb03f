// What chaos found once, each as a small story of its own: see test/chaos/ for the engine that found it.
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AccountId, type JobData, openRedis, queueName, workerOptions } from "@quitclaim/campaign";
import { UnrecoverableError, Worker } from "bullmq";
import { afterEach, describe, expect, it } from "vitest";
import { mountSmallDisk } from "./chaos/disk.ts";
import { CAMPAIGN, readBooks, type Stage, setStage } from "./harness/campaign.ts";
import { quitclaim, quitclaimJson, start } from "./harness/command.ts";

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
};
const quiet = { info: (): void => undefined, warn: (): void => undefined };
let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function planned(objects: number, requestsPerSecond: number): Promise<{ stage: Stage; config: string[] }> {
  stage = await setStage({
    sandbox: { accounts: 2, seed: 51, bucketDefaults: "legacy", fill: { objects }, inventory: ["parquet"] },
    config: { limits: { requestsPerSecond, batchRows: 50 }, actions: { default: "acl" } },
  });
  const config = ["--config", stage.configFile];
  await quitclaimJson(["plan", ...config], stage.env);
  return { stage, config };
}

describe("retry while nothing runs", { timeout: 60_000 }, () => {
  it("is answered by the next run, which does not take failed objects for finished work", async () => {
    const { stage, config } = await planned(250, 2_000);
    stage.sandbox.faults.set({ scope: { ops: ["PutObjectAcl"], keyPrefixes: ["ingest/"] }, internalError: { before: 1 } });
    await quitclaim(["run", ...config], stage.env);
    const failed = (await readBooks(stage.store)).ledger.filter((row) => row.outcome === "failed");
    expect(failed.length).toBeGreaterThan(0);
    stage.sandbox.faults.set({});
    await quitclaimJson(["retry", ...config], stage.env);
    await quitclaim(["run", ...config], stage.env);
    expect((await readBooks(stage.store)).ledger.filter((row) => row.outcome === "failed")).toEqual([]);
  });
});

describe("a worker whose engine dies while it starts", { timeout: 60_000 }, () => {
  it("leaves, rather than work on unwatched", async () => {
    const { stage, config } = await planned(600, 20);
    const running = start(["run", "--workers", "1", ...config], stage.env);
    const log = join(stage.store, "logs/run.log");
    const started = (): number | undefined =>
      existsSync(log)
        ? Number(/"worker started","worker":"[^"]*\/(\d+)"/.exec(readFileSync(log, "utf8"))?.[1] ?? 0) || undefined
        : undefined;
    while (started() === undefined) await sleep(5);
    running.child.kill("SIGKILL");
    const pid = started() as number;
    while (alive(pid)) await sleep(50);
    await running.ended;
  });
});

describe("a worker whose engine and Redis die together", { timeout: 90_000 }, () => {
  it("ends, although nobody answers what it still has to say", async () => {
    const { stage, config } = await planned(600, 60);
    const running = start(["run", "--workers", "1", ...config], stage.env);
    while (!stage.sandbox.writes().some((write) => write.op === "PutObjectAcl")) await sleep(20);
    const log = readFileSync(join(stage.store, "logs/run.log"), "utf8");
    const pid = Number(/"worker started","worker":"[^"]*\/(\d+)"/.exec(log)?.[1]);
    running.child.kill("SIGKILL");
    process.kill(Number(readFileSync(join(stage.store, "redis/redis.pid"), "utf8")), "SIGKILL");
    while (alive(pid)) await sleep(50);
    await running.ended;
  });
});

describe("a batch whose job is out of attempts", { timeout: 60_000 }, () => {
  it("gets a new job while run goes on, so that run comes to its end", async () => {
    const { stage, config } = await planned(600, 60);
    const env = { ...stage.env, QUITCLAIM_LOCK_MS: "4000" };
    const running = start(["run", "--workers", "1", ...config], env);
    while (!existsSync(join(stage.store, "redis/redis.sock"))) await sleep(20);
    const redis = await openRedis({ redis: "embedded", store: stage.store, campaign: CAMPAIGN }, quiet);
    const [account] = Object.keys((await readBooks(stage.store)).plan.accounts) as AccountId[];
    let spoilt = 0;
    const saboteur = new Worker<JobData>(
      queueName(CAMPAIGN, account as AccountId),
      async () => {
        spoilt++;
        throw new UnrecoverableError("spoilt");
      },
      { ...workerOptions(redis.connection("worker"), 1), autorun: true },
    );
    saboteur.on("error", () => undefined);
    while (spoilt < 2) await sleep(20);
    await saboteur.close();
    await redis.stop({ server: false });
    const ended = await running.ended;
    expect([0, 3]).toContain(ended.code);
    const books = await readBooks(stage.store);
    expect(books.ledger).toHaveLength(books.planned.length);
  });
});

describe("a Redis that has to be started on a full disk", { timeout: 60_000 }, () => {
  it("is told as that, and starts once there is room", async (context) => {
    const folder = await mkdtemp(join(tmpdir(), "qc-full-"));
    const store = join(folder, "campaign");
    const disk = mountSmallDisk(store);
    try {
      if (disk === undefined) {
        console.warn("SKIPPED: starting Redis on a full disk, because only root can mount a small one");
        context.skip();
        return;
      }
      const opened = () => openRedis({ redis: "embedded", store, campaign: CAMPAIGN }, quiet);
      disk.fill();
      await expect(opened()).rejects.toMatchObject({ name: "RedisProblem", message: expect.stringMatching(/disk is full|No space left/i) });
      disk.free();
      const redis = await opened();
      expect(await redis.roundTripMs()).toBeGreaterThan(0);
      await redis.stop({ server: true });
    } finally {
      disk?.remove();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
