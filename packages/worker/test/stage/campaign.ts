// A campaign around plan rows: store, plan, Redis, queues and configuration, as `plan` and `run` would leave them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSession } from "@quitclaim/aws";
import {
  type AccountId,
  accountId,
  batchId,
  type CampaignConfig,
  type CampaignQueues,
  type CampaignRedis,
  type CampaignStore,
  type CanonicalId,
  emptyCounts,
  jsonBytes,
  openLocalStore,
  openProgress,
  openQueues,
  openRedis,
  type Pause,
  type PlanRow,
  type PlanSummary,
  PlanWriter,
  type ProgressSnapshot,
  RedisCheckpoints,
  type ResultRow,
  type RetrySelection,
  readLedger,
  reconcile,
} from "@quitclaim/campaign";
import type { Sandbox } from "@quitclaim/sandbox";
import type { WorkerEvent } from "../../src/event.ts";
import { type RunningWorker, startWorker, type WorkerSessions } from "../../src/start.ts";
import { owner } from "./bucket.ts";

export const quiet = { info: (): void => undefined, warn: (): void => undefined };

export interface Work {
  readonly account: string;
  readonly rows: readonly PlanRow[];
  readonly batchRows?: number;
}

export interface CampaignChoice {
  readonly bucket: string;
  readonly work: readonly Work[];
  readonly requestsPerSecond?: number;
  readonly concurrency?: number;
  readonly kmsKey?: string;
  readonly reportCreated?: Date;
  /** Of S3, where it is not the sandbox's own. */
  readonly endpoint?: string;
  readonly sessions?: (usual: WorkerSessions) => WorkerSessions;
  readonly reencryptFallback?: "copy" | "hold";
  readonly thirdPartyGrants?: "keep" | "drop";
  /** Accounts whose role the configuration names; the others sign with their own keys. Default: all. */
  readonly config?: Partial<CampaignConfig>;
}

export interface TestCampaign {
  readonly folder: string;
  readonly config: CampaignConfig;
  readonly plan: PlanSummary;
  readonly store: CampaignStore;
  readonly redis: CampaignRedis;
  readonly queues: CampaignQueues;
  readonly checkpoints: RedisCheckpoints;
  readonly events: WorkerEvent[];
  readonly pauses: Map<AccountId, Pause>;
  resume(account: AccountId): Promise<void>;
  retry(selection: RetrySelection): Promise<number>;
  /** As the dashboard's + and - do. */
  setCeiling(requestsPerSecond: number): Promise<void>;
  snapshot(): Promise<ProgressSnapshot>;
  work(): Promise<RunningWorker>;
  /** Resolves when every batch has its ledger file and its job is over. */
  finished(): Promise<void>;
  /** Every ledger row, in plan order. */
  ledger(account: string): Promise<ResultRow[]>;
  close(): Promise<void>;
}

export function sessionsOf(sandbox: Sandbox, campaign: string): WorkerSessions {
  const sts = { region: sandbox.region, endpoint: sandbox.endpoint };
  const { accessKeyId, secretAccessKey } = owner(sandbox);
  const base = openSession({ kind: "keys", accessKeyId, secretAccessKey }, sts);
  return {
    owner: base,
    of: (account) =>
      openSession(
        {
          kind: "role",
          roleArn: account.credentials.kind === "role" ? account.credentials.roleArn : "",
          ...(account.credentials.kind === "role" && account.credentials.externalId !== undefined
            ? { externalId: account.credentials.externalId }
            : {}),
          sessionName: `quitclaim-${campaign}`,
          base,
        },
        sts,
      ),
  };
}

let campaigns = 0;

