// What a signed PutObjectAcl costs: our lean calls and the SDK's, each against a bare loop that sends one constant, never-signed request over the
// same HTTP client. All three take turns within one run, so the ratios hold whatever else the machine does. Prints them, and one JSON line.
import { fork } from "node:child_process";
import { once } from "node:events";
import { leanObjectCalls, openSession, openWire, sdkObjectCalls } from "@quitclaim/aws";

const rounds = 5;
const concurrency = 64;
const calls_of = { bare: 20_000, lean: 20_000, sdk: 2_000 };

const server = fork(new URL("./constant-server.fixture.ts", import.meta.url), { stdio: ["ignore", "pipe", "inherit", "ipc"] });
const [line] = (await once(server.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
const endpoint = `http://127.0.0.1:${line.toString().trim()}`;
const target = { region: "eu-central-1", endpoint, forcePathStyle: true };
const session = openSession(
  {
    kind: "keys",
    accessKeyId: "ASIAEXAMPLEEXAMPLE00",
    secretAccessKey: "secret/secret/secret/secret/secret/secret",
    sessionToken: "t".repeat(700),
  },
  { region: target.region },
);
const options = { session, expectedBucketOwner: "111122223333" };
const wire = openWire(target, { connections: concurrency });
const lean = leanObjectCalls(wire, options);
const sdk = sdkObjectCalls(target, options);

const address = (n: number) => ({
  bucket: "data-lake-prod",
  key: `raw/2026/10/04/part-${n} of many.parquet`,
  versionId: "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY",
});
const constant = [
  "host",
  new URL(endpoint).host,
  "x-amz-acl",
  "bucket-owner-full-control",
  "x-amz-expected-bucket-owner",
  "111122223333",
  "x-amz-content-sha256",
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "x-amz-date",
  "20261004T010000Z",
  "x-amz-security-token",
  "t".repeat(700),
  "authorization",
  `AWS4-HMAC-SHA256 Credential=ASIAEXAMPLEEXAMPLE00/20261004/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`,
];
const place = wire.place("data-lake-prod");

const contenders = {
  bare: async () => {
    const outcome = await wire.send({
      place,
      method: "PUT",
      target: "/data-lake-prod/raw/part-1%20of%20many.parquet?acl=&versionId=3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY",
      headers: constant,
    });
    if ("error" in outcome) throw outcome.error;
  },
  lean: async (n: number) => {
    const answer = await lean.putObjectAcl(address(n), "bucket-owner-full-control");
    if (!answer.ok) throw new Error(answer.message);
  },
  sdk: async (n: number) => {
    const answer = await sdk.putObjectAcl(address(n), "bucket-owner-full-control");
    if (!answer.ok) throw new Error(answer.message);
  },
};
type Name = keyof typeof contenders;
const names = Object.keys(contenders) as Name[];

async function run(name: Name, calls: number): Promise<{ perSecond: number; cpuMicros: number }> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < calls) await contenders[name](next++);
  };
  const cpu = process.cpuUsage();
  const from = performance.now();
  await Promise.all(Array.from({ length: concurrency }, lane));
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: calls / seconds, cpuMicros: (user + system) / calls };
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

for (const name of names) await run(name, calls_of[name] / 4);
const taken: Record<Name, { perSecond: number; cpuMicros: number }[]> = { bare: [], lean: [], sdk: [] };
for (let round = 0; round < rounds; round++) for (const name of names) taken[name].push(await run(name, calls_of[name]));

const figures = Object.fromEntries(
  names.map((name) => [
    name,
    {
      perSecond: Math.round(median(taken[name].map((t) => t.perSecond))),
      cpuMicros: Math.round(median(taken[name].map((t) => t.cpuMicros))),
    },
  ]),
) as Record<Name, { perSecond: number; cpuMicros: number }>;
const ratio = (a: number, b: number): number => Math.round((a / b) * 100) / 100;
const ratios = {
  leanToBareRate: ratio(figures.lean.perSecond, figures.bare.perSecond),
  leanToBareCpu: ratio(figures.lean.cpuMicros, figures.bare.cpuMicros),
  leanToSdkRate: ratio(figures.lean.perSecond, figures.sdk.perSecond),
  sdkToLeanCpu: ratio(figures.sdk.cpuMicros, figures.lean.cpuMicros),
};
console.error(`PutObjectAcl, ${concurrency} in flight, median of ${rounds} rounds`);
for (const name of names)
  console.error(
    `  ${name.padEnd(5)} ${String(figures[name].perSecond).padStart(7)} calls/s  ${String(figures[name].cpuMicros).padStart(5)} us of CPU each`,
  );
console.error(
  `  lean has ${ratios.leanToBareRate} of the bare loop's rate, and ${ratios.leanToSdkRate} times the SDK's; the SDK spends ${ratios.sdkToLeanCpu} times its CPU`,
);
console.log(JSON.stringify({ benchmark: "signed-calls", ...ratios, figures }));

sdk.close();
await wire.close();
server.disconnect();
