// The bucket owner's role is denied what ends a copy: its account is paused with what that role lacks, and no object fails for it.
import { accountId, type CanonicalId, type Grant } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBucket, multiply, nameFor, owner, setMode, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";
import { denying } from "./stage/policy.ts";

let sandbox: Sandbox;
let one: AccountSpec;
let partner: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 3, seed: 43, bucketDefaults: "legacy" });
  [, one, partner] = sandbox.accounts as [AccountSpec, AccountSpec, AccountSpec];
});
afterAll(() => sandbox.close());

describe("a bucket owner's role that may not finish copies", { timeout: 40_000 }, () => {
  it.each([
    ["put grants back on them", "s3:PutObjectVersionAcl", ["s3:PutObjectAcl", "s3:PutObjectVersionAcl"]],
    ["look at them", "s3:GetObjectVersion", ["s3:GetObject", "s3:GetObjectVersion"]],
  ])("pauses the account where it may not %s, fails nothing, and copies nothing twice once it may", async (_, lacks, denied) => {
    const bucket = nameFor("owner-denied");
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    await upload(sandbox, one, { Bucket: bucket, Key: "k" });
    const grants: Grant[] = [
      { id: partner.canonicalId as CanonicalId, permission: "READ" },
      { id: owner(sandbox).canonicalId as CanonicalId, permission: "FULL_CONTROL" },
    ];
    const rows = multiply(sandbox, bucket, "k", 150, { op: "copy", grants });
    const campaign = await makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows, batchRows: 25 }] });
    const id = accountId(one.accountId);
    await denying(sandbox, bucket, [owner(sandbox)], denied, async () => {
      await campaign.work();
      await expect.poll(() => campaign.pauses.get(id)?.cause ?? "", { timeout: 15_000 }).toContain("the bucket owner's role");
      // A batch that is still being handed back would pause the account once more, whoever resumed it meanwhile.
      await expect.poll(() => campaign.queues.get(id).getActiveCount(), { timeout: 15_000 }).toBe(0);
    });
    const cause = campaign.pauses.get(id)?.cause ?? "";
    expect(cause).toMatch(new RegExp(`It was the bucket owner's role.*not this account.*lacks ${lacks}`));
    expect(cause).toContain("Nothing was marked as failed.");
    expect((await campaign.snapshot()).failed).toEqual({});
    await campaign.resume(id);
    await campaign.finished();
    expect(new Set((await campaign.ledger(one.accountId)).map((r) => r.outcome))).toEqual(new Set(["copied"]));
    const copies = sandbox.writes().filter((w) => w.bucket === bucket && w.op === "CopyObject");
    expect([copies.length, new Set(copies.map((w) => w.key)).size]).toEqual([rows.length, rows.length]);
    for (const { key } of rows) {
      const acl = sandbox.store.bucket(bucket)?.find(key, undefined)?.acl ?? [];
      expect(acl.some((g) => g.grantee.kind === "user" && g.grantee.id === partner.canonicalId && g.permission === "READ")).toBe(true);
    }
    await campaign.close();
  });
});
