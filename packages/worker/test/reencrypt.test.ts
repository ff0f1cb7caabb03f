// What becomes of an object that UpdateObjectEncryption refuses, as actions.reencryptFallback says.

import { PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOf, makeBucket, nameFor, owner, setMode, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
let one: AccountSpec;
let key: string;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 23 });
  one = sandbox.accounts[1] as AccountSpec;
  const own = owner(sandbox).kmsKeys[0];
  own?.policyAllows.push(one.accountId);
  key = own?.arn ?? "";
});
afterAll(() => sandbox.close());

const current = (bucket: string, name: string) => sandbox.store.bucket(bucket)?.find(name, undefined);
const ofOp = (bucket: string, op: string) => sandbox.writes().filter((w) => w.bucket === bucket && w.op === op);

/** One object of each kind: re-encryptable, in two layers (400 InvalidRequest), and locked (403 AccessDenied). */
async function objects(bucket: string) {
  await makeBucket(sandbox, bucket, { versioning: "Enabled", lock: true });
  const foreign = { Bucket: bucket, ServerSideEncryption: "aws:kms", SSEKMSKeyId: one.kmsKeys[0]?.arn } as const;
  const op = { op: "reencrypt" } as const;
  return [
    await upload(sandbox, one, { ...foreign, Key: "plain" }, op),
    await upload(sandbox, one, { ...foreign, Key: "layers", ServerSideEncryption: "aws:kms:dsse", Metadata: { kept: "1" } }, op),
    await upload(sandbox, one, { ...foreign, Key: "locked", ObjectLockLegalHoldStatus: "ON" }, op),
  ];
}

describe("a refused reencrypt", () => {
  it("fails with a code that says so where the rule says hold, and changes nothing", async () => {
    const rows = await objects("hold");
    const campaign = await makeCampaign(sandbox, { bucket: "hold", kmsKey: key, work: [{ account: one.accountId, rows }] });
    await campaign.work();
    await campaign.finished();
    const ledger = await campaign.ledger(one.accountId);
    expect(ledger.map((r) => [r.outcome, r.code])).toEqual([
      ["reencrypted", ""],
      ["failed", "ReencryptRefused"],
      ["failed", "ReencryptRefused"],
    ]);
    expect(ledger[1]?.detail).toMatch(/InvalidRequest.*reencryptFallback is hold/);
    expect(ledger[2]?.detail).toMatch(/AccessDenied.*Object Lock.*reencryptFallback is hold/);
    expect(campaign.pauses.size).toBe(0);
    expect(ofOp("hold", "CopyObject")).toEqual([]);
    await campaign.close();
  });

  it("is a copy under the campaign's key where the rule says copy, once, and the ledger tells why", async () => {
    const bucket = nameFor("by-copy");
    const rows = await objects(bucket);
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const choice = { bucket, kmsKey: key, reencryptFallback: "copy", work: [{ account: one.accountId, rows }] } as const;
    const campaign = await makeCampaign(sandbox, choice);
    await campaign.work();
    await campaign.finished();
    const ledger = await campaign.ledger(one.accountId);
    expect(ledger.map((r) => [r.op, r.outcome, r.attempts])).toEqual([
      ["reencrypt", "reencrypted", 2],
      ["reencrypt", "copied", 2],
      ["reencrypt", "copied", 2],
    ]);
    expect(ledger[1]?.detail).toMatch(/^UpdateObjectEncryption was refused \(InvalidRequest.*copied instead\. An encryption context/);
    for (const name of ["layers", "locked"]) {
      expect(current(bucket, name)?.owner).toBe(owner(sandbox).canonicalId);
      expect(current(bucket, name)?.encryption).toEqual({ kind: "SSE-KMS", keyArn: key, bucketKey: true });
    }
    expect(current(bucket, "layers")?.attributes.metadata.get("kept")).toBe("1");
    expect(current(bucket, "locked")?.lock).toEqual({ legalHold: true });
    expect(ofOp(bucket, "CopyObject")).toHaveLength(2);
    await campaign.close();
  });

  it("pauses the account where it is denied everything, and asks for the fence before it copies", async () => {
    const bucket = nameFor("denied");
    const rows = (await objects(bucket)).slice(1);
    const campaign = await makeCampaign(sandbox, {
      bucket,
      kmsKey: key,
      reencryptFallback: "copy",
      work: [{ account: one.accountId, rows }],
    });
    const worker = await campaign.work();
    await expect.poll(() => [...campaign.pauses.values()].map((p) => p.cause).join(), { timeout: 10_000 }).toContain("quitclaim fence");
    await worker.stop("drain");
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const s3 = clientOf(sandbox, owner(sandbox));
    const deny = {
      Effect: "Deny",
      Principal: { AWS: `arn:aws:iam::${one.accountId}:root` },
      Action: "s3:*",
      Resource: `arn:aws:s3:::${bucket}/*`,
    };
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement: [deny] }) }));
    s3.destroy();
    const [account] = campaign.pauses.keys();
    await campaign.resume(account as never);
    await campaign.work();
    await expect
      .poll(() => [...campaign.pauses.values()].map((p) => p.cause).join(), { timeout: 10_000 })
      .toContain("Nothing was marked as failed");
    expect(ofOp(bucket, "CopyObject")).toEqual([]);
    await campaign.close();
  });
});
