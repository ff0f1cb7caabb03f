// A campaign for the bench: a plan of uniform rows in a store of its own, an embedded Redis, and a worker that goes through all of it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSession, type S3Target } from "@quitclaim/aws";
import {
  accountId,
  type CampaignConfig,
  type CampaignRedis,
  canonicalId,
  emptyCounts,
  jsonBytes,
  objectKey,
  openLocalStore,
  openProgress,
  openRedis,
  type PlanRow,
  type PlanSummary,
  PlanWriter,
  RedisCheckpoints,
  reconcile,
  versionId,
} from "@quitclaim/campaign";
import { startWorker } from "@quitclaim/worker";

export const bucket = "data-lake-prod";
export const owner = accountId("111122223333");
export const account = accountId("222233334444");
export const ownerCanonical = canonicalId("b".repeat(64));
export const canonical = canonicalId("a".repeat(64));
export const region = "eu-central-1";

export const targetOf = (endpoint: string): S3Target => ({ region, endpoint, forcePathStyle: true });
export const sessionFor = (endpoint: string): ReturnType<typeof openSession> =>
  openSession(
    {
      kind: "keys",
      accessKeyId: "ASIAEXAMPLEEXAMPLE00",
      secretAccessKey: "secret/secret/secret/secret/secret",
      sessionToken: "t".repeat(700),
    },
    { region, endpoint },
  );

export const planRow = (n: number): PlanRow => ({
  key: objectKey(`raw/2026/10/04/part-${n} of many.parquet`),
  versionId: versionId(`3sL4kqtJlcpXroDTDmJ.rmSpXd3d${n}`),
  isLatest: true,
  size: 1_000,
  etag: "0123456789abcdef0123456789abcdef",
  lastModified: 1_700_000_000_000,
  storageClass: "STANDARD",
  encryption: "SSE-S3",
  owner: canonical,
  op: "acl",
  grants: null,
  formerAcl: `[{"id":"${canonical}","permission":"FULL_CONTROL"}]`,
});

export interface Staged {
  readonly redis: CampaignRedis;
  /** Works through the plan; resolves when every object is on the ledger. `onBatch`: objects that are finished, after each batch. */
  run(onBatch?: (finished: number) => void): Promise<void>;
  close(): Promise<void>;
}

let campaigns = 0;

/** Plans `objects` rows against the server, and fills the queue. */
export async function stage(endpoint: string, objects: number, concurrency: number, batchRows = 1_000): Promise<Staged> {
  const folder = await mkdtemp(join(tmpdir(), "qc-bench-"));
  const campaign = `bench-${campaigns++}`;
  const store = await openLocalStore(folder);
  const plan = await writePlan();
  const config: CampaignConfig = {
    file: join(folder, "campaign.yaml"),
    campaign,
    bucket: {
      name: bucket,
      owner,
      credentials: { kind: "default" },
      region,
      endpoint,
      forcePathStyle: true,
      dialect: "aws",
    },
    inventory: { manifest: "bench" },
    accounts: [{ id: account, name: "bench", credentials: { kind: "default" } }],
    actions: { default: "acl", thirdPartyGrants: "keep", rules: [] },
    limits: { requestsPerSecond: 1_000_000, batchRows, inventoryAgeHours: 72, processes: 1, concurrency },
    store: folder,
    redis: "embedded",
  };
  const quiet = { info: (): void => undefined, warn: (): void => undefined };
  const redis = await openRedis({ redis: "embedded", store: folder, campaign }, quiet);
  await reconcile(redis, store, plan, config);
  const progress = await openProgress({ redis, store, plan, config });
  const session = sessionFor(endpoint);
  let worker: Awaited<ReturnType<typeof startWorker>> | undefined;
  return {
    redis,
    async run(onBatch) {
      let finished = 0;
      let over: () => void = () => undefined;
      const all = new Promise<void>((resolve) => {
        over = resolve;
      });
      worker = await startWorker({
        config,
        store,
        redis,
        checkpoints: new RedisCheckpoints(redis),
        control: progress.control,
        feed: progress.feed,
        plan,
        sessions: { owner: session, of: () => session },
        onEvent: (event) => {
          if (event.kind === "account-paused") throw new Error(event.cause);
          if (event.kind !== "batch-finished") return;
          if (event.failed > 0) throw new Error(`${event.failed} objects failed in ${event.batch}`);
          finished += event.rows;
          onBatch?.(finished);
          if (finished === objects) over();
        },
      });
      await all;
    },
    async close() {
      await worker?.stop("drain");
      await progress.close();
      await redis.stop({ server: true });
      await rm(folder, { recursive: true, force: true });
    },
  };

  async function writePlan(): Promise<PlanSummary> {
    const writer = new PlanWriter(store, account);
    for (let at = 0; at < objects; at += batchRows)
      await writer.add(Array.from({ length: Math.min(batchRows, objects - at) }, (_, n) => planRow(at + n)));
    const counts = { ...emptyCounts(), rows: objects, planned: { acl: objects } };
    const summary: PlanSummary = {
      ...counts,
      version: 1,
      campaign,
      bucket,
      bucketOwner: ownerCanonical,
      switchAlone: 0,
      thirdPartyGrantees: [],
      accounts: { [account]: { ...counts, canonicalId: canonical, name: "bench", ...(await writer.finish()) } },
      unmappedOwners: [],
      forecast: { requests: {}, dollars: 0, hours: 0, batchOperationsDollars: 0 },
      provenance: {
        manifest: "bench",
        manifestMd5: "",
        sourceBucket: bucket,
        fileFormat: "CSV",
        // Newer than every object: what is younger than its report has its ACL read first.
        reportCreated: new Date().toISOString(),
        files: [],
        plannedAt: new Date(0).toISOString(),
        ageHours: 0,
      },
    };
    await store.write("plan/plan.json", jsonBytes(summary));
    return summary;
  }
}
