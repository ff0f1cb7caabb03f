// Redis rebuilt from the store: after every loss, and after every half-finished rebuilding.
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { QueueEvents } from "bullmq";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createRetry } from "../src/control/retries.ts";
import {
  type AccountId,
  batchId,
  type CampaignRedis,
  campaignKeys,
  createLedger,
  jobId,
  ledgerPath,
  needsReconcile,
  openProgress,
  openQueues,
  parseJob,
  QUEUE_PREFIX,
  queueName,
  RedisCheckpoints,
  reconcile,
  storeOnlyControl,
} from "../src/index.ts";
import {
  A,
  B,
  ledgerRows,
  planCampaign,
  rowsOf,
  type Shape,
  startWorkers,
  type TestCampaign,
  type TestWorker,
  until,
} from "./support/campaign.ts";
import { startTestRedis, type TestRedis } from "./support/redis.ts";

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.close());

const campaigns: TestCampaign[] = [];
const workers: TestWorker[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
  for (const campaign of campaigns.splice(0)) await campaign.remove();
});

let named = 0;
async function begin(shape: Omit<Shape, "name"> & { name?: string }): Promise<{ campaign: TestCampaign; redis: CampaignRedis }> {
  const name = shape.name ?? `r${++named}`;
  const campaign = await planCampaign({ ...shape, name });
  campaigns.push(campaign);
  return { campaign, redis: server.campaign(name) };
}

const run = ({ campaign, redis }: { campaign: TestCampaign; redis: CampaignRedis }) =>
  reconcile(redis, campaign.store, campaign.plan, campaign.config);

async function jobs(
  redis: CampaignRedis,
  account: AccountId,
  ...states: ("wait" | "completed" | "failed" | "active")[]
): Promise<string[]> {
  const queues = openQueues(redis, [account]);
  const ids = await queues.get(account).getRanges(states, 0, -1);
  await queues.close();
  return ids;
}

const tally = (redis: CampaignRedis, account: AccountId): Promise<Record<string, string>> =>
  redis.connection("command").hgetall(campaignKeys(redis.campaign).tally(account));

function work(
  redis: CampaignRedis,
  campaign: TestCampaign,
  accounts: readonly AccountId[],
  fate?: Parameters<typeof startWorkers>[3],
): TestWorker {
  const worker = startWorkers(redis, campaign, accounts, fate);
  workers.push(worker);
  return worker;
}

test("a fresh campaign gets one job for each batch, in a seeded shuffle, and the counters of its plan", async () => {
  const it = await begin({ batches: { [A]: 40, [B]: 3 } });
  expect(await needsReconcile(it.redis, it.campaign.plan)).toBe(true);
  expect(await run(it)).toMatchObject({ rebuilt: true, jobsAdded: 43, jobsReplaced: 0, mended: [] });
  expect(await needsReconcile(it.redis, it.campaign.plan)).toBe(false);

  const ids = await jobs(it.redis, A, "wait");
  const inOrder = (await it.campaign.refs(A)).map((ref) => jobId(ref));
  expect([...ids].sort()).toEqual(inOrder);
  expect(ids).not.toEqual(inOrder);
  expect(await tally(it.redis, A)).toEqual({ planned: "400", remaining: "400" });

  const queues = openQueues(it.redis, [A]);
  const job = await queues.get(A).getJob(ids[0] as string);
  expect(parseJob(job?.data)).toMatchObject({ campaign: it.redis.campaign, retry: 0, ref: { account: A, rows: 10, op: "acl" } });
  expect(job?.opts).toMatchObject({ attempts: 5, removeOnComplete: false, removeOnFail: false, sizeLimit: 500 });
  await queues.close();

  expect(await run(it)).toMatchObject({ rebuilt: false, jobsAdded: 0, jobsReplaced: 0, batchesSettled: 0, mended: [] });
});

test("the same plan in another Redis is queued in the same order", async () => {
  const it = await begin({ batches: { [A]: 30 } });
  await run(it);
  const first = await jobs(it.redis, A, "wait");
  await it.redis.connection("command").flushall();
  expect(await needsReconcile(it.redis, it.campaign.plan)).toBe(true);
  await run(it);
  expect(await jobs(it.redis, A, "wait")).toEqual(first);
});

