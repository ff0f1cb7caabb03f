// `script/soak`: one campaign of a million objects through a sandbox in a process of its own, with two kills on the way; its figures, the peak
// memory of each process, and the same laws as after chaos, checked without holding the campaign in memory.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type AclGrant, leanObjectCalls, openSession, openWire } from "@quitclaim/aws";
import { openLocalStore, openRedis, type PlanSummary, parseGrants, readJson, type StatusJson, sum } from "@quitclaim/campaign";
import type { SandboxDescription, WriteRecord } from "@quitclaim/sandbox";
import { stringify } from "yaml";
import { QUITCLAIM, quitclaimJson } from "../harness/command.ts";
import { Cast } from "./cast.ts";
import { judge } from "./laws.ts";
import { MemoryPeaks, redisMemory } from "./memory.ts";
import { WriteWitness } from "./witness.ts";

const CAMPAIGN = "soak";
const { values } = parseArgs({
  options: {
    objects: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const objects = Number(values.objects);
if (values.help || !Number.isInteger(objects) || objects < 1_000) {
  console.log("script/soak [--objects N] [--seed S] [--keep]   N: rows of the report, 1000 or more, a million if left out");
  process.exit(values.help ? 0 : 2);
}

const folder = await mkdtemp(join(tmpdir(), "quitclaim-soak-"));
const store = join(folder, "campaign");
const configFile = join(folder, "campaign.yaml");
const socket = join(store, "redis/redis.sock");
const times: Record<string, number> = {};
const peaks = new MemoryPeaks();

const sandbox = spawnSandbox();
const ready = await timed("sandbox filled", () => readyLine(sandbox));
const owner = ready.accounts.find((a) => a.accountId === ready.owner.accountId);
if (owner === undefined || ready.bucket === undefined) throw new Error("the sandbox is not set for a campaign");
const { bucket, endpoint, region } = ready;
const { accessKeyId, secretAccessKey } = owner;
await writeFile(
  configFile,
  stringify({
    campaign: CAMPAIGN,
    bucket: {
      name: bucket,
      owner: owner.accountId,
      region,
      endpoint,
      forcePathStyle: true,
      keys: { accessKeyId: "from-env:SOAK_KEY", secretAccessKey: "from-env:SOAK_SECRET" },
    },
    inventory: { manifest: ready.manifests.parquet },
    accounts: ready.accounts.filter((a) => a !== owner).map((a) => ({ id: a.accountId, name: a.name, role: a.roles[0]?.arn })),
    actions: { default: "acl", rules: [{ when: { encryption: ["SSE-KMS", "DSSE-KMS"], latest: true }, do: "copy" }] },
    limits: { requestsPerSecond: 20_000 },
    store: "./campaign",
    redis: "embedded",
  }),
);
const env = { ...process.env, SOAK_KEY: accessKeyId, SOAK_SECRET: secretAccessKey, NO_COLOR: "1" };
const config = ["--config", configFile];
let broken: readonly string[] = ["the soak itself did not come to its end"];
try {
  await timed("planned", () => quitclaimJson(["plan", ...config], env));
  await quitclaimJson(["fence", ...config], env);
  const campaignStore = await openLocalStore(store);
  const plan = await readJson<PlanSummary>(campaignStore, "plan/plan.json");
  if (plan === undefined) throw new Error("there is no plan");
  const planned = sum(plan.planned);
  console.log(`${planned} objects planned of ${plan.rows} rows: ${JSON.stringify(plan.planned)}`);

  const witness = new WriteWitness(bucket);
  let seen = await follow(0, () => undefined);
  let writes = 0;
  const cast = new Cast({ configFile, store, outsider: false }, env);
  await timed("run", async () => {
    const over = cast.play();
    const kills = [
      { at: 1 / 3, what: "one worker killed", deed: () => cast.killWorker(0) },
      { at: 2 / 3, what: "engine, workers and Redis killed", deed: () => cast.killEverything() },
    ];
    while (!cast.over) {
      seen = await follow(seen, (write) => {
        writes++;
        witness.accept(write);
      });
      while (kills[0] !== undefined && writes > planned * kills[0].at) {
        const kill = kills.shift();
        kill?.deed();
        console.log(`  after ${writes} writes: ${kill?.what}`);
      }
      peaks.look("engine", cast.engine);
      for (const pid of cast.workers()) peaks.look("worker", pid);
      peaks.look("sandbox", sandbox.pid);
      peaks.look("redis", cast.redisPid());
      await peaks.lookAtRedis(socket);
      await sleep(500);
    }
    await over;
  });
  await follow(seen, (write) => witness.accept(write));
  const status = await quitclaimJson<StatusJson>(["status", ...config], env);
  const redis = await openRedis({ redis: "embedded", store, campaign: CAMPAIGN }, { info: () => undefined, warn: () => undefined });
  const memory = await redisMemory(socket);
  await redis.stop({ server: true });

  const target = { region, endpoint, forcePathStyle: true };
  const wire = openWire(target, { connections: 32 });
  const calls = leanObjectCalls(wire, { session: openSession({ kind: "keys", accessKeyId, secretAccessKey }, target) });
  const former = new Map<string, readonly AclGrant[]>();
  const judgement = await timed("laws checked", () =>
    judge({
      store: campaignStore,
      plan,
      status,
      witness,
      formerGrants: ({ formerAcl }) => (formerAcl === null ? undefined : grantsOf(formerAcl, former)),
      readAcl: (key, versionId) => calls.getObjectAcl({ bucket, key, ...(versionId === null ? {} : { versionId }) }),
    }),
  );
  await wire.close();
  broken = [
    ...judgement.broken,
    ...cast.paused.map((cause) => `nobody is paused who was not denied: ${cause}`),
    ...cast.exits.filter(({ ended }) => ended.code === 1).map(({ ended }) => `nothing ends as a bug: ${ended.stderr.slice(-1_500)}`),
  ];
  peaks.residentMb.checker = Math.round(process.resourceUsage().maxRSS / 1_024);
  report(planned, judgement.outcomes, judgement.failed, witness, memory);
} finally {
  sandbox.stdin?.end();
  if (sandbox.exitCode === null) await once(sandbox, "exit");
  if (values.keep || broken.length > 0) console.log(`left in ${folder}`);
  else await rm(folder, { recursive: true, force: true });
}
for (const law of broken) console.log(`BROKEN  ${law}`);
process.exitCode = broken.length === 0 ? 0 : 1;

function report(
  planned: number,
  outcomes: Readonly<Record<string, number>>,
  failed: Readonly<Record<string, number>>,
  witness: WriteWitness,
  memory: { used: number; dataset: number },
): void {
  const listed = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, n]) => `${name} ${n}`)
      .join(", ") || "none";
  const mb = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`;
  console.log(
    [
      `outcomes        ${listed(outcomes)}`,
      `failed          ${listed(failed)}`,
      `accepted writes ${listed(witness.counts)}`,
      `time            ${Object.entries(times)
        .map(([what, seconds]) => `${what} ${seconds.toFixed(1)} s`)
        .join(", ")}; ${Math.round(planned / (times.run ?? 1))} objects/s with both kills`,
      `peak RSS        ${Object.entries(peaks.residentMb)
        .map(([role, size]) => `${role} ${size} MB`)
        .join(", ")}`,
      `Redis           peak ${mb(peaks.redisPeakBytes)}, at the end ${mb(memory.used)} (${mb(memory.dataset)} of data: ${(memory.dataset / planned).toFixed(2)} bytes an object, with what does not grow with them)`,
      `laws            ${broken.length === 0 ? "kept" : `${broken.length} BROKEN`}`,
    ].join("\n"),
  );
  console.log(
    JSON.stringify({
      soak: objects,
      planned,
      outcomes,
      failed,
      times,
      residentMb: peaks.residentMb,
      redis: { ...memory, peak: peaks.redisPeakBytes },
    }),
  );
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work();
  times[what] = (performance.now() - from) / 1_000;
  console.log(`${what}: ${times[what].toFixed(1)} s`);
  return result;
}

function spawnSandbox(): ChildProcess {
  const [program, ...args] = QUITCLAIM;
  if (program === undefined) throw new Error("no program");
  const what = [
    "--objects",
    `${objects}`,
    "--accounts",
    "4",
    "--seed",
    values.seed,
    "--bucket-defaults",
    "legacy",
    "--inventory",
    "parquet",
  ];
  // The checker reads the log as it grows; a sandbox of a million objects needs more heap than Node gives by itself on a small machine.
  return spawn(program, ["--max-old-space-size=6144", ...args, "sandbox", ...what, "--stop-with-stdin"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

async function readyLine(child: ChildProcess): Promise<SandboxDescription> {
  if (child.stdout === null) throw new Error("the sandbox has no stdout");
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the sandbox ended with exit code ${code} before it was ready`);
  });
  const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended])) as [string];
  return JSON.parse(line) as SandboxDescription;
}

/** Reads the sandbox's log on from a number; answers the last one. */
async function follow(since: number, take: (write: WriteRecord) => void): Promise<number> {
  const answer = await fetch(`${endpoint}/_sandbox/writes?since=${since}`);
  if (!answer.ok || answer.body === null) throw new Error(`the sandbox's log: ${answer.status}`);
  let last = since;
  for await (const line of createInterface({ input: Readable.fromWeb(answer.body) })) {
    const write = JSON.parse(line) as WriteRecord;
    last = write.seq;
    take(write);
  }
  return last;
}

/** ACLs repeat: each distinct one is parsed once. */
function grantsOf(text: string, known: Map<string, readonly AclGrant[]>): readonly AclGrant[] {
  let grants = known.get(text);
  if (grants === undefined) {
    grants = parseGrants(text).map(({ permission, ...to }) => ({ permission, grantee: "id" in to ? { id: to.id } : { uri: to.uri } }));
    known.set(text, grants);
  }
  return grants;
}
