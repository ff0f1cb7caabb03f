// How fast and how well the bucket-wide rate finds what a server permits: two worker processes against a sandbox with a token bucket, answers at
// once and after 50 ms. Prints the share of the permitted rate, the SlowDowns, and the seconds until nine tenths were reached first.
import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { type AccountSpec, startSandbox } from "@quitclaim/sandbox";
import { makeBucket, multiply, owner, upload } from "../packages/worker/test/stage/bucket.ts";
import { makeCampaign } from "../packages/worker/test/stage/campaign.ts";

const seconds = Number(process.env.QC_BENCH_SECONDS ?? 20);
const ceiling = 3_500;
const sandbox = await startSandbox({ accounts: 2, seed: 41 });
const uploader = sandbox.accounts[1] as AccountSpec;

interface Figure {
  readonly permitted: number;
  readonly latencyMs: number;
  readonly ofPermitted: number;
  readonly slowed: number;
  /** undefined: never. */
  readonly secondsToNineTenths: number | undefined;
}

function answers(): { accepted: number; slowed: number } {
  const { "200": accepted = 0, "503 SlowDown": slowed = 0 } = sandbox.stats().PutObjectAcl ?? {};
  return { accepted, slowed };
}

async function measure(permitted: number, latencyMs: number): Promise<Figure> {
  const bucket = `rate-${permitted}-${latencyMs}`;
  await makeBucket(sandbox, bucket, { versioning: "Enabled" });
  await upload(sandbox, uploader, { Bucket: bucket, Key: "k" });
  const rows = multiply(sandbox, bucket, "k", permitted * (seconds + 25), { op: "acl" });
  const campaign = await makeCampaign(sandbox, {
    bucket,
    requestsPerSecond: ceiling,
    concurrency: 64,
    work: [{ account: uploader.accountId, rows, batchRows: 500 }],
  });
  sandbox.faults.set({
    scope: { ops: ["PutObjectAcl"], buckets: [bucket] },
    latency: { fixedMs: latencyMs },
    slowDown: { perSecond: permitted },
  });
  const { accessKeyId, secretAccessKey } = owner(sandbox);
  const workers = [1, 2].map(
    (): ChildProcess =>
      fork(
        new URL("../packages/worker/test/stage/worker-process.ts", import.meta.url),
        [JSON.stringify({ config: campaign.config, owner: { accessKeyId, secretAccessKey } })],
        { execArgv: ["--conditions=development"], stdio: ["ignore", "ignore", "inherit", "ipc"] },
      ),
  );
  try {
    const start = answers().accepted;
    while (answers().accepted === start) await sleep(10);
    const from = performance.now();
    let reached: number | undefined;
    // The bucket starts full, and lends a second's worth: what counts is a rate that lasts.
    for (let last = answers().accepted; performance.now() - from < 8_000; last = answers().accepted) {
      await sleep(1_000);
      if (answers().accepted - last >= permitted * 0.9) reached ??= (performance.now() - from) / 1_000;
    }
    const before = answers();
    const steadyFrom = performance.now();
    await sleep(seconds * 1_000);
    const after = answers();
    const accepted = after.accepted - before.accepted;
    const slowed = after.slowed - before.slowed;
    return {
      permitted,
      latencyMs,
      ofPermitted: accepted / ((performance.now() - steadyFrom) / 1_000) / permitted,
      slowed: slowed / Math.max(1, accepted + slowed),
      secondsToNineTenths: reached,
    };
  } finally {
    for (const worker of workers) worker.kill("SIGKILL");
    await campaign.close();
  }
}

const figures: Figure[] = [];
for (const permitted of [200, 800]) for (const latencyMs of [0, 50]) figures.push(await measure(permitted, latencyMs));
await sandbox.close();
console.error(`two processes, ceiling ${ceiling}/s, ${seconds} s after 8 s of finding out`);
for (const f of figures)
  console.error(
    `  permitted ${String(f.permitted).padStart(4)}/s, ${String(f.latencyMs).padStart(2)} ms a call: ${(f.ofPermitted * 100).toFixed(1).padStart(5)} % of it, ${(f.slowed * 100).toFixed(2)} % SlowDown, nine tenths after ${f.secondsToNineTenths?.toFixed(0) ?? "more than 8"} s`,
  );
/** The rate with 50 ms a call as a share of the rate without: 1 where latency is hidden. */
const latencyHidden = [200, 800].map((permitted) => {
  const [slow, quick] = [50, 0].map((ms) => figures.find((f) => f.permitted === permitted && f.latencyMs === ms)?.ofPermitted ?? 0);
  return { permitted, ratio: Math.round(((slow ?? 0) / (quick ?? 1)) * 1_000) / 1_000 };
});
console.error(`  with 50 ms a call, of the rate without: ${latencyHidden.map((h) => `${h.ratio} at ${h.permitted}/s`).join(", ")}`);
console.log(JSON.stringify({ benchmark: "rate", latencyHidden, figures }));
