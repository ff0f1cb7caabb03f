// What a person sees of a campaign: over Redis and from the store alone, the same totals; and what a person can tell it.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  type AccountId,
  batchId,
  type CampaignProgress,
  type CampaignRedis,
  campaignKeys,
  createLedger,
  jsonBytes,
  openProgress,
  openQueues,
  RedisCheckpoints,
  reconcile,
  statusJson,
  storeOnlyControl,
  storeOnlyView,
  sum,
} from "../src/index.ts";
import { A, B, planCampaign, rowsOf, startWorkers, type TestCampaign, until } from "./support/campaign.ts";
import { startTestRedis, type TestRedis } from "./support/redis.ts";

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.close());

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Stage {
  readonly campaign: TestCampaign;
  readonly redis: CampaignRedis;
  readonly progress: CampaignProgress;
  readonly checkpoints: RedisCheckpoints;
}

let named = 0;
async function stage(batches: Readonly<Record<string, number>>): Promise<Stage> {
  const name = `p${++named}`;
  const campaign = await planCampaign({ name, batches });
  cleanups.push(() => campaign.remove());
  const redis = server.campaign(name);
  await reconcile(redis, campaign.store, campaign.plan, campaign.config);
  const progress = await openProgress({ redis, store: campaign.store, plan: campaign.plan, config: campaign.config });
  cleanups.push(() => progress.close());
  return { campaign, redis, progress, checkpoints: new RedisCheckpoints(redis) };
}

const beat = { id: "h/1", host: "h", pid: 1, startedAt: 1_764_000_000_000, batchesInFlight: 1 };

test("a campaign nobody works on is planned, and its snapshot holds the plan's figures", async () => {
  const { progress, campaign } = await stage({ [A]: 2, [B]: 1 });
  const snapshot = await progress.view.snapshot();
  expect(snapshot).toMatchObject({
    campaign: campaign.plan.campaign,
    bucket: "lake",
    owner: "111122223333",
    state: "planned",
    planned: 30,
    remaining: 30,
    held: 3,
    done: {},
    failed: {},
    ratePerSecond: 0,
    ceilingPerSecond: 3500,
    permittedPerSecond: 3500,
    history: [],
    workers: [],
  });
  expect(snapshot.accounts.map((a) => [a.account, a.name, a.planned, a.held, a.state])).toEqual([
    [A, "name-2222", 20, 1, "waiting"],
    [B, "name-3333", 10, 1, "waiting"],
  ]);
  expect(snapshot.phases.map((p) => `${p.name} ${p.state}`)).toEqual([
    "check waiting",
    "plan done",
    "fence waiting",
    "run waiting",
    "verify waiting",
    "preflight waiting",
    "switch waiting",
  ]);
  expect(snapshot.redisMs).toBeGreaterThan(0);
  expect(snapshot.startedAt).toBeGreaterThan(0);
});

test("while workers hold batches it runs: rates, history, batches in flight, throttling, an object's result before its ledger", async () => {
  const { progress, checkpoints, campaign, redis } = await stage({ [A]: 2 });
  const [ref] = await campaign.refs(A);
  if (ref === undefined) throw new Error("no batch");
  const rows = await rowsOf(campaign.store, ref, (_, index) => (index === 0 ? { code: "SlowDown" } : "granted"));
  const hold = await checkpoints.claim(ref, "t", "h/1");
  await hold.note(rows.slice(0, 5).map((row, index) => ({ index, row })));
  checkpoints.count(A, { requests: 10, throttled: 4, denied: 1 });
  await checkpoints.seen(beat);
  await redis.connection("command").hset(campaignKeys(redis.campaign).limiter, "permitted", "1234.5");

  // Rates look at full seconds only.
  await until("the first second is full", async () => (await progress.view.snapshot()).ratePerSecond > 0);
  const snapshot = await progress.view.snapshot();
  expect(snapshot).toMatchObject({
    state: "running",
    done: { granted: 4 },
    failed: { SlowDown: 1 },
    remaining: 15,
    permittedPerSecond: 1234.5,
    throttledShare: 0.4,
  });
  expect(snapshot.accounts[0]).toMatchObject({ state: "throttled", batchesInFlight: 1, throttledShare: 0.4 });
  expect(snapshot.history.reduce((a, n) => a + n, 0)).toBe(5);
  expect(snapshot.workers).toEqual([expect.objectContaining({ id: "h/1", batchesInFlight: 1 })]);
  expect(snapshot.checkpointAgeMs).toBeGreaterThanOrEqual(0);
  expect(snapshot.phases.find((p) => p.name === "run")?.state).toBe("running");
  expect(await progress.view.batchesInFlight(A)).toEqual([
    { batch: batchId(ref), op: "acl", rows: 10, finished: 5, worker: "h/1", since: expect.any(Number) },
  ]);

  const facts = await progress.view.object(A, batchId(ref), rows[0]?.key ?? "", null);
  expect(facts).toMatchObject({ batch: batchId(ref), plan: { key: rows[0]?.key }, result: { outcome: "failed", code: "SlowDown" } });
  expect((await progress.view.object(A, batchId(ref), rows[7]?.key ?? "", null))?.result).toBeUndefined();
  expect(await progress.view.object(A, batchId(ref), "no such key", null)).toBeUndefined();
});

