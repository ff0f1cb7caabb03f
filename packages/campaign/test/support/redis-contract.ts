// What every Redis must do for a campaign, whoever runs it: the same sentences for a server by URL and for a container.
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CampaignRedis, campaignKeys, needsReconcile, openProgress, openRedis, reconcile } from "../../src/index.ts";
import { A, B, ledgerRows, planCampaign, startWorkers, type TestCampaign, until } from "./campaign.ts";

export interface ContractTarget {
  url(): string;
  /** What openRedis warned of. */
  readonly warnings: string[];
}

/** Registers the tests; the target must run from `beforeAll` on. */
export function redisContract(target: ContractTarget): void {
  let campaign: TestCampaign;
  let redis: CampaignRedis;
  beforeAll(async () => {
    campaign = await planCampaign({ name: `contract-${process.pid}`, batches: { [A]: 20, [B]: 10 } });
    const log = { info: (): void => undefined, warn: (sentence: string): void => void target.warnings.push(sentence) };
    redis = await openRedis({ redis: target.url(), store: campaign.config.store, campaign: campaign.config.campaign }, log);
  });
  afterAll(async () => {
    await redis?.stop();
    await campaign?.remove();
  });

  const tally = () => redis.connection("command").hgetall(campaignKeys(redis.campaign).tally(A));

  test("it is opened by its URL, and named without secrets", async () => {
    expect(redis.kind).toBe("url");
    expect(await redis.roundTripMs()).toBeGreaterThan(0);
    expect(redis.describe()).toMatch(/^Redis at redis:\/\/[^@]*$/);
  });

  test("a campaign is queued, and loses nothing when Redis loses everything in the middle of the work", async () => {
    expect((await reconcile(redis, campaign.store, campaign.plan, campaign.config)).jobsAdded).toBe(30);
    const first = startWorkers(redis, campaign, [A]);
    await until("some work is done", async () => Number((await tally()).remaining) < 150);
    const other = new Redis(target.url());
    await other.flushall();
    other.disconnect();
    await first.stop();
    expect(await needsReconcile(redis, campaign.plan)).toBe(true);
    expect((await reconcile(redis, campaign.store, campaign.plan, campaign.config)).rebuilt).toBe(true);

    const second = startWorkers(redis, campaign, [A, B]);
    const progress = await openProgress({ redis, store: campaign.store, plan: campaign.plan, config: campaign.config });
    await until("nothing remains", async () => (await progress.view.snapshot()).remaining === 0);
    await second.stop();
    const snapshot = await progress.view.snapshot();
    expect(snapshot).toMatchObject({ state: "finished", planned: 300, done: { granted: 300 }, failed: {}, remaining: 0 });
    expect(snapshot.banner).toBeUndefined();
    expect(await ledgerRows(campaign, A)).toBe(200);
    expect(await ledgerRows(campaign, B)).toBe(100);
    await progress.close();
  });
}
