// One round of chaos: a campaign on a stage of its own, misfortunes drawn from a seed, `run` until it ends, `retry` of what the storms
// failed, and then the laws. The stage is taken down, but for a broken law: then everything is left where a person can look at it.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AclGrant, leanObjectCalls, openSession, openWire } from "@quitclaim/aws";
import { openLocalStore, type PlanRow, type StatusJson, stopEmbedded } from "@quitclaim/campaign";
import { CAMPAIGN, readBooks, type Stage, setStage } from "../harness/campaign.ts";
import { quitclaim, quitclaimJson } from "../harness/command.ts";
import { Cast } from "./cast.ts";
import { mountSmallDisk, type SmallDisk } from "./disk.ts";
import { type Judgement, judge } from "./laws.ts";
import { type Scene, strike } from "./misfortunes.ts";
import { describeMisfortune, drawSchedule, type Misfortune } from "./schedule.ts";
import { Weather } from "./weather.ts";
import { WriteWitness } from "./witness.ts";

export interface RoundOptions {
  readonly seed: number;
  /** Rows of the report; about two fifths of them are planned. */
  readonly objects: number;
  readonly misfortunes: number;
  readonly requestsPerSecond: number;
  /** Of a job's lock; the product's own is a minute. */
  readonly lockMs: number;
  readonly secondsMax: number;
}

export interface Round {
  readonly seed: number;
  readonly seconds: number;
  /** What struck, in order. */
  readonly struck: readonly string[];
  /** Not played: the campaign had ended, or this user cannot have it. */
  readonly missed: readonly string[];
  readonly judgement: Judgement;
  readonly broken: readonly string[];
  /** Where everything was left; undefined where no law was broken. */
  readonly folder: string | undefined;
}

/** Of the time within which the next misfortune strikes although nothing moves. */
const PATIENCE_MS = 4_000;
/** A worker whose engine has died drains what it has in flight, and leaves. */
const LEAVE_MS_MAX = 60_000;
const CALM = { latency: { fixedMs: 2 } };

export async function playRound(options: RoundOptions): Promise<Round> {
  const { seed, lockMs } = options;
  const from = Date.now();
  const stage = await setStage({
    sandbox: {
      accounts: 4,
      seed,
      bucketDefaults: "legacy",
      fill: { objects: options.objects },
      inventory: ["parquet"],
      faults: CALM,
    },
    config: {
      limits: { requestsPerSecond: options.requestsPerSecond, batchRows: 50 },
      actions: { default: "acl", rules: [{ when: { encryption: ["SSE-KMS", "DSSE-KMS"], latest: true }, do: "copy" }] },
    },
  });
  const disk = mountSmallDisk(stage.store);
  const env = { ...stage.env, QUITCLAIM_LOCK_MS: `${lockMs}` };
  const config = ["--config", stage.configFile];
  let broken: string[] = ["the round itself did not come to its end"];
  try {
    await quitclaimJson(["plan", ...config], env);
    await quitclaimJson(["fence", ...config], env);
    const former = await formerGrants(stage);
    const writesBefore = stage.sandbox.writes().at(-1)?.seq ?? 0;
    const cast = new Cast({ configFile: stage.configFile, store: stage.store, outsider: true }, env);
    const scene: Scene = { cast, sandbox: stage.sandbox, weather: new Weather(stage.sandbox, CALM), lockMs, disk };
    const schedule = drawSchedule(seed, options.misfortunes);
    const told = await act(scene, schedule, former.size, writesBefore, options.secondsMax);
    calm(scene);

    const judged = async (): Promise<Judgement> => {
      const status = await quitclaimJson<StatusJson>(["status", ...config], env);
      return judgeStage(stage, status, former, writesBefore);
    };
    let judgement = await judged();
    const behind = (await cast.deserted(LEAVE_MS_MAX)) ? [] : [`nobody works on unwatched: ${cast.workers().join(", ")} live on`];
    broken = [...told.broken, ...bugs(cast), ...behind, ...judgement.broken];
    if (judgement.toRetry > 0) {
      await quitclaimJson(["retry", ...config], env);
      await quitclaim(["run", "--workers", "2", ...config], env);
      judgement = await judged();
      broken.push(...judgement.broken.map((law) => `after retry: ${law}`));
      if (judgement.toRetry > 0) broken.push(`retry brings home what the storm failed: ${JSON.stringify(judgement.failed)}`);
    }
    const seconds = (Date.now() - from) / 1_000;
    const left = broken.length > 0 ? stage.folder : undefined;
    const round = { seed, seconds, struck: told.struck, missed: told.missed, judgement, broken, folder: left };
    if (left !== undefined) await leaveTraces(stage, { options, schedule, round, exits: cast.exits });
    return round;
  } finally {
    await strikeStage(stage, disk, broken.length > 0);
  }
}