test("whoever attaches later sees the same rates and history at once", async () => {
  const { progress, checkpoints, campaign, redis } = await stage({ [A]: 1 });
  const [ref] = await campaign.refs(A);
  if (ref === undefined) throw new Error("no batch");
  const hold = await checkpoints.claim(ref, "t", "h/1");
  await hold.note((await rowsOf(campaign.store, ref)).map((row, index) => ({ index, row })));
  await until("a rate is seen", async () => (await progress.view.snapshot()).ratePerSecond > 0);
  const other = await openProgress({ redis, store: campaign.store, plan: campaign.plan, config: campaign.config });
  cleanups.push(() => other.close());
  const [one, two] = [await progress.view.snapshot(), await other.view.snapshot()];
  expect(two.ratePerSecond).toBeGreaterThan(0);
  expect(two.history).toEqual(one.history);
});

test("the store alone tells the same totals as Redis when all is settled, and finds the same failures", async () => {
  const { progress, campaign, redis } = await stage({ [A]: 3, [B]: 2 });
  const worker = startWorkers(redis, campaign, [A, B], (ref, index) =>
    index === 1 ? { code: ref.account === A ? "AccessDenied" : "KMS.AccessDenied" } : index === 2 ? "changed" : "granted",
  );
  cleanups.push(() => worker.stop());
  await until("all is settled", async () => {
    const s = await progress.view.snapshot();
    return s.remaining === 0 && s.accounts.every((a) => a.batchesInFlight === 0);
  });
  const snapshot = await progress.view.snapshot();
  const view = storeOnlyView(campaign.store, campaign.plan, campaign.config);
  const offline = await view.snapshot();
  expect(snapshot.state).toBe("finished");
  const pick = (s: typeof snapshot) => ({
    state: s.state,
    planned: s.planned,
    done: s.done,
    failed: s.failed,
    remaining: s.remaining,
    held: s.held,
    phases: s.phases,
    startedAt: s.startedAt,
    accounts: s.accounts.map(({ account, name, done, failed, remaining, state, plannedByOp }) => ({
      account,
      name,
      done,
      failed,
      remaining,
      state,
      plannedByOp,
    })),
  });
  expect(pick(offline)).toEqual(pick(snapshot));
  expect(offline.redisMs).toBeUndefined();
  expect(snapshot.failed).toEqual({ AccessDenied: 3, "KMS.AccessDenied": 2 });
  expect(sum(snapshot.done) + sum(snapshot.failed)).toBe(50);

  for (const each of [progress.view, view]) {
    const all = await each.failures({ offset: 0, limit: 100 });
    expect(all.total).toBe(10);
    expect(all.rows).toHaveLength(10);
    expect(all.rows[0]).toMatchObject({ account: A, outcome: "failed", code: "AccessDenied", detail: "S3 says no" });
    const page = await each.failures({ offset: 4, limit: 3 });
    expect(page).toEqual({ total: 10, rows: all.rows.slice(4, 7) });
    expect((await each.failures({ account: B, code: "KMS.AccessDenied", offset: 0, limit: 10 })).total).toBe(2);
    expect((await each.failures({ match: "/1/objekt 1", offset: 0, limit: 10 })).rows.map((r) => r.key)).toEqual([
      `${A}/1/objekt 1`,
      `${B}/1/objekt 1`,
    ]);
    expect((await each.failures({ code: "NoSuchKey", offset: 0, limit: 10 })).total).toBe(0);
  }
  const facts = await view.object(A, all0(await view.failures({ offset: 0, limit: 1 })).batch, `${A}/0/objekt 1`, null);
  expect(facts?.result?.code).toBe("AccessDenied");
});

const all0 = <T>(page: { rows: T[] }): T => {
  const [first] = page.rows;
  if (first === undefined) throw new Error("no row");
  return first;
};

test("pause and resume reach the queue, the store and the screen; a breaker's cause is not overwritten", async () => {
  const { progress, campaign, redis, checkpoints } = await stage({ [A]: 1, [B]: 1 });
  const breaker = { by: "breaker" as const, cause: "AssumeRole denied", at: 1_764_000_000_000 };
  await progress.control.pause(A, breaker);
  await checkpoints.seen(beat);
  let snapshot = await progress.view.snapshot();
  expect(snapshot.state).toBe("running");
  expect(snapshot.accounts.map((a) => a.state)).toEqual(["paused", "waiting"]);
  expect(snapshot.banner).toBe("name-2222 paused since 2025-11-24 16:00 UTC by the breaker: AssumeRole denied");

  await progress.control.pause(undefined, { by: "operator", cause: "paused for the night", at: 1_764_000_100_000 });
  await progress.control.pause(undefined, { by: "operator", cause: "paused again", at: 1_764_000_200_000 });
  snapshot = await progress.view.snapshot();
  expect(snapshot.state).toBe("paused");
  expect(snapshot.accounts.map((a) => a.pause?.cause)).toEqual(["AssumeRole denied", "paused for the night"]);
  expect(snapshot.banner).toMatch(/^2 of 2 accounts paused: name-2222, name-3333/);
  const queues = await openQueues(redis, [A, B]);
  expect(await queues.get(A).isPaused()).toBe(true);
  expect((await storeOnlyView(campaign.store, campaign.plan, campaign.config).snapshot()).state).toBe("paused");

  await progress.control.resume(A);
  expect(await queues.get(A).isPaused()).toBe(false);
  await progress.control.resume(undefined);
  await progress.control.resume(undefined);
  snapshot = await progress.view.snapshot();
  expect(snapshot.accounts.every((a) => a.pause === undefined)).toBe(true);
  expect(snapshot.banner).toBeUndefined();
  await queues.close();
});

