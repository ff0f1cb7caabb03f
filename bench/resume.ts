// What a killed worker costs: `quitclaim run` with two workers against the sandbox, one killed with -9 again and again in the middle of its batches.
// Prints how long after a lock's release the first new call of that batch is made, and how much work was done twice, in ms of the killed worker's rate.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AccountId,
  campaignKeys,
  openLocalStore,
  openPlanPart,
  openRedis,
  type PlanSummary,
  parseBatchId,
  queueName,
  readJson,
  sum,
} from "@quitclaim/campaign";
import type { SandboxDescription, WriteRecord } from "@quitclaim/sandbox";
import { Cast } from "../test/chaos/cast.ts";
import { QUITCLAIM, quitclaimJson } from "../test/harness/command.ts";

const CAMPAIGN = "resume";
const objects = Number(process.env.QC_BENCH_OBJECTS ?? 40_000);
const kills = Number(process.env.QC_BENCH_KILLS ?? 3);
/** Well under what the sandbox answers: the limiter, and not a queue at the server, decides how many requests are in flight when a worker is killed. */
const perSecond = 500;
const folder = await mkdtemp(join(tmpdir(), "qc-bench-resume-"));
const store = join(folder, "campaign");
const configFile = join(folder, "campaign.yaml");
const config = ["--config", configFile];

