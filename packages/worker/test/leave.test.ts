// A worker that leaves, that has no disk to write its ledger to, and one that retries: nothing is lost, nothing that was noted is done twice.
import { accountId, type PlanRow, type ResultRow, reconcile, StoreError } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FENCE_CONFIRMED_MS_MAX } from "../src/limits.ts";
import { makeBucket, multiply, nameFor, rowOf, setMode, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
let one: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 14 });
  one = sandbox.accounts[1] as AccountSpec;
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

describe("leaving in good order", () => {
  it("hands batches back without costing an attempt, and the next worker repeats nothing", async () => {
    const bucket = nameFor("leave");
    const rows = await objects(bucket, 400);
    const campaign = await makeCampaign(sandbox, {
      bucket,
      requestsPerSecond: 300,
      concurrency: 8,
      work: [{ account: one.accountId, rows, batchRows: 200 }],
    });
    const first = await campaign.work();
    await expect.poll(() => writesOf(bucket, "PutObjectAcl").length, { timeout: 10_000 }).toBeGreaterThan(60);
    await first.stop("drain");
    await first.done;
    const sent = writesOf(bucket, "PutObjectAcl").length;
    expect(sent).toBeLessThan(400);
    const queue = campaign.queues.get(accountId(one.accountId));
    expect(await queue.getJobCounts("active", "waiting")).toMatchObject({ active: 0 });
    for (const job of await queue.getJobs(["waiting", "delayed"])) expect(job.attemptsMade).toBe(0);
    await campaign.work();
    await campaign.finished();
    expect(writesOf(bucket, "PutObjectAcl")).toHaveLength(400);
    expect(await campaign.ledger(one.accountId)).toHaveLength(400);
    await campaign.close();
  });
});

describe("a Redis that is killed in mid-batch", { timeout: 60_000 }, () => {
  it("and comes back with its data: nothing is sent meanwhile, the work goes on, and the counters are the ledger's", async () => {
    const bucket = nameFor("redis-killed");
    const rows = await objects(bucket, 900);
    const campaign = await makeCampaign(sandbox, {
      bucket,
      requestsPerSecond: 400,
      concurrency: 8,
      work: [{ account: one.accountId, rows, batchRows: 300 }],
    });
    await campaign.work();
    await expect.poll(() => writesOf(bucket, "PutObjectAcl").length, { timeout: 10_000 }).toBeGreaterThan(350);
    const info = await campaign.redis.connection("command").info("server");
    process.kill(Number(/process_id:(\d+)/.exec(info)?.[1]), "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, FENCE_CONFIRMED_MS_MAX + 500));
    const before = writesOf(bucket, "PutObjectAcl").length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(writesOf(bucket, "PutObjectAcl").length).toBe(before);
    await campaign.redis.ensureRunning();
    await reconcile(campaign.redis, campaign.store, campaign.plan, campaign.config);
    const left = async (): Promise<number> => {
      const { remaining, accounts } = await campaign.snapshot();
      return remaining + accounts.reduce((n, a) => n + a.batchesInFlight, 0);
    };
    await expect.poll(left, { timeout: 40_000, interval: 200 }).toBe(0);
    const ledger = await campaign.ledger(one.accountId);
    expect(ledger.map((r) => r.key)).toEqual(rows.map((r) => r.key));
    expect(await campaign.snapshot()).toMatchObject({ done: { granted: 900 }, failed: {} });
    await campaign.close();
  });
});

describe("a full disk", () => {
  it("hands the batch back, says so, and the work that was done is not done again", async () => {
    const bucket = nameFor("disk");
    const rows = await objects(bucket, 100);
    const campaign = await makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows }] });
    const create = campaign.store.create.bind(campaign.store);
    let full = true;
    campaign.store.create = (path, bytes) =>
      full ? Promise.reject(new StoreError(`cannot write ${path}: ENOSPC. The disk is full: free some space.`)) : create(path, bytes);
    const worker = await campaign.work();
    await expect.poll(() => campaign.events.map((e) => e.kind), { timeout: 10_000 }).toContain("store-error");
    await worker.stop("drain");
    const queue = campaign.queues.get(accountId(one.accountId));
    for (const job of await queue.getDelayed()) {
      expect(job.attemptsMade).toBe(0);
      await job.promote();
    }
    full = false;
    await campaign.work();
    await campaign.finished();
    expect(await campaign.ledger(one.accountId)).toHaveLength(100);
    expect(writesOf(bucket, "PutObjectAcl")).toHaveLength(100);
    await campaign.close();
  });
});

describe("a retry", () => {
  it("redoes the failed rows that are selected, keeps the others, and replaces the ledger by one that is whole", async () => {
    const bucket = nameFor("retry");
    await objects(bucket, 1);
    const archived = await upload(sandbox, one, { Bucket: bucket, Key: "cold", StorageClass: "GLACIER" }, { op: "copy" });
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const noncurrent = { ...rowOf(sandbox, bucket, "k", undefined, { op: "copy" }), isLatest: false };
    const campaign = await makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows: [archived, noncurrent] }] });
    await campaign.work();
    await campaign.finished();
    const before = await campaign.ledger(one.accountId);
    expect(before.map((r) => r.code)).toEqual(["InvalidObjectState", "NotCurrent"]);
    const version = sandbox.store.bucket(bucket)?.find("cold", undefined);
    if (version === undefined) throw new Error("no object");
    version.restore = { expiresAt: Date.now() + 86_400_000 };
    expect(await campaign.retry({ code: "InvalidObjectState" })).toBe(1);
    await campaign.finished();
    const after: ResultRow[] = await campaign.ledger(one.accountId);
    expect(after.map((r) => [r.outcome, r.code])).toEqual([
      ["copied", ""],
      ["failed", "NotCurrent"],
    ]);
    expect(after[1]).toEqual(before[1]);
    expect(await campaign.snapshot()).toMatchObject({ planned: 2, done: { copied: 1 }, failed: { NotCurrent: 1 }, remaining: 0 });
    await campaign.close();
  });
});