test("real workers finish it; each object is worked on once and has one ledger row", async () => {
  const it = await begin({ batches: { [A]: 12, [B]: 5 } });
  await run(it);
  // Progress is told to whoever listens on RESP2 connections.
  const events = new QueueEvents(queueName(it.redis.campaign, A), { connection: it.redis.connection("events"), prefix: QUEUE_PREFIX });
  const completed: string[] = [];
  events.on("completed", ({ jobId: id }) => completed.push(id));
  await events.waitUntilReady();
  const worker = work(it.redis, it.campaign, [A, B], (_, index) => (index === 3 ? "failed" : "granted"));
  await until("nothing remains", async () => (await tally(it.redis, A)).remaining === "0" && (await tally(it.redis, B)).remaining === "0");
  await until("all jobs are told", async () => completed.length === 12);
  await events.close();
  expect(worker.worked).toHaveLength(170);
  expect(new Set(worker.worked).size).toBe(170);
  expect(await ledgerRows(it.campaign, A)).toBe(120);
  expect(await tally(it.redis, A)).toEqual({ planned: "120", remaining: "0", "done:granted": "108", "failed:AccessDenied": "12" });
  expect(await run(it)).toMatchObject({ jobsAdded: 0, jobsReplaced: 0, batchesSettled: 0, batchesReopened: 0, mended: [] });
});

test("Redis killed without its data: counters come back from the ledger, jobs only for what is left, and the work goes on", async () => {
  const it = await begin({ batches: { [A]: 20 } });
  await run(it);
  const refs = await it.campaign.refs(A);
  for (const ref of refs.slice(0, 8)) await createLedger(it.campaign.store, ref, await rowsOf(it.campaign.store, ref));
  // One in flight, half done; that half is lost with Redis.
  const hold = await new RedisCheckpoints(it.redis).claim(refs[9] as (typeof refs)[0], "t", "w");
  await hold.note((await rowsOf(it.campaign.store, refs[9] as (typeof refs)[0])).slice(0, 5).map((row, index) => ({ index, row })));

  await server.kill({ withData: true });
  await it.redis.ensureRunning();
  expect(await needsReconcile(it.redis, it.campaign.plan)).toBe(true);
  expect(await run(it)).toMatchObject({ rebuilt: true, jobsAdded: 12, batchesSettled: 8, mended: [] });
  expect(await tally(it.redis, A)).toEqual({ planned: "200", remaining: "120", "done:granted": "80" });
  work(it.redis, it.campaign, [A]);
  await until("nothing remains", async () => (await tally(it.redis, A)).remaining === "0");
  expect(await ledgerRows(it.campaign, A)).toBe(200);
});

test("Redis killed with its data kept: nothing needs to be rebuilt, and what was noted is still noted", async () => {
  const it = await begin({ batches: { [A]: 4 } });
  await run(it);
  const [ref] = await it.campaign.refs(A);
  if (ref === undefined) throw new Error("no batch");
  const rows = await rowsOf(it.campaign.store, ref);
  const checkpoints = new RedisCheckpoints(it.redis);
  await (await checkpoints.claim(ref, "t1", "w")).note(rows.slice(0, 5).map((row, index) => ({ index, row })));
  await server.kill();
  await it.redis.ensureRunning();
  expect(await needsReconcile(it.redis, it.campaign.plan)).toBe(false);
  expect(await run(it)).toMatchObject({ rebuilt: false, jobsAdded: 0, mended: [] });
  expect((await checkpoints.claim(ref, "t2", "w")).finished.size).toBe(5);
});

test("workers that live through the death of Redis go on by themselves, with its data kept and with its data lost", async () => {
  const it = await begin({ batches: { [A]: 30, [B]: 1 } });
  await run(it);
  work(it.redis, it.campaign, [A]);
  await until("some work is done", async () => Number((await tally(it.redis, A)).remaining) < 250);
  await server.kill();
  await it.redis.ensureRunning();
  await until("more work is done", async () => Number((await tally(it.redis, A)).remaining) < 150);
  await server.kill({ withData: true });
  await it.redis.ensureRunning();
  expect((await run(it)).rebuilt).toBe(true);
  await until("nothing remains", async () => (await tally(it.redis, A)).remaining === "0");
  // What was queued later reaches workers that were idle when Redis died.
  work(it.redis, it.campaign, [B]);
  await until("nothing remains", async () => (await tally(it.redis, B)).remaining === "0");
  expect(await ledgerRows(it.campaign, A)).toBe(300);
  expect((await run(it)).mended).toEqual([]);
  expect(await tally(it.redis, A)).toEqual({ planned: "300", remaining: "0", "done:granted": "300" });
});

