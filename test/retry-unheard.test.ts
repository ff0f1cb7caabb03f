// A retry that reached the store and not Redis, as where Redis restarts at that moment: `run` finds out by itself that jobs are missing.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, openLocalStore, storeOnlyControl } from "@quitclaim/campaign";
import { afterEach, describe, expect, it } from "vitest";
import { nameOf, readBooks, type Stage, setStage } from "./harness/campaign.ts";
import { quitclaimJson, start } from "./harness/command.ts";

let stage: Stage | undefined;
let engine: number | undefined;
afterEach(async () => {
  if (engine !== undefined) process.kill(engine, "SIGKILL");
  engine = undefined;
  await stage?.close();
  stage = undefined;
});

describe("a retry whose jobs were not made", { timeout: 60_000 }, () => {
  it("gets them while run goes on, so that run comes to its end", async () => {
    stage = await setStage({
      sandbox: { accounts: 2, seed: 51, bucketDefaults: "legacy", fill: { objects: 500 }, inventory: ["parquet"] },
      config: { limits: { requestsPerSecond: 60, batchRows: 50 }, actions: { default: "acl" } },
    });
    const { faults } = stage.sandbox;
    const config = ["--config", stage.configFile];
    const { plan } = await quitclaimJson(["plan", ...config], stage.env).then(() => readBooks((stage as Stage).store));
    faults.set({
      scope: { ops: ["PutObjectAcl"], keyPrefixes: ["ingest/"] },
      refusal: { code: "InvalidRequest", status: 400, probability: 1 },
    });
    const running = start(["run", "--workers", "1", ...config], { ...stage.env, QUITCLAIM_LOCK_MS: "4000" });
    engine = running.child.pid;
    const failed = async (): Promise<string[]> =>
      (await readBooks((stage as Stage).store)).ledger.filter((row) => row.outcome === "failed").map(nameOf);
    let asked = await failed();
    for (; asked.length === 0; asked = await failed()) await sleep(50);
    faults.set({});
    const store = await openLocalStore(stage.store);
    await storeOnlyControl(store, plan, loadConfig(stage.configFile, stage.env)).retry({});
    expect(running.child.exitCode).toBeNull();
    const ended = await running.ended;
    engine = undefined;
    // Batches that were in flight while the faults were lifted may have failures of their own, which nobody asked for again.
    expect([0, 3]).toContain(ended.code);
    const books = await readBooks(stage.store);
    expect(books.ledger).toHaveLength(books.planned.length);
    const still = new Set(await failed());
    expect(asked.filter((name) => still.has(name))).toEqual([]);
    expect(readFileSync(join(stage.store, "logs/run.log"), "utf8")).toContain("accounts have work left and no job");
  });
});
