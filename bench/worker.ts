// What the whole worker costs: objects a second through job, plan, limiter, signed call, checkpoint and ledger, against the same signed calls in a bare
// loop, the same loop over the SDK, boto3 on threads and s3cmd: one server, taking turns within one run. Prints the ratios, and one JSON line.
import { fork } from "node:child_process";
import { once } from "node:events";
import { leanObjectCalls, type ObjectCalls, openWire, sdkObjectCalls } from "@quitclaim/aws";
import { BOTO3_THREADS, boto3, type PeerFigure, s3cmd } from "./peers/peers.ts";
import { account, bucket, canonical, owner, ownerCanonical, planRow, region, sessionFor, stage, targetOf } from "./worker-stage.fixture.ts";

const rounds = Number(process.env.QC_BENCH_ROUNDS ?? 5);
const objects = Number(process.env.QC_BENCH_OBJECTS ?? 60_000);
/** The slow ones' share: a rate needs no more. */
const few = { sdk: objects / 15, boto3: 1_000, s3cmd: 400 };
const concurrency = 64;

const server = fork(new URL("./worker-server.fixture.ts", import.meta.url), [account, canonical], {
  stdio: ["ignore", "pipe", "inherit", "ipc"],
});
const [line] = (await once(server.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
const endpoint = `http://127.0.0.1:${line.toString().trim()}`;
const rows = Array.from({ length: objects }, (_, n) => planRow(n));

async function measured(count: number, work: () => Promise<void>): Promise<PeerFigure> {
  const cpu = process.cpuUsage();
  const from = performance.now();
  await work();
  const seconds = (performance.now() - from) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: count / seconds, cpuMicros: (user + system) / count };
}

function loop(calls: ObjectCalls, count: number): Promise<PeerFigure> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const row = rows[next++] as (typeof rows)[number];
      const answer = await calls.putObjectAcl({ bucket, key: row.key, versionId: row.versionId ?? "" }, "bucket-owner-full-control");
      if (!answer.ok) throw new Error(answer.message);
    }
  };
  return measured(count, async () => {
    await Promise.all(Array.from({ length: concurrency }, lane));
  });
}

async function bare(): Promise<PeerFigure> {
  const wire = openWire(targetOf(endpoint), { connections: concurrency });
  const figure = await loop(leanObjectCalls(wire, { session: sessionFor(endpoint), expectedBucketOwner: owner }), objects);
  await wire.close();
  return figure;
}

async function sdk(): Promise<PeerFigure> {
  const calls = sdkObjectCalls(targetOf(endpoint), { session: sessionFor(endpoint), expectedBucketOwner: owner });
  const figure = await loop(calls, few.sdk);
  calls.close();
  return figure;
}

async function wholeWorker(): Promise<PeerFigure> {
  const campaign = await stage(endpoint, objects, concurrency);
  try {
    return await measured(objects, () => campaign.run());
  } finally {
    await campaign.close();
  }
}

const peer = { endpoint, region, bucket, ownerAccount: owner, ownerCanonicalId: ownerCanonical };
const contenders = {
  bare,
  worker: wholeWorker,
  sdk,
  boto3: () => boto3(peer, few.boto3),
  s3cmd: () => s3cmd(peer, few.s3cmd),
};
type Name = keyof typeof contenders;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

await bare();
await wholeWorker();
const taken = new Map<Name, PeerFigure[]>();
const absent = new Set<Name>();
for (let round = 0; round < rounds; round++)
  for (const name of Object.keys(contenders) as Name[]) {
    if (absent.has(name)) continue;
    const figure = await contenders[name]();
    if (figure === undefined) absent.add(name);
    else taken.set(name, [...(taken.get(name) ?? []), figure]);
  }
const figures = Object.fromEntries(
  [...taken].map(([name, all]) => {
    const cpu = all.flatMap((f) => f.cpuMicros ?? []);
    return [
      name,
      { perSecond: Math.round(median(all.map((f) => f.perSecond))), ...(cpu.length === 0 ? {} : { cpuMicros: Math.round(median(cpu)) }) },
    ];
  }),
) as Partial<Record<Name, PeerFigure>>;
/** How many times the worker's rate is that of another; undefined where the other was not measured. */
const times = (name: Name): number | undefined => {
  const [worker, other] = [figures.worker, figures[name]];
  return worker === undefined || other === undefined ? undefined : Math.round((worker.perSecond / other.perSecond) * 100) / 100;
};
const cpuShare = (figures.bare?.cpuMicros ?? 0) / (figures.worker?.cpuMicros ?? 1);
const ratios = {
  workerToBareRate: times("bare"),
  bareToWorkerCpu: Math.round(cpuShare * 100) / 100,
  workerToSdkRate: times("sdk"),
  workerToBoto3Rate: times("boto3"),
  workerToS3cmdRate: times("s3cmd"),
};
const peakResidentMb = Math.round(process.resourceUsage().maxRSS / 1_024);
console.error(
  `PutObjectAcl on ${objects} objects, ${concurrency} in flight (boto3: ${BOTO3_THREADS} threads, s3cmd: one), median of ${rounds} rounds`,
);
for (const [name, f] of Object.entries(figures))
  console.error(
    `  ${name.padEnd(6)} ${String(f.perSecond).padStart(7)} objects/s  ${String(f.cpuMicros ?? "?").padStart(5)} us of CPU each`,
  );
console.error(
  `  the whole worker has ${ratios.workerToBareRate} of the bare loop's rate (its CPU: ${ratios.bareToWorkerCpu}), ${ratios.workerToSdkRate ?? "?"} times the SDK's, ${ratios.workerToBoto3Rate ?? "?"} times boto3's, ${ratios.workerToS3cmdRate ?? "?"} times s3cmd's`,
);
console.error(`  peak RSS of this process, which holds the rows for the bare loops as well: ${peakResidentMb} MB`);
console.log(JSON.stringify({ benchmark: "worker", objects, ...ratios, peakResidentMb, figures }));
server.disconnect();