/** Plays until the campaign has ended by itself. */
async function act(
  scene: Scene,
  schedule: readonly Misfortune[],
  planned: number,
  writesBefore: number,
  secondsMax: number,
): Promise<{ struck: string[]; missed: string[]; broken: string[] }> {
  const { cast, sandbox } = scene;
  const told = { struck: [] as string[], missed: [] as string[], broken: [] as string[] };
  const playing = cast.play().catch((error: unknown) => told.broken.push(String(error)));
  const deadline = setTimeout(() => {
    told.broken.push(`the campaign did not end within ${secondsMax} s`);
    cast.abandon();
  }, secondsMax * 1_000);
  const lasting: Promise<void>[] = [];
  const done = (): number => ((sandbox.writes().at(-1)?.seq ?? 0) - writesBefore) / planned;
  while (!cast.over && done() === 0) await sleep(20);
  for (const misfortune of schedule) {
    const until = Date.now() + PATIENCE_MS;
    while (!cast.over && done() < misfortune.at && Date.now() < until) await sleep(20);
    if (cast.over || (misfortune.kind === "disk-full" && scene.disk === undefined)) told.missed.push(describeMisfortune(misfortune));
    else {
      told.struck.push(describeMisfortune(misfortune));
      lasting.push(strike(scene, misfortune));
    }
  }
  await Promise.all(lasting);
  calm(scene);
  await playing;
  clearTimeout(deadline);
  return told;
}

function calm({ weather, sandbox, disk }: Scene): void {
  weather.clear();
  sandbox.book.limitSessions(undefined);
  disk?.free();
}

/** Ends that no misfortune excuses. */
function bugs(cast: Cast): string[] {
  return [
    ...cast.exits
      .filter(({ ended }) => ended.code === 1)
      .map(({ who, ended }) => `nothing ends as a bug: ${who} said ${ended.stderr.slice(-1_500)}`),
    ...cast.paused.map((cause) => `nobody is paused who was not denied: ${cause}`),
  ];
}

/** As the sandbox itself has them before the campaign, by object. */
async function formerGrants(stage: Stage): Promise<Map<string, readonly AclGrant[]>> {
  const { planned, plan } = await readBooks(stage.store);
  const bucket = stage.sandbox.store.bucket(plan.bucket);
  if (bucket === undefined) throw new Error(`there is no bucket ${plan.bucket}`);
  return new Map(
    planned.map((row) => [
      nameOf(row),
      (bucket.find(row.key, row.versionId ?? undefined)?.acl ?? []).map(({ grantee, permission }) => ({
        grantee: grantee.kind === "user" ? { id: grantee.id } : { uri: grantee.uri },
        permission,
      })),
    ]),
  );
}

const nameOf = (row: Pick<PlanRow, "key" | "versionId">): string => JSON.stringify([row.key, row.versionId]);

async function judgeStage(
  stage: Stage,
  status: StatusJson,
  former: ReadonlyMap<string, readonly AclGrant[]>,
  writesBefore: number,
): Promise<Judgement> {
  const { plan } = await readBooks(stage.store);
  const { description } = stage.sandbox;
  const owner = description.accounts.find((a) => a.accountId === description.owner.accountId);
  if (owner === undefined) throw new Error("the sandbox has no bucket owner");
  const witness = new WriteWitness(plan.bucket);
  for (const write of stage.sandbox.writes(writesBefore)) witness.accept(write);
  const target = { region: description.region, endpoint: description.endpoint, forcePathStyle: true };
  const session = openSession({ kind: "keys", accessKeyId: owner.accessKeyId, secretAccessKey: owner.secretAccessKey }, target);
  const wire = openWire(target, { connections: 32 });
  const calls = leanObjectCalls(wire, { session });
  try {
    return await judge({
      store: await openLocalStore(stage.store),
      plan,
      status,
      witness,
      formerGrants: (row) => former.get(nameOf(row)),
      readAcl: (key, versionId) => calls.getObjectAcl({ bucket: plan.bucket, key, ...(versionId === null ? {} : { versionId }) }),
    });
  } finally {
    await wire.close();
  }
}

async function leaveTraces(stage: Stage, traces: object): Promise<void> {
  await writeFile(join(stage.folder, "chaos.json"), JSON.stringify(traces, null, 2));
  await writeFile(
    join(stage.folder, "writes.ndjson"),
    stage.sandbox
      .writes()
      .map((write) => `${JSON.stringify(write)}\n`)
      .join(""),
  );
}

async function strikeStage(stage: Stage, disk: SmallDisk | undefined, keep: boolean): Promise<void> {
  await stopEmbedded(stage.store, CAMPAIGN);
  await stage.sandbox.close();
  disk?.remove(keep ? join(stage.folder, "campaign-as-left") : undefined);
  if (!keep) await rm(stage.folder, { recursive: true, force: true });
}
