// S3 out of reach for a while: no object pays for it, and one that is really broken still does.
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBucket, multiply, nameFor, setMode, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";
import { openFront } from "./stage/front.ts";

let sandbox: Sandbox;
let one: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 27 });
  one = sandbox.accounts[1] as AccountSpec;
});
afterAll(() => sandbox.close());

describe("an endpoint that goes away", () => {
  it("fails nothing, neither a grant nor a copy: the batches come back by themselves once it answers again", {
    timeout: 60_000,
  }, async () => {
    const bucket = nameFor("outage");
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    await upload(sandbox, one, { Bucket: bucket, Key: "a" });
    await upload(sandbox, one, { Bucket: bucket, Key: "c" });
    const grants = multiply(sandbox, bucket, "a", 40);
    const copies = multiply(sandbox, bucket, "c", 40, { op: "copy" });
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const front = await openFront(sandbox);
    const written = { acl: 0, copy: 0 };
    let gone: Promise<void> | undefined;
    front.meddle(({ method, headers, url }) => {
      if (method === "PUT")
        written[headers["x-amz-copy-source"] !== undefined ? "copy" : (url ?? "").includes("?acl") ? "acl" : "copy"] += 1;
      if (written.acl >= 8 && written.copy >= 8) gone ??= front.away();
      return false;
    });
    const campaign = await makeCampaign(sandbox, {
      bucket,
      endpoint: front.endpoint,
      concurrency: 4,
      work: [{ account: one.accountId, rows: [...grants, ...copies], batchRows: 40 }],
    });
    await campaign.work();
    const back = () => campaign.events.filter((e) => e.kind === "batch-handed-back");
    await expect.poll(() => back().length, { timeout: 20_000 }).toBe(2);
    for (const event of back()) expect(event.why).toMatch(/^S3 is out of reach: Nothing accepts connections.*Nothing was marked as failed/);
    await gone;
    await front.back();
    await campaign.finished();
    const ledger = await campaign.ledger(one.accountId);
    expect(ledger.map((r) => r.outcome)).toEqual([...grants.map(() => "granted"), ...copies.map(() => "copied")]);
    const made = sandbox.writes().filter((w) => w.bucket === bucket && w.op === "CopyObject");
    expect(new Set(made.map((w) => w.key)).size).toBe(made.length);
    expect(campaign.pauses.size).toBe(0);
    await campaign.close();
    await front.close();
  });

  it("still fails the one object whose connections break while others are answered", { timeout: 30_000 }, async () => {
    const bucket = nameFor("outage-own");
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    await upload(sandbox, one, { Bucket: bucket, Key: "a" });
    const rows = multiply(sandbox, bucket, "a", 5);
    const front = await openFront(sandbox);
    front.meddle(({ url }, response) => {
      if (!(url ?? "").includes("a-000003")) return false;
      response.destroy();
      return true;
    });
    const campaign = await makeCampaign(sandbox, { bucket, endpoint: front.endpoint, work: [{ account: one.accountId, rows }] });
    await campaign.work();
    await campaign.finished();
    const ledger = await campaign.ledger(one.accountId);
    expect(ledger.map((r) => `${r.outcome} ${r.code}`)).toEqual(["granted ", "granted ", "granted ", "failed ConnectionReset", "granted "]);
    await campaign.close();
    await front.close();
  });
});
