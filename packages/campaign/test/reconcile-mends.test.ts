// Reconcile where Redis and the store disagree: what it mends, what it puts back, and what it refuses.
import { Worker } from "bullmq";
import { expect, test } from "vitest";
import { createRetry } from "../src/control/retries.ts";
import {
  batchId,
  campaignKeys,
  createLedger,
  ledgerPath,
  needsReconcile,
  openProgress,
  openQueues,
  queueName,
  RedisCheckpoints,
  storeOnlyControl,
  workerOptions,
} from "../src/index.ts";
import { A, B, rowsOf, until } from "./support/campaign.ts";
import { begin, jobs, killRedis, run, tally, withTestRedis, work } from "./support/reconciling.ts";

withTestRedis();

test("jobs that ended without a ledger file are made again", async () => {
  const it = await begin({ batches: { [A]: 3 } });
  await run(it);
  const queues = await openQueues(it.redis, [A]);
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

  await killRedis({ withData: true });
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
  const queues = await openQueues(it.redis, [A, B]);
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