test("killed in the middle of adding jobs, it leaves no epoch; run again, every batch has exactly one job", async () => {
  const it = await begin({ batches: { [A]: 800 }, rows: 1 });
  const program = fileURLToPath(new URL("./fixtures/reconcile.ts", import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ["--conditions=development", program, server.folder, it.campaign.config.store], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const wait = `${QUEUE_PREFIX}:${queueName(it.redis.campaign, A)}:wait`;
  const redis = it.redis.connection("command");
  while ((await redis.llen(wait)) < 250) await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill("SIGKILL");
  await ended;
  const cut = await redis.llen(wait);
  expect(cut).toBeLessThan(800);
  expect(await needsReconcile(it.redis, it.campaign.plan)).toBe(true);

  expect(await run(it)).toMatchObject({ rebuilt: true, jobsAdded: 800 - cut, mended: [] });
  const ids = await jobs(it.redis, A, "wait");
  expect(ids).toHaveLength(800);
  expect(new Set(ids).size).toBe(800);
  expect(await tally(it.redis, A)).toEqual({ planned: "800", remaining: "800" });
});

test("two that reconcile at once, beside workers, disturb nobody", async () => {
  const it = await begin({ batches: { [A]: 60 } });
  const worker = work(it.redis, it.campaign, [A]);
  const reports = await Promise.all([run(it), run(it), run(it)]);
  for (const report of reports) expect(report.mended).toEqual([]);
  for (let i = 0; i < 5; i++) expect((await run(it)).mended).toEqual([]);
  await until("nothing remains", async () => (await tally(it.redis, A)).remaining === "0");
  expect(new Set(worker.worked).size).toBe(worker.worked.length);
  expect(await ledgerRows(it.campaign, A)).toBe(600);
  expect(await tally(it.redis, A)).toEqual({ planned: "600", remaining: "0", "done:granted": "600" });
});

test("jobs that ended without a ledger file are made again", async () => {
  const it = await begin({ batches: { [A]: 3 } });
  await run(it);
  const queues = openQueues(it.redis, [A]);
  const { Worker } = await import("bullmq");
  const { workerOptions } = await import("../src/index.ts");
  const worker = new Worker(
    queueName(it.redis.campaign, A),
    () => Promise.resolve(undefined),
    workerOptions(it.redis.connection("worker"), 1),
  );
  const running = worker.run();
  await until("all jobs claim to be done", async () => (await queues.get(A).getCompletedCount()) === 3);
  await worker.close();
  await running;
  expect(await run(it)).toMatchObject({ jobsAdded: 0, jobsReplaced: 3 });
  expect(await jobs(it.redis, A, "wait")).toHaveLength(3);
  expect(await jobs(it.redis, A, "completed", "failed")).toHaveLength(0);
  await queues.close();
});

test("a ledger file that somebody removed puts its batch to work again", async () => {
  const it = await begin({ batches: { [A]: 2 } });
  await run(it);
  const worker = work(it.redis, it.campaign, [A]);
  await until("nothing remains", async () => (await tally(it.redis, A)).remaining === "0");
  await until("both jobs are over", async () => (await jobs(it.redis, A, "completed")).length === 2);
  const [ref] = await it.campaign.refs(A);
  if (ref === undefined) throw new Error("no batch");
  await it.campaign.store.remove(ledgerPath(ref));
  const report = await run(it);
  expect(report).toMatchObject({ batchesReopened: 1, jobsReplaced: 1 });
  expect(report.mended).toEqual([expect.stringContaining(`batch ${batchId(ref)} counted as finished but has no ledger file`)]);
  await until("nothing remains", async () => (await tally(it.redis, A)).remaining === "0");
  expect(worker.worked).toHaveLength(30);
});

test("a ledger file whose counters were lost, or were another's, is followed", async () => {
  const it = await begin({ batches: { [A]: 3 } });
  await run(it);
  const [first, second] = await it.campaign.refs(A);
  if (first === undefined || second === undefined) throw new Error("no batch");
  // A worker noted and wrote, and was killed before it could finish.
  const hold = await new RedisCheckpoints(it.redis).claim(first, "t", "w");
  const rows = await rowsOf(it.campaign.store, first);
  await hold.note(rows.map((row, index) => ({ index, row })));
  await createLedger(it.campaign.store, first, rows);
  // And one noted results that differ from the file another one had written.
  const late = await new RedisCheckpoints(it.redis).claim(second, "t", "w");
  await late.note(rows.slice(0, 4).map((row, index) => ({ index, row })));
  await createLedger(it.campaign.store, second, await rowsOf(it.campaign.store, second, () => "vanished"));
  expect(await run(it)).toMatchObject({ batchesSettled: 2, mended: [] });
  expect(await tally(it.redis, A)).toEqual({ planned: "30", remaining: "10", "done:granted": "10", "done:vanished": "10" });
  // The holder learns that its batch is finished, and that it may not write.
  expect(await late.note([])).toBe("fenced");
  expect(await hold.finish()).toBe("finished");
});

test("counters that were tampered with are mended, and it says so", async () => {
  const it = await begin({ batches: { [A]: 2 } });
  await run(it);
  const keys = campaignKeys(it.redis.campaign);
  await it.redis.connection("command").hset(keys.tally(A), { remaining: 7, "failed:Ghost": 3 });
  const { mended } = await run(it);
  expect(mended.sort()).toEqual([
    `account ${A}: the counter failed:Ghost said 3, its batches say 0; it does now`,
    `account ${A}: the counter remaining said 7, its batches say 20; it does now`,
  ]);
  expect(await tally(it.redis, A)).toEqual({ planned: "20", remaining: "20" });
});

test("a retry puts failed objects to work once, survives the loss of Redis, and is answered by the ledger", async () => {
  const it = await begin({ batches: { [A]: 4, [B]: 1 } });
  await run(it);
  const fate = (ref: { rowGroup: number }, index: number, retry: number): "granted" | { code: string } =>
    retry === 0 && ref.rowGroup < 2 && index < 2 ? { code: index === 0 ? "AccessDenied" : "SlowDown" } : "granted";
  const worker = work(it.redis, it.campaign, [A], fate);
  await until("nothing remains", async () => (await tally(it.redis, A)).remaining === "0");
  await worker.stop();

  const progress = await openProgress({ redis: it.redis, store: it.campaign.store, plan: it.campaign.plan, config: it.campaign.config });
  expect(await progress.control.retry({ code: "NoSuchKey" })).toBe(0);
  expect(await progress.control.retry({ code: "AccessDenied" })).toBe(2);
  expect(await progress.control.retry({ code: "AccessDenied" })).toBe(0);
  expect(await progress.control.retry({})).toBe(2);
  expect((await jobs(it.redis, A, "wait")).sort()).toEqual([1, 2].flatMap((n) => [0, 1].map((g) => `b-${A}-00000-00${g}-r${n}`)).sort());

  await server.kill({ withData: true });
  await it.redis.ensureRunning();
  // Both requests together, under the newest number.
  expect(await run(it)).toMatchObject({ rebuilt: true, retryJobsAdded: 2, batchesSettled: 4, jobsAdded: 1 });
  const again = work(it.redis, it.campaign, [A], fate);
  await until("nothing failed", async () => (await tally(it.redis, A))["done:granted"] === "40");
  expect(again.worked).toHaveLength(4);
  expect(await tally(it.redis, A)).toEqual({ planned: "40", remaining: "0", "done:granted": "40" });
  await until("their jobs are over", async () => (await jobs(it.redis, A, "wait", "active")).length === 0);
  expect(await run(it)).toMatchObject({ retryJobsAdded: 0, mended: [] });
  await progress.close();
});

test("a request that was written but not queued, because its asker was killed, is queued", async () => {
  const it = await begin({ batches: { [A]: 2 } });
  await run(it);
  work(it.redis, it.campaign, [A], (_, index, retry) => (index === 0 && retry === 0 ? "failed" : "granted"));
  await until("nothing remains", async () => (await tally(it.redis, A)).remaining === "0");
  const refs = await it.campaign.refs(A);
  await createRetry(it.campaign.store, {}, refs.map(batchId));
  expect(await run(it)).toMatchObject({ retryJobsAdded: 2 });
  await until("nothing failed", async () => (await tally(it.redis, A))["done:granted"] === "20");
});

test("pauses are what the store says, in both directions", async () => {
  const it = await begin({ batches: { [A]: 1, [B]: 1 } });
  const offline = storeOnlyControl(it.campaign.store, it.campaign.plan, it.campaign.config);
  const pause = { by: "breaker" as const, cause: "AssumeRole denied; mend the trust policy", at: 1_764_000_000_000 };
  await offline.pause(A, pause);
  await run(it);
  const queues = openQueues(it.redis, [A, B]);
  const keys = campaignKeys(it.redis.campaign);
  expect(await queues.get(A).isPaused()).toBe(true);
  expect(await queues.get(B).isPaused()).toBe(false);
  expect(JSON.parse((await it.redis.connection("command").hget(keys.pauses, A)) as string)).toEqual(pause);
  await offline.resume(undefined);
  await run(it);
  expect(await queues.get(A).isPaused()).toBe(false);
  expect(await it.redis.connection("command").hlen(keys.pauses)).toBe(0);
  await queues.close();
});

test("results of another plan are refused by name", async () => {
  const it = await begin({ batches: { [A]: 2 } });
  const [ref] = await it.campaign.refs(A);
  if (ref === undefined) throw new Error("no batch");
  const stranger = { ...ref, rowGroup: 77 };
  await createLedger(it.campaign.store, stranger, await rowsOf(it.campaign.store, ref));
  await expect(run(it)).rejects.toThrow(/00000-077.parquet belongs to no batch of the plan.*store of its own/s);
  expect(await needsReconcile(it.redis, it.campaign.plan)).toBe(true);
});

test("a plan that was made again after work had begun is refused, and the old one's Redis is left as it was", async () => {
  const it = await begin({ batches: { [A]: 2 } });
  await run(it);
  for (const ref of await it.campaign.refs(A)) await createLedger(it.campaign.store, ref, await rowsOf(it.campaign.store, ref));
  const again = await begin({
    name: it.redis.campaign,
    batches: { [A]: 3 },
    folder: it.campaign.config.store,
    plannedAt: "2026-10-05T00:00:00Z",
  });
  await expect(run(again)).rejects.toThrow(/work was done on another plan than the one that is there now/);
  expect(await jobs(it.redis, A, "wait")).toHaveLength(2);
});

test("a part that is missing is named", async () => {
  const it = await begin({ batches: { [A]: 2 } });
  await it.campaign.store.remove(`plan/account=${A}/part-00000.parquet`);
  await expect(run(it)).rejects.toThrow(/part-00000.parquet is missing, although plan.json counts it/);
});

test("a new plan in the same store takes the old one's place; a namesake in another store is refused", async () => {
  const it = await begin({ batches: { [A]: 3 } });
  await run(it);
  const replanned = await begin({
    name: it.redis.campaign,
    batches: { [B]: 2 },
    folder: it.campaign.config.store,
    plannedAt: "2026-10-05T00:00:00Z",
  });
  expect(await run(replanned)).toMatchObject({ rebuilt: true, jobsAdded: 2 });
  expect(await jobs(it.redis, A, "wait")).toEqual([]);
  expect(await tally(it.redis, A)).toEqual({});

  const namesake = await begin({ name: it.redis.campaign, batches: { [A]: 1 }, plannedAt: "2026-10-06T00:00:00Z" });
  await expect(run(namesake)).rejects.toThrow(/holds another campaign named .* whose store is .*Rename one of the two/s);

  await new RedisCheckpoints(it.redis).seen({ id: "h/1", host: "h", pid: 1, startedAt: Date.now(), batchesInFlight: 1 });
  const third = await begin({
    name: it.redis.campaign,
    batches: { [B]: 2 },
    folder: it.campaign.config.store,
    plannedAt: "2026-10-07T00:00:00Z",
  });
  await expect(run(third)).rejects.toThrow(/on which h\/1 still work/);
});
