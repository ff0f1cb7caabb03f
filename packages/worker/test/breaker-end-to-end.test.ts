// An account that is denied is paused with the cause and burns nothing; the others go on; mended and resumed, it finishes.

import { PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { accountId } from "@quitclaim/campaign";
import { type AccountSpec, parsePolicy, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOf, makeBucket, multiply, nameFor, owner, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
let one: AccountSpec;
let two: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 3, seed: 13 });
  [, one, two] = sandbox.accounts as [AccountSpec, AccountSpec, AccountSpec];
});
afterAll(() => sandbox.close());

async function twoAccounts(bucket: string) {
  await makeBucket(sandbox, bucket, { versioning: "Enabled" });
  await upload(sandbox, one, { Bucket: bucket, Key: "one/k" });
  await upload(sandbox, two, { Bucket: bucket, Key: "two/k" });
  const rows = { one: multiply(sandbox, bucket, "one/k", 120), two: multiply(sandbox, bucket, "two/k", 120) };
  const campaign = await makeCampaign(sandbox, {
    bucket,
    work: [
      { account: one.accountId, rows: rows.one, batchRows: 50 },
      { account: two.accountId, rows: rows.two, batchRows: 50 },
    ],
  });
  return { rows, campaign, paused: accountId(one.accountId) };
}

describe("an account that is denied", () => {
  it("whose role is refused: paused with what to write into the trust policy; the other finishes; resumed, it finishes too", async () => {
    const role = one.roles[0];
    if (role === undefined) throw new Error("no role");
    const trust = role.trust;
    role.trust = parsePolicy(
      JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" }] }),
    );
    const { campaign, paused } = await twoAccounts("deny-role");
    await campaign.work();
    await expect.poll(() => campaign.pauses.get(paused)?.cause ?? "", { timeout: 15_000 }).toContain("sts:AssumeRole");
    await expect
      .poll(
        () =>
          campaign.ledger(two.accountId).then(
            (l) => l.length,
            () => 0,
          ),
        { timeout: 15_000 },
      )
      .toBe(120);
    await expect(campaign.ledger(one.accountId)).rejects.toThrow("no ledger");
    role.trust = trust;
    await campaign.resume(paused);
    await campaign.finished();
    expect(new Set((await campaign.ledger(one.accountId)).map((r) => r.outcome))).toEqual(new Set(["granted"]));
    await campaign.close();
  });

  it("whose role is another account's: paused before its first write, with both accounts named", async () => {
    const bucket = nameFor("deny-identity");
    await makeBucket(sandbox, bucket);
    await upload(sandbox, one, { Bucket: bucket, Key: "k" });
    const rows = multiply(sandbox, bucket, "k", 10);
    const wrong = { kind: "role" as const, roleArn: two.roles[0]?.arn ?? "" };
    const id = accountId(one.accountId);
    const campaign = await makeCampaign(sandbox, {
      bucket,
      work: [{ account: one.accountId, rows }],
      config: { accounts: [{ id, name: "one", credentials: wrong }] },
    });
    await campaign.work();
    await expect.poll(() => campaign.pauses.get(id)?.cause ?? "", { timeout: 15_000 }).toContain(`is account ${two.accountId}`);
    expect(campaign.pauses.get(id)?.cause).toContain(`belong to account ${one.accountId}`);
    expect(sandbox.writes().filter((w) => w.bucket === bucket && w.op === "PutObjectAcl")).toEqual([]);
    await campaign.close();
  });

  it("by the bucket's policy: paused before anything is marked as failed, and no job loses an attempt", async () => {
    const bucket = nameFor("deny-policy");
    const { campaign, paused, rows } = await twoAccounts(bucket);
    const s3 = clientOf(sandbox, owner(sandbox));
    const policy = sandbox.store.bucket(bucket)?.policy?.text ?? "";
    const deny = {
      Effect: "Deny",
      Principal: { AWS: `arn:aws:iam::${one.accountId}:root` },
      Action: "s3:PutObjectVersionAcl",
      Resource: `arn:aws:s3:::${bucket}/*`,
    };
    const denying = JSON.parse(policy);
    denying.Statement.push(deny);
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(denying) }));
    await campaign.work();
    await expect
      .poll(() => campaign.pauses.get(paused)?.cause ?? "", { timeout: 15_000 })
      .toMatch(/AccessDenied.*s3:PutObjectVersionAcl.*Deny in the bucket policy/);
    await expect.poll(async () => (await campaign.queues.get(paused).getJobCounts("active")).active, { timeout: 15_000 }).toBe(0);
    const denials = sandbox.stats();
    expect(denials).toBeDefined();
    for (const job of await campaign.queues.get(paused).getJobs(["waiting", "delayed"])) expect(job.attemptsMade).toBe(0);
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
    s3.destroy();
    await campaign.resume(paused);
    await campaign.finished();
    const ledger = await campaign.ledger(one.accountId);
    expect(ledger).toHaveLength(rows.one.length);
    expect(new Set(ledger.map((r) => r.outcome))).toEqual(new Set(["granted"]));
    await campaign.close();
  });

  it("for some objects only: those fail with S3's code, the rest is granted, and a retry mends them", async () => {
    const bucket = nameFor("deny-some");
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    await upload(sandbox, one, { Bucket: bucket, Key: "k" });
    await upload(sandbox, two, { Bucket: bucket, Key: "not-ones" });
    const granted = multiply(sandbox, bucket, "k", 60);
    const foreign = multiply(sandbox, bucket, "not-ones", 6);
    // Every tenth object belongs to somebody else by now, so that this account is denied just there.
    const rows = granted.flatMap((row, i) => (i % 10 === 5 ? [row, foreign[(i - 5) / 10] as typeof row] : [row]));
    const campaign = await makeCampaign(sandbox, { bucket, concurrency: 4, work: [{ account: one.accountId, rows, batchRows: 33 }] });
    await campaign.work();
    await campaign.finished();
    const ledger = await campaign.ledger(one.accountId);
    expect(ledger.filter((r) => r.outcome === "failed").map((r) => [r.key, r.code])).toEqual(foreign.map((r) => [r.key, "AccessDenied"]));
    expect(ledger.filter((r) => r.outcome === "granted")).toHaveLength(60);
    expect(campaign.pauses.size).toBe(0);
    await campaign.close();
  });
});
