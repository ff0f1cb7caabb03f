// Workers that go without being asked: whoever sent them away, `run` comes to its end.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { Crew } from "../packages/cli/src/engine/crew.ts";
import { readBooks, type Stage, setStage } from "./harness/campaign.ts";
import { quitclaimJson, start } from "./harness/command.ts";

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function planned(objects: number, requestsPerSecond: number): Promise<{ stage: Stage; config: string[] }> {
  stage = await setStage({
    sandbox: { accounts: 2, seed: 61, bucketDefaults: "legacy", fill: { objects }, inventory: ["parquet"] },
    config: { limits: { requestsPerSecond, batchRows: 50 }, actions: { default: "acl" } },
  });
  const config = ["--config", stage.configFile];
  await quitclaimJson(["plan", ...config], stage.env);
  return { stage, config };
}

const quiet = { died: () => undefined, started: () => undefined, failed: () => undefined, said: () => undefined };

describe("the only worker of a run", { timeout: 60_000 }, () => {
  it("has a successor where somebody else told it to leave", async () => {
    const { stage, config } = await planned(600, 300);
    const running = start(["run", "--workers", "1", ...config], stage.env);
    const log = join(stage.store, "logs/run.log");
    while (!stage.sandbox.writes().some((write) => write.op === "PutObjectAcl")) await sleep(20);
    const pid = Number(/"worker started","worker":"[^"]*\/(\d+)"/.exec(readFileSync(log, "utf8"))?.[1]);
    process.kill(pid, "SIGTERM");
    expect(await running.ended).toMatchObject({ code: 0 });
    const books = await readBooks(stage.store);
    expect(books.ledger).toHaveLength(books.planned.length);
    expect(readFileSync(log, "utf8").match(/"worker started"/g)).toHaveLength(2);
  });
});

describe("workers that all die as fast as they are started", { timeout: 90_000 }, () => {
  it("end the run with what they say, not with a bug, where a person can mend it", async () => {
    const { stage, config } = await planned(600, 60);
    const running = start(["run", "--workers", "2", ...config], stage.env);
    while (!stage.sandbox.writes().some((write) => write.op === "PutObjectAcl")) await sleep(20);
    appendFileSync(stage.configFile, "limitz: {}\n");
    const log = readFileSync(join(stage.store, "logs/run.log"), "utf8");
    const workers = [...log.matchAll(/"worker started","worker":"[^"]*\/(\d+)"/g)].map((match) => Number(match[1]));
    expect(workers).toHaveLength(2);
    for (const pid of workers) process.kill(pid, "SIGKILL");
    const { code, stderr } = await running.ended;
    expect(stderr).toMatch(/no worker can start.*nothing is lost.*limitz/s);
    expect(stderr).not.toMatch(/this is a bug/);
    expect(stderr.match(/limitz/g)?.length).toBeLessThan(4);
    expect(code).toBe(2);
  });
});

describe("a worker process that cannot be started", () => {
  it("is not waited for, and is tried again", async () => {
    const node = process.execPath;
    const told: string[] = [];
    const crew = new Crew(1, ["-e", "setInterval(() => {}, 1000); process.on('message', () => process.exit(0))"], {
      ...quiet,
      failed: (_, error) => told.push(error.message),
      started: (worker) => told.push(worker),
    });
    try {
      process.execPath = join(import.meta.dirname, "no-such-program");
      expect(existsSync(process.execPath)).toBe(false);
      crew.start();
      await expect.poll(() => told).toEqual([expect.stringContaining("ENOENT")]);
      process.execPath = node;
      await expect.poll(() => told.length, { timeout: 10_000 }).toBe(2);
    } finally {
      process.execPath = node;
      await crew.leave("drain");
    }
  });

  it("does not keep its engine from leaving", async () => {
    const node = process.execPath;
    const crew = new Crew(2, [], quiet);
    try {
      process.execPath = join(import.meta.dirname, "no-such-program");
      crew.start();
      await crew.leave("drain");
    } finally {
      process.execPath = node;
    }
  });
});
