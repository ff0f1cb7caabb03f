// The bucket-wide rate against a server that has one (a token bucket for each prefix): found within seconds, kept to, and shared by processes
// that come and go. The permitted rate is far below what any machine does, so nothing here measures the machine.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { PlanRow } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeBucket, multiply, owner, upload } from "../packages/worker/test/stage/bucket.ts";
import { makeCampaign, type TestCampaign } from "../packages/worker/test/stage/campaign.ts";

const PREFIXES = ["raw", "curated"];
/** Requests a second that the server permits on each prefix. */
const PERMITTED_EACH = 100;
const PERMITTED = PERMITTED_EACH * PREFIXES.length;
const CEILING = 1_000;

let sandbox: Sandbox;
let one: AccountSpec;
let campaign: TestCampaign | undefined;
const processes = new Set<ChildProcess>();
// Around each attempt, not around the file: a retried test finds nothing of the first.
beforeEach(async () => {
  sandbox = await startSandbox({ accounts: 3, seed: 31 });
  one = sandbox.accounts[1] as AccountSpec;
});
afterEach(async () => {
  await Promise.all(
    [...processes].map(async (child) => {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    }),
  );
  await campaign?.close();
  campaign = undefined;
  await sandbox.close();
});

function join({ config }: TestCampaign): ChildProcess {
  const { accessKeyId, secretAccessKey } = owner(sandbox);
  const child = fork(
    new URL("../packages/worker/test/stage/worker-process.ts", import.meta.url),
    [JSON.stringify({ config, owner: { accessKeyId, secretAccessKey } })],
    { execArgv: ["--conditions=development"], stdio: ["ignore", "ignore", "inherit", "ipc"] },
  );
  processes.add(child);
  child.once("exit", () => processes.delete(child));
  return child;
}

/** What PutObjectAcl was answered so far. */
function answers(): { accepted: number; slowed: number; at: number } {
  const { "200": accepted = 0, "503 SlowDown": slowed = 0 } = sandbox.stats().PutObjectAcl ?? {};
  return { accepted, slowed, at: performance.now() };
}

async function measured(what: string, work: () => Promise<void>): Promise<{ ofPermitted: number; slowed: number }> {
  const before = answers();
  await work();
  const after = answers();
  const accepted = after.accepted - before.accepted;
  const slowed = after.slowed - before.slowed;
  const figures = { ofPermitted: (accepted / (after.at - before.at)) * (1_000 / PERMITTED), slowed: slowed / (accepted + slowed) };
  console.info(
    `rate, ${what}: ${(figures.ofPermitted * 100).toFixed(1)} % of what is permitted, ${(figures.slowed * 100).toFixed(2)} % SlowDown`,
  );
  return figures;
}

describe("the bucket-wide rate, against a token bucket for each prefix", () => {
  it("is found, kept within a tenth with few SlowDowns, and shared by processes that come and go", { timeout: 90_000 }, async () => {
    const bucket = "rate";
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    const rows: PlanRow[] = [];
    const each = await Promise.all(
      PREFIXES.map(async (prefix) => {
        await upload(sandbox, one, { Bucket: bucket, Key: `${prefix}/k` });
        return multiply(sandbox, bucket, `${prefix}/k`, 4_500, { op: "acl" });
      }),
    );
    for (let i = 0; i < 4_500; i++) for (const some of each) rows.push(some[i] as PlanRow);
    const made = await makeCampaign(sandbox, {
      bucket,
      requestsPerSecond: CEILING,
      concurrency: 32,
      work: [{ account: one.accountId, rows, batchRows: 300 }],
    });
    campaign = made;
    sandbox.faults.set({ scope: { ops: ["PutObjectAcl"], buckets: [bucket] }, slowDown: { perSecond: PERMITTED_EACH, per: "prefix" } });
    const [first] = [join(made), join(made)];
    while (answers().accepted === 0) await sleep(20);
    await sleep(8_000);

    const steady = await measured("two processes", () => sleep(8_000));
    const changing = await measured("one comes, one is killed", async () => {
      const third = join(made);
      await sleep(4_000);
      first?.kill("SIGKILL");
      await sleep(4_000);
      third.send("drain");
      await once(third, "exit");
      await sleep(2_000);
    });
    expect(steady.ofPermitted).toBeGreaterThan(0.9);
    expect(changing.ofPermitted).toBeGreaterThan(0.9);
    for (const { slowed } of [steady, changing]) expect(slowed).toBeLessThan(0.02);
  });
});

describe("the operator's ceiling", () => {
  it("is followed while processes work, down and up, and shared fairly by accounts", { timeout: 60_000 }, async () => {
    const bucket = "ceiling";
    const two = sandbox.accounts[2] as AccountSpec;
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    const work = [];
    for (const [account, prefix] of [
      [one, "one"],
      [two, "two"],
    ] as const) {
      await upload(sandbox, account, { Bucket: bucket, Key: `${prefix}/k` });
      work.push({ account: account.accountId, rows: multiply(sandbox, bucket, `${prefix}/k`, 4_000, { op: "acl" }), batchRows: 200 });
    }
    const made = await makeCampaign(sandbox, { bucket, requestsPerSecond: 300, concurrency: 16, work });
    campaign = made;
    join(made);
    join(made);
    while (answers().accepted < 100) await sleep(20);
    const perSecond = async (ms: number): Promise<number> => {
      const from = answers();
      await sleep(ms);
      const to = answers();
      return ((to.accepted - from.accepted) / (to.at - from.at)) * 1_000;
    };
    await made.setCeiling(80);
    // A heartbeat until it is known, and what was leased before is used up.
    await sleep(2_500);
    const low = await perSecond(3_000);
    await made.setCeiling(400);
    // Climbed to, a tenth of it a second.
    await expect.poll(() => perSecond(500), { timeout: 20_000, interval: 10 }).toBeGreaterThan(400 * 0.9);
    const high = await perSecond(3_000);
    console.info(`rate, ceilings of 80 and 400 a second: ${low.toFixed(0)} and ${high.toFixed(0)}`);
    expect(low).toBeGreaterThan(80 * 0.8);
    expect(low).toBeLessThan(80 * 1.1);
    expect(high).toBeGreaterThan(400 * 0.8);
    expect(high).toBeLessThan(400 * 1.1);
    const ofOne = sandbox.writes().filter((w) => w.op === "PutObjectAcl" && w.key?.startsWith("one/") === true).length;
    expect(ofOne / answers().accepted).toBeGreaterThan(0.42);
    expect(ofOne / answers().accepted).toBeLessThan(0.58);
  });
});
