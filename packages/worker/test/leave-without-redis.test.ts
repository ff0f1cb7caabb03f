// A worker that is told to leave when Redis is gone for good, as when the engine and its Redis die together: it has nothing to wait for.
import { fork } from "node:child_process";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WorkerEvent } from "../src/event.ts";
import { DRAIN_MS_MAX } from "../src/limits.ts";
import { makeBucket, multiply, nameFor, owner, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 29 });
});
afterAll(() => sandbox.close());

describe("a worker whose Redis died with its engine", { timeout: 60_000 }, () => {
  it("leaves when it is told to, although it can hand nothing back, and sends nothing more", async () => {
    const bucket = nameFor("orphaned");
    const one = sandbox.accounts[1] as AccountSpec;
    await makeBucket(sandbox, bucket);
    await upload(sandbox, one, { Bucket: bucket, Key: "k" });
    const rows = multiply(sandbox, bucket, "k", 1_000);
    const campaign = await makeCampaign(sandbox, {
      bucket,
      requestsPerSecond: 300,
      concurrency: 8,
      work: [{ account: one.accountId, rows, batchRows: 250 }],
    });
    const { accessKeyId, secretAccessKey } = owner(sandbox);
    const child = fork(
      new URL("./stage/worker-process.ts", import.meta.url),
      [JSON.stringify({ config: campaign.config, owner: { accessKeyId, secretAccessKey } })],
      { execArgv: ["--conditions=development"], stdio: ["ignore", "ignore", "inherit", "ipc"] },
    );
    const events: WorkerEvent[] = [];
    child.on("message", (event) => events.push(event as WorkerEvent));
    try {
      const sent = (): number => sandbox.writes().filter((w) => w.bucket === bucket && w.op === "PutObjectAcl").length;
      await expect.poll(sent, { timeout: 15_000 }).toBeGreaterThan(100);
      const info = await campaign.redis.connection("command").info("server");
      process.kill(Number(/process_id:(\d+)/.exec(info)?.[1]), "SIGKILL");
      child.send("drain");
      // Under the time that a drain may take where Redis answers: this one waits for nothing that can come.
      await expect.poll(() => events.map((e) => e.kind), { timeout: DRAIN_MS_MAX }).toContain("stopped");
      expect(sent()).toBeLessThan(1_000);
    } finally {
      child.kill("SIGKILL");
    }
    await campaign.redis.ensureRunning();
    await campaign.close();
  });
});
