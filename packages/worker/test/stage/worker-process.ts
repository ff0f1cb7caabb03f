// One worker in a process of its own, to be killed: reads what makeCampaign made, works until it is told to stop.
import { openSession } from "@quitclaim/aws";
import {
  type CampaignConfig,
  openLocalStore,
  openProgress,
  openRedis,
  type PlanSummary,
  RedisCheckpoints,
  readJson,
} from "@quitclaim/campaign";
import { startWorker } from "../../src/start.ts";

interface Order {
  readonly config: CampaignConfig;
  readonly owner: { readonly accessKeyId: string; readonly secretAccessKey: string };
}
const order = JSON.parse(process.argv[2] as string) as Order;
const { config } = order;
const quiet = { info: (): void => undefined, warn: (): void => undefined };
const store = await openLocalStore(config.store);
const plan = await readJson<PlanSummary>(store, "plan/plan.json");
if (plan === undefined) throw new Error("no plan");
const redis = await openRedis({ redis: config.redis, store: config.store, campaign: config.campaign }, quiet);
const progress = await openProgress({ redis, store, plan, config });
const sts = { region: config.bucket.region, endpoint: config.bucket.endpoint ?? "" };
const base = openSession({ kind: "keys", ...order.owner }, sts);
const worker = await startWorker({
  config,
  store,
  redis,
  checkpoints: new RedisCheckpoints(redis),
  control: progress.control,
  feed: progress.feed,
  plan,
  sessions: {
    owner: base,
    of: (account) => {
      if (account.credentials.kind !== "role") throw new Error("a role was expected");
      return openSession({ kind: "role", roleArn: account.credentials.roleArn, sessionName: "quitclaim-test", base }, sts);
    },
  },
  onEvent: (event) => process.connected && process.send?.(event),
});
process.on("message", (how) => {
  void worker.stop(how === "now" ? "now" : "drain").then(async () => {
    await progress.close();
    await redis.stop({ server: false });
    process.disconnect();
  });
});
