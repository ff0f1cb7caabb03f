// A HEAD's refusal has no body: what it hides must not become an object's failure.
import type { PlanRow } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBucket, multiply, nameFor, setMode, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
let one: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 22 });
  one = sandbox.accounts[1] as AccountSpec;
});
afterAll(() => sandbox.close());

describe("looking at an object with a session that S3 calls expired", () => {
  it("renews the session although a HEAD answers a bare 400, and fails no object", async () => {
    const bucket = nameFor("head-expired");
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    await upload(sandbox, one, { Bucket: bucket, Key: "k" });
    const rows: PlanRow[] = multiply(sandbox, bucket, "k", 120, { op: "copy" });
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const campaign = await makeCampaign(sandbox, { bucket, concurrency: 16, work: [{ account: one.accountId, rows }] });
    sandbox.faults.set({ scope: { ops: ["HeadObject"], buckets: [bucket] }, expireToken: 0.02 });
    try {
      await campaign.work();
      await campaign.finished();
    } finally {
      sandbox.faults.set({});
    }
    expect(sandbox.stats().HeadObject?.["400 ExpiredToken"]).toBeGreaterThan(0);
    expect(new Set((await campaign.ledger(one.accountId)).map((r) => `${r.outcome} ${r.code}`))).toEqual(new Set(["copied "]));
    expect(campaign.pauses.size).toBe(0);
    await campaign.close();
  });
});