const sandbox = spawnSandbox();
try {
  const ready = await readyLine(sandbox);
  const owner = ready.accounts.find((a) => a.accountId === ready.owner.accountId);
  if (owner === undefined) throw new Error("the sandbox is not set for a campaign");
  const { accessKeyId, secretAccessKey } = owner;
  await writeFile(
    configFile,
    // YAML as well.
    JSON.stringify({
      campaign: CAMPAIGN,
      bucket: {
        name: ready.bucket,
        owner: owner.accountId,
        region: ready.region,
        endpoint: ready.endpoint,
        forcePathStyle: true,
        keys: { accessKeyId: "from-env:BENCH_KEY", secretAccessKey: "from-env:BENCH_SECRET" },
      },
      inventory: { manifest: ready.manifests.parquet },
      accounts: ready.accounts.filter((a) => a !== owner).map((a) => ({ id: a.accountId, name: a.name, role: a.roles[0]?.arn })),
      limits: { requestsPerSecond: perSecond },
      store: "./campaign",
      redis: "embedded",
    }),
  );
  const env = { ...process.env, BENCH_KEY: accessKeyId, BENCH_SECRET: secretAccessKey, NO_COLOR: "1" };
  await quitclaimJson(["plan", ...config], env);
  const campaignStore = await openLocalStore(store);
  const plan = await readJson<PlanSummary>(campaignStore, "plan/plan.json");
  if (plan === undefined) throw new Error("there is no plan");
  const planned = sum(plan.planned);
  const cast = new Cast({ configFile, store, outsider: false }, env);
  const over = cast.play();
  const keys = campaignKeys(CAMPAIGN);
  const quiet = { info: (): void => undefined, warn: (): void => undefined };
  const joined = await openRedis({ redis: "embedded", store, campaign: CAMPAIGN }, quiet);
  const redis = joined.connection("command");

  interface Held {
    readonly batch: string;
    readonly account: AccountId;
    readonly releasedAt: number;
  }
  const released: Held[] = [];
  // What the sandbox was filled with is in its log too.
  const filled = await writesSoFar(ready.endpoint);
  let killed = 0;
  for (; killed < kills; killed++) {
    const wanted = planned * ((killed + 0.5) / (kills + 0.5));
    while (!cast.over && (await writesSoFar(ready.endpoint)) < filled + wanted) await sleep(100);
    const workers = cast.workers();
    const pid = workers[killed % 2];
    if (cast.over || pid === undefined) break;
    const held = await heldBy(pid);
    process.kill(pid, "SIGKILL");
    released.push(...(await Promise.all(held.map(release))));
  }
  await over;
  await joined.stop({ server: true });

  const writes = (await log(ready.endpoint)).filter((w) => w.op === "PutObjectAcl" && w.bucket === ready.bucket);
  const name = (key: string, version: string | null): string => `${key}\n${version ?? ""}`;
  const again = writes.length - new Set(writes.map((w) => name(w.key ?? "", w.versionId ?? null))).size;
  const waits: number[] = [];
  for (const { batch, releasedAt } of released) {
    const ref = parseBatchId(batch);
    if (ref === undefined) throw new Error(`no batch ${batch}`);
    const rows = await (await openPlanPart(campaignStore, ref.account, ref.part)).read(ref.rowGroup);
    const own = new Set(rows.map((r) => name(r.key, r.versionId)));
    const first = writes.find((w) => w.at >= releasedAt && own.has(name(w.key ?? "", w.versionId ?? null)));
    // All its rows had been noted: only its ledger file was left to write.
    if (first !== undefined) waits.push(first.at - releasedAt);
  }
  const seconds = ((writes.at(-1)?.at ?? 0) - (writes[0]?.at ?? 0)) / 1_000;
  // Two workers share the rate alike.
  const workerPerMs = writes.length / seconds / 2 / 1_000;
  const figure = {
    objects: planned,
    kills: killed,
    batchesTakenOver: waits.length,
    firstCallMs: { median: Math.round(median(waits)), most: Math.max(0, ...waits) },
    callsRepeated: again,
    repeatedMsOfWork: Math.round(again / Math.max(1, killed) / workerPerMs),
  };
  console.error(
    `${planned} objects at ${Math.round(writes.length / seconds)}/s by two workers, ${killed} killed with -9, ${waits.length} batches taken over`,
  );
  console.error(
    `  first new call of a batch ${figure.firstCallMs.median} ms after its lock was released (the slowest: ${figure.firstCallMs.most} ms)`,
  );
  console.error(`  ${again} calls made twice: ${figure.repeatedMsOfWork} ms of a worker's work for each kill`);
  console.log(JSON.stringify({ benchmark: "resume", ...figure }));

  async function heldBy(pid: number): Promise<{ batch: string; account: AccountId; token: string | null }[]> {
    const held = [];
    for (const account of Object.keys(plan?.accounts ?? {}) as AccountId[])
      for (const batch of await redis.zrange(keys.inFlight(account), "0", "-1"))
        if ((await redis.hget(keys.batch(batch), "worker"))?.endsWith(`/${pid}`) === true)
          held.push({ batch, account, token: await redis.get(lockOf(account, batch)) });
    return held;
  }

  async function release(held: { batch: string; account: AccountId; token: string | null }): Promise<Held> {
    while ((await redis.get(lockOf(held.account, held.batch))) === held.token) await sleep(1);
    return { batch: held.batch, account: held.account, releasedAt: Date.now() };
  }

  function lockOf(account: AccountId, batch: string): string {
    return `qc:${queueName(CAMPAIGN, account)}:b-${batch}:lock`;
  }
} finally {
  sandbox.stdin?.end();
  if (sandbox.exitCode === null) await once(sandbox, "exit");
  await rm(folder, { recursive: true, force: true });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function spawnSandbox(): ChildProcess {
  const [program, ...args] = QUITCLAIM;
  if (program === undefined) throw new Error("no program");
  const what = ["--objects", `${objects}`, "--accounts", "3", "--seed", "7", "--bucket-defaults", "legacy", "--inventory", "parquet"];
  return spawn(program, [...args, "sandbox", ...what, "--stop-with-stdin"], { stdio: ["pipe", "pipe", "inherit"] });
}

async function readyLine(child: ChildProcess): Promise<SandboxDescription> {
  if (child.stdout === null) throw new Error("the sandbox has no stdout");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return JSON.parse(line) as SandboxDescription;
}

async function log(endpoint: string): Promise<WriteRecord[]> {
  const text = await (await fetch(`${endpoint}/_sandbox/writes?since=0`)).text();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as WriteRecord);
}

async function writesSoFar(endpoint: string): Promise<number> {
  return ((await (await fetch(`${endpoint}/_sandbox/stats`)).json()) as { writes: number }).writes;
}
