// What the whole worker costs: objects a second through job, plan, limiter, signed call, checkpoint and ledger, against the same signed calls in a
// bare loop: same client, same concurrency, same server in another process, taking turns within one run. Prints the ratios, and one JSON line.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leanObjectCalls, openSession, openWire } from "@quitclaim/aws";
import {
  accountId,
  type CampaignConfig,
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

const rounds = Number(process.env.QC_BENCH_ROUNDS ?? 5);
const objects = Number(process.env.QC_BENCH_OBJECTS ?? 40_000);
const batchRows = 1_000;
const concurrency = 64;
const bucket = "data-lake-prod";
const owner = accountId("111122223333");
const account = accountId("222233334444");
const ownerCanonical = canonicalId("b".repeat(64));
const canonical = canonicalId("a".repeat(64));

const server = fork(new URL("./worker-server.fixture.ts", import.meta.url), [account, canonical], {
  stdio: ["ignore", "pipe", "inherit", "ipc"],
});
const [line] = (await once(server.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
const endpoint = `http://127.0.0.1:${line.toString().trim()}`;
const target = { region: "eu-central-1", endpoint, forcePathStyle: true };
const session = openSession(
  {
    kind: "keys",
    accessKeyId: "ASIAEXAMPLEEXAMPLE00",
    secretAccessKey: "secret/secret/secret/secret/secret",
    sessionToken: "t".repeat(700),
  },
  { region: target.region, endpoint },
);

const rows: PlanRow[] = Array.from({ length: objects }, (_, n) => ({
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
}));

interface Figure {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

async function measured(work: () => Promise<void>): Promise<Figure> {
  const cpu = process.cpuUsage();
  const from = performance.now();
  await work();
  const seconds = (performance.now() - from) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: objects / seconds, cpuMicros: (user + system) / objects };
}

async function bare(): Promise<Figure> {
  const wire = openWire(target, { connections: concurrency });
  const calls = leanObjectCalls(wire, { session, expectedBucketOwner: owner });
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let row = rows[next++]; row !== undefined; row = rows[next++]) {
      const answer = await calls.putObjectAcl({ bucket, key: row.key, versionId: row.versionId ?? "" }, "bucket-owner-full-control");
      if (!answer.ok) throw new Error(answer.message);
    }
  };
  const figure = await measured(async () => {
    await Promise.all(Array.from({ length: concurrency }, lane));
  });
  await wire.close();
  return figure;
}

let campaigns = 0;

async function wholeWorker(): Promise<Figure> {
  const folder = await mkdtemp(join(tmpdir(), "qc-bench-"));
  const campaign = `bench-${campaigns++}`;
  const store = await openLocalStore(folder);
  const plan = await writePlan(campaign);
  const config = configOf(campaign, folder);
  const quiet = { info: (): void => undefined, warn: (): void => undefined };
  const redis = await openRedis({ redis: "embedded", store: folder, campaign }, quiet);
  await reconcile(redis, store, plan, config);
  const progress = await openProgress({ redis, store, plan, config });
  let finished = 0;
  let over: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    over = resolve;
  });
  try {
    let worker: Awaited<ReturnType<typeof startWorker>> | undefined;
    const figure = await measured(async () => {
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
          if (finished === objects) over();
        },
      });
      await all;
    });
    await worker?.stop("drain");
    return figure;
  } finally {
    await progress.close();
    await redis.stop({ server: true });
    await rm(folder, { recursive: true, force: true });
  }

  async function writePlan(name: string): Promise<PlanSummary> {
    const writer = new PlanWriter(store, account);
    for (let at = 0; at < rows.length; at += batchRows) await writer.add(rows.slice(at, at + batchRows));
    const counts = { ...emptyCounts(), rows: rows.length, planned: { acl: rows.length } };
    const summary: PlanSummary = {
      ...counts,
      version: 1,
      campaign: name,
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

function configOf(campaign: string, folder: string): CampaignConfig {
  return {
    file: join(folder, "campaign.yaml"),
    campaign,
    bucket: {
      name: bucket,
      owner,
      credentials: { kind: "default" },
      region: target.region,
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
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const middle = (figures: readonly Figure[]): Figure => ({
  perSecond: Math.round(median(figures.map((f) => f.perSecond))),
  cpuMicros: Math.round(median(figures.map((f) => f.cpuMicros))),
});

await bare();
await wholeWorker();
const taken: { bare: Figure[]; worker: Figure[] } = { bare: [], worker: [] };
for (let round = 0; round < rounds; round++) {
  taken.bare.push(await bare());
  taken.worker.push(await wholeWorker());
}
const figures = { bare: middle(taken.bare), worker: middle(taken.worker) };
const ratio = (a: number, b: number): number => Math.round((a / b) * 100) / 100;
const ratios = {
  workerToBareRate: ratio(figures.worker.perSecond, figures.bare.perSecond),
  bareToWorkerCpu: ratio(figures.bare.cpuMicros, figures.worker.cpuMicros),
};
console.error(`PutObjectAcl on ${objects} objects, ${concurrency} in flight, median of ${rounds} rounds`);
for (const [name, f] of Object.entries(figures))
  console.error(`  ${name.padEnd(6)} ${String(f.perSecond).padStart(7)} objects/s  ${String(f.cpuMicros).padStart(5)} us of CPU each`);
console.error(
  `  the whole worker has ${ratios.workerToBareRate} of the bare loop's rate; the bare loop spends ${ratios.bareToWorkerCpu} of its CPU`,
);
console.log(JSON.stringify({ benchmark: "worker", objects, ...ratios, figures }));
server.disconnect();