export async function makeCampaign(sandbox: Sandbox, choice: CampaignChoice): Promise<TestCampaign> {
  const folder = await mkdtemp(join(tmpdir(), "qc-worker-"));
  const store = await openLocalStore(folder);
  const name = `test-${process.pid}-${campaigns++}`;
  const config = configOf(sandbox, name, folder, choice);
  const plan = await writePlan(sandbox, store, name, choice);
  const redis = await openRedis({ redis: "embedded", store: folder, campaign: name }, quiet);
  await reconcile(redis, store, plan, config);
  const queues = await openQueues(redis, Object.keys(plan.accounts) as AccountId[]);
  const checkpoints = new RedisCheckpoints(redis);
  const events: WorkerEvent[] = [];
  const pauses = new Map<AccountId, Pause>();
  const running: RunningWorker[] = [];
  const progress = await openProgress({ redis, store, plan, config });

  const refs = choice.work.flatMap(({ account, rows, batchRows = 100 }) =>
    chunks(rows, batchRows).map((chunk, i) => ({
      account: accountId(account),
      part: Math.floor(i / 100),
      rowGroup: i % 100,
      rows: chunk.length,
      op: chunk[0]?.op ?? "acl",
    })),
  );

  return {
    folder,
    config,
    plan,
    store,
    redis,
    queues,
    checkpoints,
    events,
    pauses,
    async resume(account) {
      pauses.delete(account);
      await progress.control.resume(account);
    },
    retry: (selection) => progress.control.retry(selection),
    setCeiling: (requestsPerSecond) => progress.control.setCeiling(requestsPerSecond),
    snapshot: () => progress.view.snapshot(),
    async work() {
      const worker = await startWorker({
        config,
        store,
        redis,
        checkpoints,
        control: {
          async pause(account, pause) {
            for (const each of account === undefined ? queues.all.keys() : [account]) pauses.set(each, pause);
            await progress.control.pause(account, pause);
          },
        },
        feed: progress.feed,
        plan,
        sessions: (choice.sessions ?? ((usual) => usual))(sessionsOf(sandbox, name)),
        onEvent: (event) => events.push(event),
      });
      running.push(worker);
      return worker;
    },
    async finished() {
      for (;;) {
        const left = await Promise.all(
          [...queues.all.values()].map((q) => q.getJobCounts("waiting", "active", "delayed", "completed", "failed")),
        );
        if (left.some((c) => (c.failed ?? 0) > 0)) {
          const failed = await Promise.all([...queues.all.values()].map((q) => q.getFailed()));
          throw new Error(
            `jobs failed: ${failed
              .flat()
              .map((j) => `${j.id}: ${j.failedReason}`)
              .join("; ")}`,
          );
        }
        if (left.every((c) => c.waiting === 0 && c.active === 0 && c.delayed === 0)) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async ledger(account) {
      const rows: ResultRow[] = [];
      for (const ref of refs.filter((r) => r.account === account)) {
        const found = await readLedger(store, ref);
        if (found === undefined) throw new Error(`${batchId(ref)} has no ledger file`);
        rows.push(...found);
      }
      return rows;
    },
    async close() {
      for (const worker of running) await worker.stop("now");
      await progress.close();
      await queues.close();
      await redis.stop({ server: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configOf(sandbox: Sandbox, campaign: string, folder: string, choice: CampaignChoice): CampaignConfig {
  const { accessKeyId } = owner(sandbox);
  return {
    file: join(folder, "campaign.yaml"),
    campaign,
    bucket: {
      name: choice.bucket,
      owner: accountId(owner(sandbox).accountId),
      credentials: { kind: "keys", accessKeyIdEnv: accessKeyId, secretAccessKeyEnv: "" },
      region: sandbox.region,
      endpoint: choice.endpoint ?? sandbox.endpoint,
      stsEndpoint: sandbox.endpoint,
      forcePathStyle: true,
      dialect: "aws",
    },
    inventory: { manifest: "s3://none/manifest.json" },
    accounts: sandbox.accounts.slice(1).map((a) => ({
      id: accountId(a.accountId),
      name: a.name,
      credentials: { kind: "role", roleArn: a.roles[0]?.arn ?? "" },
    })),
    actions: {
      default: "acl",
      thirdPartyGrants: choice.thirdPartyGrants ?? "keep",
      rules: [],
      ...(choice.reencryptFallback === undefined ? {} : { reencryptFallback: choice.reencryptFallback }),
      ...(choice.kmsKey === undefined ? {} : { kmsKey: choice.kmsKey }),
    },
    limits: {
      requestsPerSecond: choice.requestsPerSecond ?? 100_000,
      batchRows: 100,
      inventoryAgeHours: 72,
      processes: 1,
      concurrency: choice.concurrency ?? 16,
    },
    store: folder,
    redis: "embedded",
    ...choice.config,
  };
}

async function writePlan(sandbox: Sandbox, store: CampaignStore, campaign: string, choice: CampaignChoice): Promise<PlanSummary> {
  const total = emptyCounts();
  const accounts: PlanSummary["accounts"] = {};
  for (const { account, rows, batchRows = 100 } of choice.work) {
    const spec = sandbox.accounts.find((a) => a.accountId === account);
    if (spec === undefined) throw new Error(`no account ${account}`);
    const writer = new PlanWriter(store, accountId(account));
    for (const chunk of chunks(rows, batchRows)) await writer.add(chunk);
    const counts = emptyCounts();
    for (const row of rows) {
      for (const c of [counts, total]) {
        c.rows += 1;
        c.planned[row.op] = (c.planned[row.op] ?? 0) + 1;
        c.bytes += row.size;
        c.plannedBytes += row.size;
      }
    }
    accounts[accountId(account)] = { ...counts, canonicalId: spec.canonicalId as CanonicalId, name: spec.name, ...(await writer.finish()) };
  }
  const plan: PlanSummary = {
    ...total,
    version: 1,
    campaign,
    bucket: choice.bucket,
    bucketOwner: owner(sandbox).canonicalId as CanonicalId,
    switchAlone: 0,
    thirdPartyGrantees: [],
    accounts,
    unmappedOwners: [],
    forecast: { requests: {}, dollars: 0, hours: 0, batchOperationsDollars: 0 },
    provenance: {
      manifest: "none",
      manifestMd5: "",
      sourceBucket: choice.bucket,
      fileFormat: "CSV",
      // Objects of tests are made just before: they count as older than the report unless a test says otherwise.
      reportCreated: (choice.reportCreated ?? new Date(Date.now() + 60_000)).toISOString(),
      files: [],
      plannedAt: new Date(0).toISOString(),
      ageHours: 0,
    },
  };
  await store.write("plan/plan.json", jsonBytes(plan));
  return plan;
}

export function chunks<T>(rows: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));
}
