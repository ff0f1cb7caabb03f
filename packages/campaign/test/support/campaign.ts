// A planned campaign in a folder, and a worker of real BullMQ that works batches off the way the product's does, minus S3.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Job, UnrecoverableError, Worker } from "bullmq";
import {
  type AccountId,
  accountId,
  type BatchRef,
  type CampaignConfig,
  type CampaignRedis,
  type CampaignStore,
  type CanonicalId,
  createLedger,
  emptyCounts,
  jsonBytes,
  type Outcome,
  objectKey,
  openLocalStore,
  openPlanPart,
  type PlanRow,
  type PlanSummary,
  PlanWriter,
  parseJob,
  queueName,
  RedisCheckpoints,
  type ResultRow,
  readLedger,
  readLedgerSummary,
  readRetryClaim,
  replaceLedger,
  workerOptions,
} from "../../src/index.ts";

export const A = accountId("222233334444");
export const B = accountId("333344445555");

export interface TestCampaign {
  readonly store: CampaignStore;
  readonly plan: PlanSummary;
  readonly config: CampaignConfig;
  refs(account: AccountId): Promise<BatchRef[]>;
  remove(): Promise<void>;
}

export interface Shape {
  readonly name: string;
  readonly batches: Readonly<Record<string, number>>;
  readonly rows?: number;
  /** Another plan of the same campaign differs in this. */
  readonly plannedAt?: string;
  readonly folder?: string;
}