test("an account that is not of the campaign is refused by name", async () => {
  const { progress } = await stage({ [A]: 1 });
  const stranger = "999999999999" as AccountId;
  await expect(progress.control.pause(stranger, { by: "operator", cause: "x", at: 0 })).rejects.toThrow(
    /account 999999999999 is not of this campaign; it has 222233334444/,
  );
});

test("a stop request and a ceiling reach whoever polls; the ceiling outlives Redis", async () => {
  const { progress, redis, campaign, checkpoints } = await stage({ [A]: 1 });
  expect(await progress.feed.read()).toEqual({});
  await progress.control.setCeiling(900);
  await progress.control.requestStop("anna on laptop");
  await checkpoints.seen(beat);
  expect(await progress.feed.read()).toEqual({ stop: { at: expect.any(Number), by: "anna on laptop" }, ceilingPerSecond: 900 });
  const snapshot = await progress.view.snapshot();
  expect(snapshot).toMatchObject({ state: "draining", ceilingPerSecond: 900, permittedPerSecond: 900 });
  expect(snapshot.banner).toContain("asked by anna on laptop");
  await progress.feed.clearStop();
  expect((await progress.feed.read()).stop).toBeUndefined();
  await expect(progress.control.setCeiling(0)).rejects.toThrow(/positive number/);

  await redis.connection("command").flushall();
  await reconcile(redis, campaign.store, campaign.plan, campaign.config);
  expect((await progress.feed.read()).ceilingPerSecond).toBe(900);
  expect((await storeOnlyView(campaign.store, campaign.plan, campaign.config).snapshot()).ceilingPerSecond).toBe(900);
});

test("a Redis that came back empty shows the ledger's figures and says so", async () => {
  const { progress, redis, campaign } = await stage({ [A]: 2 });
  const [ref] = await campaign.refs(A);
  if (ref === undefined) throw new Error("no batch");
  await createLedger(campaign.store, ref, await rowsOf(campaign.store, ref));
  await redis.connection("command").flushall();
  const snapshot = await progress.view.snapshot();
  expect(snapshot).toMatchObject({ done: { granted: 10 }, remaining: 10 });
  expect(snapshot.banner).toMatch(/Redis came back empty/);
});

test("phases are read from the files that each command leaves", async () => {
  const { campaign } = await stage({ [A]: 1 });
  const { store, plan, config } = campaign;
  await store.write("check.json", jsonBytes({ at: 1 }));
  await store.write("cutover/fence.json", jsonBytes({ state: "lifted" }));
  await store.write("cutover/preflight.json", jsonBytes({ state: "failed" }));
  await store.write("verify.json", jsonBytes({ state: "running" }));
  const view = storeOnlyView(store, plan, config);
  expect((await view.snapshot()).phases.map((p) => p.state)).toEqual([
    "done",
    "done",
    "waiting",
    "waiting",
    "running",
    "failed",
    "waiting",
  ]);
  await store.write("cutover/switch.json", jsonBytes({ state: "switched" }));
  expect(await view.snapshot()).toMatchObject({ state: "switched" });
  await store.write("cutover/switch.json", jsonBytes({ state: "rolled-back" }));
  expect((await view.snapshot()).state).toBe("planned");
});

test("without Redis, a retry is asked for in the store and counted once", async () => {
  const { campaign } = await stage({ [A]: 2 });
  const { store, plan, config } = campaign;
  for (const ref of await campaign.refs(A))
    await createLedger(store, ref, await rowsOf(store, ref, (_, i) => (i < 3 ? "failed" : "granted")));
  const control = storeOnlyControl(store, plan, config);
  expect(await control.retry({ account: A })).toBe(6);
  expect(await control.retry({ account: A })).toBe(0);
});

test("status --json has the design's names", async () => {
  const { progress } = await stage({ [A]: 1 });
  const json = statusJson(await progress.view.snapshot());
  expect(json).toMatchObject({ state: "planned", planned: 10, done: {}, failed: {}, remaining: 10, ratePerSecond: 0 });
  expect(json.accounts[A]).toMatchObject({ planned: 10, done: {}, failed: {}, remaining: 10, ratePerSecond: 0, state: "waiting" });
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
});
