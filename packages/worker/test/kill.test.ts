// A worker that is killed, or stopped for so long that another holds its batch: nothing is lost, nothing that was noted is done twice.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { type PlanRow, reconcile, releaseDeadWorkers } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { WorkerEvent } from "../src/event.ts";
import { FENCE_CONFIRMED_MS_MAX } from "../src/limits.ts";
import { makeBucket, multiply, nameFor, owner, setMode, upload } from "./stage/bucket.ts";
import { makeCampaign, type TestCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
let one: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 14 });
  one = sandbox.accounts[1] as AccountSpec;
});
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  sandbox.faults.set({});
});
afterAll(() => sandbox.close());

async function objects(bucket: string, count: number, op: "acl" | "copy" = "acl"): Promise<PlanRow[]> {
  await makeBucket(sandbox, bucket, { versioning: "Enabled" });
  await upload(sandbox, one, { Bucket: bucket, Key: "k" });
  const rows = multiply(sandbox, bucket, "k", count, { op });
  if (op === "copy") await setMode(sandbox, bucket, "BucketOwnerPreferred");
  return rows;
}
const writesOf = (bucket: string, op: string): string[] =>
  sandbox
    .writes()
    .filter((w) => w.bucket === bucket && w.op === op && w.key !== "k")
    .map((w) => `${w.key} ${w.versionId}`);

function spawnWorker(campaign: TestCampaign) {
  const { accessKeyId, secretAccessKey } = owner(sandbox);
  const child = fork(
    new URL("./stage/worker-process.ts", import.meta.url),
    [JSON.stringify({ config: campaign.config, owner: { accessKeyId, secretAccessKey } })],
    { execArgv: ["--conditions=development"], stdio: ["ignore", "ignore", "inherit", "ipc"] },
  );
  children.add(child);
  const events: WorkerEvent[] = [];
  child.on("message", (event) => events.push(event as WorkerEvent));
  return { child, events };
}

describe("a worker killed in mid-batch", { timeout: 60_000 }, () => {
  it("is followed by another that repeats at most the last quarter second: one ledger row an object", async () => {
    const bucket = nameFor("kill-acl");
    const rows = await objects(bucket, 1_000);
    const campaign = await makeCampaign(sandbox, {
      bucket,
      requestsPerSecond: 500,
      concurrency: 8,
      work: [{ account: one.accountId, rows, batchRows: 500 }],
    });
    const { child } = spawnWorker(campaign);
    await expect.poll(() => writesOf(bucket, "PutObjectAcl").length, { timeout: 20_000 }).toBeGreaterThan(300);
    child.kill("SIGKILL");
    await once(child, "exit");
    await handBack(campaign, child.pid);
    await campaign.work();
    await campaign.finished();
    const ledger = await campaign.ledger(one.accountId);
    expect(ledger.map((r) => r.key)).toEqual(rows.map((r) => r.key));
    expect(new Set(ledger.map((r) => r.outcome))).toEqual(new Set(["granted"]));
    // 250 ms at 500 a second, and what was in flight.
    expect(writesOf(bucket, "PutObjectAcl").length - 1_000).toBeLessThan(250);
    await campaign.close();
  });

  it("never copies an object twice, with Redis's memory and without it", async () => {
    const bucket = nameFor("kill-copy");
    const rows = await objects(bucket, 300, "copy");
    const campaign = await makeCampaign(sandbox, { bucket, concurrency: 8, work: [{ account: one.accountId, rows, batchRows: 100 }] });
    sandbox.faults.set({ scope: { ops: ["CopyObject"] }, latency: { fixedMs: 20 } });
    const { child } = spawnWorker(campaign);
    await expect.poll(() => writesOf(bucket, "CopyObject").length, { timeout: 20_000 }).toBeGreaterThan(30);
    child.kill("SIGKILL");
    await once(child, "exit");
    await handBack(campaign, child.pid);
    const second = await campaign.work();
    await expect.poll(() => writesOf(bucket, "CopyObject").length, { timeout: 20_000 }).toBeGreaterThan(130);
    await second.stop("now");
    await campaign.redis.connection("command").flushall();
    await reconcile(campaign.redis, campaign.store, campaign.plan, campaign.config);
    await campaign.work();
    await campaign.finished();
    sandbox.faults.set({});
    const sent = writesOf(bucket, "CopyObject");
    expect(new Set(sent.map((s) => s.split(" ")[0])).size).toBe(300);
    expect(sent).toHaveLength(300);
    const ledger = await campaign.ledger(one.accountId);
    expect(ledger.map((r) => r.key)).toEqual(rows.map((r) => r.key));
    expect(new Set(ledger.map((r) => r.outcome))).toEqual(new Set(["copied"]));
    for (const row of rows) expect(sandbox.store.bucket(bucket)?.find(row.key, undefined)?.owner).toBe(owner(sandbox).canonicalId);
    await campaign.close();
  });

  it("that was only stopped sends nothing more when it wakes, and changes no ledger", async () => {
    const bucket = nameFor("zombie");
    const rows = await objects(bucket, 200, "copy");
    const campaign = await makeCampaign(sandbox, { bucket, concurrency: 4, work: [{ account: one.accountId, rows, batchRows: 200 }] });
    sandbox.faults.set({ scope: { ops: ["CopyObject"] }, latency: { fixedMs: 15 } });
    const { child, events } = spawnWorker(campaign);
    await expect.poll(() => writesOf(bucket, "CopyObject").length, { timeout: 20_000 }).toBeGreaterThan(20);
    child.kill("SIGSTOP");
    // A job's lock outlives its worker's last note by half a minute; here, by a little more than a note counts.
    await new Promise((resolve) => setTimeout(resolve, FENCE_CONFIRMED_MS_MAX + 200));
    await handBack(campaign, child.pid);
    const worker = await campaign.work();
    await campaign.finished();
    await worker.stop("drain");
    const ledger = await campaign.ledger(one.accountId);
    child.kill("SIGCONT");
    await expect.poll(() => events.map((e) => e.kind), { timeout: 10_000 }).toContain("batch-lost");
    sandbox.faults.set({});
    expect(await campaign.ledger(one.accountId)).toEqual(ledger);
    expect(writesOf(bucket, "CopyObject")).toHaveLength(200);
    child.kill("SIGKILL");
    await once(child, "exit");
    await campaign.close();
  });
});

const handBack = async (campaign: TestCampaign, pid: number | undefined): Promise<void> => {
  await releaseDeadWorkers(campaign.redis, campaign.queues, campaign.checkpoints, new Set([`${hostname()}/${pid}`]));
};
