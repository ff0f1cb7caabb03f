// A Deny that is meant for some objects only: the account's other objects are done, the denied ones fail with S3's code, and nobody has to
// be woken for it. Where nothing but such objects is left, a person is asked once.
import { PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { accountId, type PlanRow } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DENIALS_IN_A_ROW_MAX, DOUBTED_BATCHES_MAX } from "../src/limits.ts";
import { clientOf, makeBucket, multiply, nameFor, owner, upload } from "./stage/bucket.ts";
import { makeCampaign, type TestCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
let one: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 31 });
  one = sandbox.accounts[1] as AccountSpec;
});
afterAll(() => sandbox.close());

const granted = (bucket: string): number => sandbox.writes().filter((w) => w.bucket === bucket && w.op === "PutObjectAcl").length;
const outcomes = async (campaign: TestCampaign): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const row of await campaign.ledger(one.accountId)) {
    const name = `${row.key.split("/")[0]} ${row.outcome} ${row.code}`.trim();
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

async function objects(bucket: string, counts: Readonly<Record<string, number>>): Promise<PlanRow[]> {
  await makeBucket(sandbox, bucket, { versioning: "Enabled" });
  const rows: PlanRow[] = [];
  for (const [prefix, count] of Object.entries(counts)) {
    await upload(sandbox, one, { Bucket: bucket, Key: `${prefix}/k` });
    rows.push(...multiply(sandbox, bucket, `${prefix}/k`, count));
  }
  return rows;
}

/** Lets nobody of the account write ACLs below this prefix, "" for all. */
async function deny(bucket: string, prefix: string | undefined): Promise<void> {
  const s3 = clientOf(sandbox, owner(sandbox));
  const policy = JSON.parse(sandbox.store.bucket(bucket)?.policy?.text ?? "{}");
  policy.Statement = policy.Statement.filter((s: { Effect: string }) => s.Effect === "Allow");
  if (prefix !== undefined)
    policy.Statement.push({
      Effect: "Deny",
      Principal: { AWS: `arn:aws:iam::${one.accountId}:root` },
      Action: ["s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
      Resource: `arn:aws:s3:::${bucket}/${prefix}*`,
    });
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(policy) }));
  s3.destroy();
}

describe("a Deny on one prefix", { timeout: 40_000 }, () => {
  it("in the middle of an account's objects pauses nothing: its objects fail with S3's code, all others are granted", async () => {
    const bucket = nameFor("middle");
    const rows = await objects(bucket, { a: 100, logs: 90, z: 400 });
    await deny(bucket, "logs/");
    const campaign = await makeCampaign(sandbox, { bucket, concurrency: 4, work: [{ account: one.accountId, rows, batchRows: 30 }] });
    // The others are slow, so that many denials come between two of theirs.
    sandbox.faults.set({ scope: { keyPrefixes: ["a/", "z/"] }, latency: { fixedMs: 40 } });
    await campaign.work();
    await campaign.finished();
    sandbox.faults.set({});
    expect(await outcomes(campaign)).toEqual({ "a granted": 100, "logs failed AccessDenied": 90, "z granted": 400 });
    expect(campaign.pauses.size).toBe(0);
    const aside = campaign.events.filter((e) => e.kind === "batch-handed-back");
    expect(aside.length).toBeGreaterThan(0);
    expect(aside.map((e) => e.why).join()).toContain("other batches come first");
    // Mended, a retry does them.
    await deny(bucket, undefined);
    expect(await campaign.retry({ code: "AccessDenied" })).toBe(90);
    await campaign.finished();
    expect(await outcomes(campaign)).toEqual({ "a granted": 100, "logs granted": 90, "z granted": 400 });
    await campaign.close();
  });

  it("with nothing else left pauses the account, which did other objects; resumed as it is, another process marks them as failed", async () => {
    const bucket = nameFor("tail");
    const rows = await objects(bucket, { a: 30, logs: 60 });
    await deny(bucket, "logs/");
    const campaign = await makeCampaign(sandbox, { bucket, concurrency: 64, work: [{ account: one.accountId, rows, batchRows: 30 }] });
    const id = accountId(one.accountId);
    // The granted ones come first and are finished: a success after a batch was set aside would make its denials the objects' own.
    sandbox.faults.set({ scope: { keyPrefixes: ["logs/"] }, latency: { fixedMs: 3_000 } });
    const first = await campaign.work();
    await expect.poll(() => campaign.events.some((e) => e.kind === "batch-finished"), { timeout: 15_000 }).toBe(true);
    await first.stop("now");
    sandbox.faults.set({});
    const worker = await campaign.work();
    const paused = () => expect.poll(() => campaign.pauses.get(id)?.cause ?? "", { timeout: 30_000 });
    await paused().toContain("Where the denial is meant");
    expect(campaign.pauses.get(id)?.cause).toMatch(/the last on "logs\/k-.*may read that object's ACL.*Nothing was marked as failed/);
    await worker.stop("drain");
    expect(granted(bucket)).toBe(30);
    await campaign.work();
    await campaign.resume(id);
    await campaign.finished();
    expect(await outcomes(campaign)).toEqual({ "a granted": 30, "logs failed AccessDenied": 60 });
    const left: string[] = [];
    for await (const path of campaign.store.list("denials/")) left.push(path);
    expect(left).toEqual([]);
    await campaign.close();
  });

  it("is told from an account that breaks half way: that one is paused with next to nothing sent, and nothing is marked as failed", async () => {
    const bucket = nameFor("half-way");
    const rows = await objects(bucket, { a: 1_200 });
    const campaign = await makeCampaign(sandbox, {
      bucket,
      concurrency: 4,
      requestsPerSecond: 400,
      work: [{ account: one.accountId, rows, batchRows: 30 }],
    });
    await campaign.work();
    await expect.poll(() => granted(bucket), { timeout: 15_000 }).toBeGreaterThan(100);
    await deny(bucket, "");
    const id = accountId(one.accountId);
    const denied = (): number => sandbox.stats().PutObjectAcl?.["403 AccessDenied"] ?? 0;
    const before = denied();
    await expect.poll(() => campaign.pauses.get(id)?.cause ?? "", { timeout: 15_000 }).toContain("Nothing was marked as failed");
    // A batch that is still being handed back would pause the account once more, whoever resumed it meanwhile.
    await expect.poll(() => campaign.queues.get(id).getActiveCount(), { timeout: 15_000 }).toBe(0);
    expect(denied() - before).toBeLessThan(2 * DENIALS_IN_A_ROW_MAX * DOUBTED_BATCHES_MAX);
    const { failed } = await campaign.snapshot();
    expect(failed).toEqual({});
    await deny(bucket, undefined);
    await campaign.resume(id);
    await campaign.finished();
    expect(await outcomes(campaign)).toEqual({ "a granted": 1_200 });
    await campaign.close();
  });
});
