// Redis rebuilt from the store: after every loss, and after every half-finished rebuilding.
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { QueueEvents } from "bullmq";
import { expect, test } from "vitest";
import { createLedger, jobId, needsReconcile, openQueues, parseJob, QUEUE_PREFIX, queueName, RedisCheckpoints } from "../src/index.ts";
import { A, B, ledgerRows, rowsOf, until } from "./support/campaign.ts";
import { begin, jobs, killRedis, run, serverFolder, tally, withTestRedis, work } from "./support/reconciling.ts";

withTestRedis();

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

  const queues = await openQueues(it.redis, [A]);
  const job = await queues.get(A).getJob(ids[0] as string);
  expect(parseJob(job?.data)).toMatchObject({ campaign: it.redis.campaign, retry: 0, ref: { account: A, rows: 10, op: "acl" } });
  expect(job?.opts).toMatchObject({ attempts: 5, sizeLimit: 500 });
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

  await killRedis({ withData: true });
  await it.redis.ensureRunning();
  expect(await needsReconcile(it.redis, it.campaign.plan)).toBe(true);
  expect(await run(it)).toMatchObject({ rebuilt: true, jobsAdded: 12, batchesSettled: 8, mended: [] });
  expect(await tally(it.redis, A)).toEqual({ planned: "200", remaining: "120", "done:granted": "80" });
  const worker = work(it.redis, it.campaign, [A]);
  await until("nothing remains", async () => (await tally(it.redis, A)).remaining === "0");
  // A batch's rows are noted before its ledger file is written.
  await worker.stop();
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
  await killRedis();
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
  await killRedis();
  await it.redis.ensureRunning();
  await until("more work is done", async () => Number((await tally(it.redis, A)).remaining) < 150);
  await killRedis({ withData: true });
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
  const child: ChildProcess = spawn(process.execPath, ["--conditions=development", program, serverFolder(), it.campaign.config.store], {
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
  // A batch's rows are noted before its ledger file is written.
  await worker.stop();
  expect(new Set(worker.worked).size).toBe(worker.worked.length);
  expect(await ledgerRows(it.campaign, A)).toBe(600);
  expect(await tally(it.redis, A)).toEqual({ planned: "600", remaining: "0", "done:granted": "600" });
});
