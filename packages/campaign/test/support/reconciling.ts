// A campaign and its Redis for tests of reconcile; register once in a test file.
import { afterAll, afterEach, beforeAll } from "vitest";
import { type AccountId, type CampaignRedis, campaignKeys, openQueues, type ReconcileReport, reconcile } from "../../src/index.ts";
import { type Fate, planCampaign, type Shape, startWorkers, type TestCampaign, type TestWorker } from "./campaign.ts";
import { startTestRedis, type TestRedis } from "./redis.ts";

export interface Begun {
  readonly campaign: TestCampaign;
  readonly redis: CampaignRedis;
}

let server: TestRedis;
const campaigns: TestCampaign[] = [];
const workers: TestWorker[] = [];
let named = 0;

export function withTestRedis(): void {
  beforeAll(async () => {
    server = await startTestRedis();
  });
  afterAll(() => server.close());
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.stop();
    for (const campaign of campaigns.splice(0)) await campaign.remove();
  });
}

export const serverFolder = (): string => server.folder;
export const killRedis = (options?: { withData?: boolean }): Promise<void> => server.kill(options);

export async function begin(shape: Omit<Shape, "name"> & { name?: string }): Promise<Begun> {
  const name = shape.name ?? `r${++named}`;
  const campaign = await planCampaign({ ...shape, name });
  campaigns.push(campaign);
  return { campaign, redis: server.campaign(name) };
}

export const run = ({ campaign, redis }: Begun): Promise<ReconcileReport> =>
  reconcile(redis, campaign.store, campaign.plan, campaign.config);

export async function jobs(
  redis: CampaignRedis,
  account: AccountId,
  ...states: ("wait" | "completed" | "failed" | "active")[]
): Promise<string[]> {
  const queues = await openQueues(redis, [account]);
  const ids = await queues.get(account).getRanges(states, 0, -1);
  await queues.close();
  return ids;
}

export const tally = (redis: CampaignRedis, account: AccountId): Promise<Record<string, string>> =>
  redis.connection("command").hgetall(campaignKeys(redis.campaign).tally(account));

/** Workers that the end of the test stops. */
export function work(redis: CampaignRedis, campaign: TestCampaign, accounts: readonly AccountId[], fate?: Fate): TestWorker {
  const worker = startWorkers(redis, campaign, accounts, fate);
  workers.push(worker);
  return worker;
}