export async function planCampaign(shape: Shape): Promise<TestCampaign> {
  const folder = shape.folder ?? (await mkdtemp(join(tmpdir(), "qc-campaign-")));
  const store = await openLocalStore(folder);
  const rowsPerBatch = shape.rows ?? 10;
  const plan: PlanSummary = {
    ...emptyCounts(),
    version: 1,
    campaign: shape.name,
    bucket: "lake",
    bucketOwner: "owner" as CanonicalId,
    switchAlone: 0,
    thirdPartyGrantees: [],
    accounts: {},
    unmappedOwners: [],
    forecast: { requests: {}, dollars: 0, hours: 0, batchOperationsDollars: 0 },
    provenance: {
      manifest: "manifest.json",
      manifestMd5: "0",
      sourceBucket: "lake",
      fileFormat: "CSV",
      reportCreated: "2026-10-04T01:00:00Z",
      files: [],
      plannedAt: shape.plannedAt ?? "2026-10-04T02:00:00Z",
      ageHours: 1,
    },
  };
  let total = 0;
  for (const [id, batches] of Object.entries(shape.batches)) {
    const account = accountId(id);
    const writer = new PlanWriter(store, account);
    for (let b = 0; b < batches; b++) await writer.add(Array.from({ length: rowsPerBatch }, (_, i) => planRow(account, b, i)));
    const { parts } = await writer.finish();
    const rows = batches * rowsPerBatch;
    total += rows;
    plan.accounts[account] = {
      ...emptyCounts(),
      rows: rows + 1,
      planned: { acl: rows },
      held: { archived: 1 },
      canonicalId: `c-${id}` as CanonicalId,
      name: `name-${id.slice(0, 4)}`,
      parts,
      batches,
    };
  }
  plan.rows = total + 3;
  plan.planned = { acl: total };
  plan.held = { archived: 2, "unmapped-owner": 1 };
  await store.write("plan/plan.json", jsonBytes(plan));
  const config: CampaignConfig = {
    file: join(folder, "campaign.yaml"),
    campaign: shape.name,
    bucket: {
      name: "lake",
      owner: accountId("111122223333"),
      credentials: { kind: "default" },
      region: "eu-central-1",
      forcePathStyle: false,
      dialect: "aws",
    },
    inventory: { manifest: "manifest.json" },
    accounts: Object.keys(shape.batches).map((id) => ({ id: accountId(id), name: id, credentials: { kind: "default" } })),
    actions: { default: "acl", thirdPartyGrants: "keep", rules: [] },
    limits: { requestsPerSecond: 3500, batchRows: 1000, inventoryAgeHours: 72, processes: 1, concurrency: 256 },
    store: folder,
    redis: "embedded",
  };
  return {
    store,
    plan,
    config,
    refs: async (account) => {
      const parts = plan.accounts[account]?.parts ?? 0;
      const opened = await Promise.all(Array.from({ length: parts }, (_, part) => openPlanPart(store, account, part)));
      return opened.flatMap((p) => p.batches);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const planRow = (account: AccountId, batch: number, index: number): PlanRow => ({
  key: objectKey(`${account}/${batch}/objekt ${index}`),
  versionId: null,
  isLatest: true,
  size: 10,
  etag: null,
  lastModified: null,
  storageClass: "STANDARD",
  encryption: "",
  owner: `c-${account}` as CanonicalId,
  op: "acl",
  grants: null,
  formerAcl: null,
});

export const result = (
  plan: Pick<PlanRow, "key" | "versionId" | "op">,
  outcome: Outcome,
  code = outcome === "failed" ? "AccessDenied" : "",
): ResultRow => ({
  key: plan.key,
  versionId: plan.versionId,
  op: plan.op,
  outcome,
  code,
  httpStatus: outcome === "failed" ? 403 : 200,
  requestId: "R",
  attempts: 1,
  at: 1_764_000_000_000,
  newVersionId: null,
  detail: outcome === "failed" ? "S3 says no" : "",
});

/** What becomes of a row: by batch, index, and the retry it is (0: first run). */
export type Fate = (ref: BatchRef, index: number, retry: number) => Outcome | { code: string };

const granted: Fate = () => "granted";

export async function rowsOf(store: CampaignStore, ref: BatchRef, fate: Fate = granted, retry = 0): Promise<ResultRow[]> {
  const plan = await (await openPlanPart(store, ref.account, ref.part)).read(ref.rowGroup);
  return plan.map((row, index) => {
    const f = fate(ref, index, retry);
    return typeof f === "string" ? result(row, f) : result(row, "failed", f.code);
  });
}

export interface TestWorker {
  /** Rows that were really worked on, by batch id and index: each time it happened. */
  readonly worked: string[];
  stop(): Promise<void>;
}

/** Works on these accounts until stopped. The processor declares three parameters, or BullMQ gives it no signal. */
export function startWorkers(
  redis: CampaignRedis,
  campaign: TestCampaign,
  accounts: readonly AccountId[],
  fate: Fate = granted,
): TestWorker {
  const checkpoints = new RedisCheckpoints(redis);
  const worked: string[] = [];
  const work = async (job: Job, token: string | undefined, _signal: AbortSignal | undefined): Promise<{ rows: number; failed: number }> => {
    const { ref, retry } = parseJob(job.data);
    const { store } = campaign;
    const claim = retry === 0 ? undefined : await readRetryClaim(store, ref);
    const summary = await readLedgerSummary(store, ref);
    if ((retry === 0 && summary !== undefined) || (retry > 0 && claim === undefined)) return { rows: ref.rows, failed: 0 };
    const hold = await checkpoints.claim(ref, `${token}-${job.attemptsStarted}`, "test/1", claim);
    const fresh = await rowsOf(store, ref, fate, claim?.number ?? 0);
    const rows = fresh.map((row, index) => hold.finished.get(index) ?? row);
    const left = rows.flatMap((row, index) => (hold.finished.has(index) ? [] : [{ index, row }]));
    for (const { index } of left) worked.push(`${job.id}#${index}`);
    if ((await hold.note(left)) === "fenced") throw new UnrecoverableError("fenced");
    if (claim !== undefined) await replaceLedger(store, ref, rows, claim.number);
    else await createLedger(store, ref, rows);
    await hold.finish();
    return { rows: rows.length, failed: 0 };
  };
  const workers = accounts.map((account) => {
    const worker = new Worker(queueName(redis.campaign, account), work, workerOptions(redis.connection("worker"), 4));
    worker.on("error", () => undefined);
    // Resolves when the worker is closed.
    const run = worker.run();
    return { worker, run };
  });
  return {
    worked,
    stop: async () => {
      for (const { worker, run } of workers) {
        await worker.close();
        await run;
      }
    },
  };
}

export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Every planned batch has its ledger file, and each planned object exactly one row. */
export async function ledgerRows(campaign: TestCampaign, account: AccountId): Promise<number> {
  let rows = 0;
  for (const ref of await campaign.refs(account)) rows += (await readLedger(campaign.store, ref))?.length ?? 0;
  return rows;
}
