// Copies over 5 GB, by an upload in parts: the sandbox's write log is the witness of what was sent, its store of what came of it.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { CreateMultipartUploadCommand, PutObjectCommand, UploadPartCommand } from "@aws-sdk/client-s3";
import { s3Client } from "@quitclaim/aws";
import { accountId, type PlanRow, releaseDeadWorkers } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { declareIntent } from "../src/operations/intent.ts";
import { clientOf, enlarge, makeBucket, nameFor, owner, setMode, upload } from "./stage/bucket.ts";
import { makeCampaign, sessionsOf, type TestCampaign } from "./stage/campaign.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

let sandbox: Sandbox;
let one: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 3, seed: 21 });
  one = sandbox.accounts[1] as AccountSpec;
});
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  sandbox.faults.set({});
});
afterAll(() => sandbox.close());

const writes = (bucket: string, op: string) => sandbox.writes().filter((w) => w.bucket === bucket && w.op === op);
const partsSent = (bucket: string) => writes(bucket, "UploadPartCopy").map((w) => Number(w.detail?.part));
const openUploads = (bucket: string) => [...(sandbox.store.bucket(bucket)?.uploads.values() ?? [])].map((u) => u.key);
const current = (bucket: string, key: string) => {
  const found = sandbox.store.bucket(bucket)?.find(key, undefined);
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
};
const partSizes = (bucket: string, key: string) => current(bucket, key).parts?.map((p) => p.size);

async function large(bucket: string, objects: Record<string, readonly number[]>, versioning?: "Enabled"): Promise<PlanRow[]> {
  await makeBucket(sandbox, bucket, versioning === undefined ? {} : { versioning });
  const rows: PlanRow[] = [];
  for (const [Key, sizes] of Object.entries(objects)) {
    await upload(sandbox, one, { Bucket: bucket, Key, Metadata: { a: "1" }, Tagging: "t=1" });
    rows.push(enlarge(sandbox, bucket, Key, sizes, { op: "copy" }));
  }
  await setMode(sandbox, bucket, "BucketOwnerPreferred");
  return rows;
}
const campaignOf = (bucket: string, rows: readonly PlanRow[]) =>
  makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows }], concurrency: 16 });

/** A fault that every UploadPartCopy meets, for as long as `act` runs. */
async function slowParts(ms: number, act: () => Promise<void>): Promise<void> {
  sandbox.faults.set({ scope: { ops: ["UploadPartCopy"] }, latency: { fixedMs: ms } });
  try {
    await act();
  } finally {
    sandbox.faults.set({});
  }
}

describe("a copy in parts", { timeout: 60_000 }, () => {
  it.each([["versioned", "Enabled"] as const, ["unversioned", undefined] as const])(
    "keeps the source's parts where it has them, makes equal ones where not, in a %s bucket",
    async (kind, versioning) => {
      const bucket = nameFor(`large-parts-${kind}`);
      const uneven = [3 * GIB, 5 * MIB, 2 * GIB, GIB, 7];
      const even = [...Array.from({ length: 11 }, () => 512 * MIB), 3];
      const rows = await large(bucket, { uneven, even, "in one ü+%": [6 * GIB + 1] }, versioning);
      const campaign = await campaignOf(bucket, rows);
      await campaign.work();
      await campaign.finished();
      const ledger = await campaign.ledger(one.accountId);
      expect(ledger.map((r) => [r.outcome, r.detail, r.attempts])).toEqual(rows.map(() => ["copied", "", 1]));
      expect(partSizes(bucket, "uneven")).toEqual(uneven);
      expect(partSizes(bucket, "even")).toEqual(even);
      expect(partSizes(bucket, "in one ü+%")).toEqual([...Array.from({ length: 24 }, () => 256 * MIB), 1]);
      for (const row of rows) {
        const after = current(bucket, row.key);
        expect(after.owner).toBe(owner(sandbox).canonicalId);
        expect(after.size).toBe(row.size);
        expect(after.tags.get("t")).toBe("1");
      }
      if (versioning !== undefined)
        for (const write of writes(bucket, "UploadPartCopy")) expect(rows.map((r) => r.versionId)).toContain(write.detail?.sourceVersionId);
      expect(openUploads(bucket)).toEqual([]);
      // The batch's own intent: the records of its uploads are gone with them.
      expect(await names(campaign)).toHaveLength(1);
      await campaign.close();
    },
  );

  it("killed in the middle, is taken up where it stood: no finished part is copied again, and one upload is completed", async () => {
    const bucket = nameFor("large-kill");
    const rows = await large(bucket, { k: [8 * GIB] }, "Enabled");
    const campaign = await campaignOf(bucket, rows);
    await slowParts(300, async () => {
      const child = spawnWorker(campaign);
      await expect.poll(() => partsSent(bucket).length, { timeout: 20_000 }).toBeGreaterThan(8);
      child.kill("SIGKILL");
      await once(child, "exit");
      // What the dead worker had sent still comes to its end at S3.
      await new Promise((resolve) => setTimeout(resolve, 400));
      const finished = partsSent(bucket);
      expect(finished.length).toBeLessThan(32);
      await handBack(campaign, child.pid);
      await campaign.work();
      await campaign.finished();
      expect((await campaign.ledger(one.accountId)).map((r) => [r.outcome, r.attempts])).toEqual([["copied", 1]]);
      expect([...partsSent(bucket)].sort((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, i) => i + 1));
    });
    expect(writes(bucket, "CreateMultipartUpload")).toHaveLength(1);
    expect(writes(bucket, "CompleteMultipartUpload")).toHaveLength(1);
    expect(openUploads(bucket)).toEqual([]);
    expect(current(bucket, "k").owner).toBe(owner(sandbox).canonicalId);
    await campaign.close();
  });

  it("stopped at once, is aborted and forgotten, since nobody may ever come back for its parts; the next worker begins anew", async () => {
    const bucket = nameFor("large-stop");
    const rows = await large(bucket, { k: [8 * GIB], l: [6 * GIB] });
    const campaign = await campaignOf(bucket, rows);
    await slowParts(200, async () => {
      const first = await campaign.work();
      await expect.poll(() => partsSent(bucket).length, { timeout: 20_000 }).toBeGreaterThan(8);
      await first.stop("now");
      expect(openUploads(bucket)).toEqual([]);
      // Beside the intent, which stays.
      for await (const path of campaign.store.list("intents/")) expect(path).toMatch(/^intents\/account=\d+\/[^/]+\.json$/);
      await campaign.work();
      await campaign.finished();
    });
    expect((await campaign.ledger(one.accountId)).map((r) => r.outcome)).toEqual(["copied", "copied"]);
    expect(writes(bucket, "CompleteMultipartUpload")).toHaveLength(2);
    expect(openUploads(bucket)).toEqual([]);
    await campaign.close();
  });

  it("stopped in good order, comes to its end first", async () => {
    const bucket = nameFor("large-drain");
    const rows = await large(bucket, { k: [8 * GIB] });
    const campaign = await campaignOf(bucket, rows);
    await slowParts(200, async () => {
      const first = await campaign.work();
      await expect.poll(() => partsSent(bucket).length, { timeout: 20_000 }).toBeGreaterThan(8);
      await first.stop("drain");
    });
    expect(writes(bucket, "CompleteMultipartUpload")).toHaveLength(1);
    expect(writes(bucket, "AbortMultipartUpload")).toHaveLength(0);
    await campaign.work();
    await campaign.finished();
    expect((await campaign.ledger(one.accountId)).map((r) => r.outcome)).toEqual(["copied"]);
    expect(new Set(partsSent(bucket)).size).toBe(partsSent(bucket).length);
    await campaign.close();
  });

  it("is given up as changed when the source is replaced under it, and aborted: the newer object stays", async () => {
    const bucket = nameFor("large-changed");
    const rows = await large(bucket, { k: [8 * GIB] });
    const campaign = await campaignOf(bucket, rows);
    await slowParts(200, async () => {
      await campaign.work();
      await expect.poll(() => partsSent(bucket).length, { timeout: 20_000 }).toBeGreaterThan(4);
      const s3 = clientOf(sandbox, one);
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "newer" }));
      s3.destroy();
      await campaign.finished();
    });
    expect((await campaign.ledger(one.accountId)).map((r) => [r.outcome, r.code])).toEqual([["changed", "PreconditionFailed"]]);
    expect(current(bucket, "k").size).toBe(5);
    expect(writes(bucket, "AbortMultipartUpload")).toHaveLength(1);
    expect(openUploads(bucket)).toEqual([]);
    await campaign.close();
  });

  it("in a versioned bucket completes nothing over a version that came meanwhile", async () => {
    const bucket = nameFor("large-overtaken");
    const rows = await large(bucket, { k: [6 * GIB] }, "Enabled");
    const campaign = await campaignOf(bucket, rows);
    await slowParts(300, async () => {
      await campaign.work();
      await expect.poll(() => partsSent(bucket).length, { timeout: 20_000 }).toBeGreaterThan(4);
      const s3 = clientOf(sandbox, one);
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "newer" }));
      s3.destroy();
      await campaign.finished();
    });
    expect((await campaign.ledger(one.accountId)).map((r) => r.outcome)).toEqual(["changed"]);
    expect(current(bucket, "k").size).toBe(5);
    expect(openUploads(bucket)).toEqual([]);
    await campaign.close();
  });

  it("survives lost answers to each of its requests: one completion an object, no upload left over, somebody else's untouched", async () => {
    const bucket = nameFor("large-storm");
    const names = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`k${i}`, [2 * GIB, 2 * GIB, 2 * GIB]]));
    const rows = await large(bucket, names, "Enabled");
    const s3 = clientOf(sandbox, one);
    const theirs = await s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: "k0", ACL: "bucket-owner-full-control" }));
    await s3.send(new UploadPartCommand({ Bucket: bucket, Key: "k0", UploadId: theirs.UploadId, PartNumber: 1, Body: "part" }));
    s3.destroy();
    const campaign = await campaignOf(bucket, rows);
    sandbox.faults.set({
      scope: { ops: ["CreateMultipartUpload", "UploadPartCopy", "CompleteMultipartUpload", "AbortMultipartUpload", "ListParts"] },
      internalError: { before: 0.05, after: 0.15 },
      reset: { before: 0.05, after: 0.1 },
      expireToken: 0.01,
    });
    await campaign.work();
    await campaign.finished();
    sandbox.faults.set({});
    const ledger = await campaign.ledger(one.accountId);
    expect(new Set(ledger.map((r) => r.outcome))).toEqual(new Set(["copied"]));
    const completed = writes(bucket, "CompleteMultipartUpload").map((w) => w.key);
    expect(completed).toHaveLength(12);
    expect(new Set(completed).size).toBe(12);
    expect(openUploads(bucket)).toEqual(["k0"]);
    await campaign.close();
  });

  it("aborts what a worker began that died before it could record it, and begins anew", async () => {
    const bucket = nameFor("large-stray");
    const rows = await large(bucket, { k: [6 * GIB] });
    const campaign = await campaignOf(bucket, rows);
    const ref = { account: accountId(one.accountId), part: 0, rowGroup: 0, rows: 1, op: "copy" as const };
    await declareIntent(campaign.store, ref, "dead/1");
    const account = campaign.config.accounts.find((a) => a.id === one.accountId);
    if (account === undefined) throw new Error("no account");
    const session = sessionsOf(sandbox, campaign.config.campaign).of(account);
    const s3 = s3Client(session, { region: sandbox.region, endpoint: sandbox.endpoint, forcePathStyle: true });
    await s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: "k", ACL: "bucket-owner-full-control" }));
    s3.destroy();
    await campaign.work();
    await campaign.finished();
    expect((await campaign.ledger(one.accountId)).map((r) => r.outcome)).toEqual(["copied"]);
    expect(writes(bucket, "AbortMultipartUpload")).toHaveLength(1);
    expect(openUploads(bucket)).toEqual([]);
    await campaign.close();
  });

  it("fails with S3's code where a part is refused, and is aborted", async () => {
    const bucket = nameFor("large-refused");
    const key = owner(sandbox).kmsKeys[0];
    const rows = await large(bucket, { k: [6 * GIB] }, "Enabled");
    // The copy would be written under a key that the uploading account may not use.
    const version = current(bucket, "k");
    version.encryption = { kind: "SSE-KMS", keyArn: key?.arn ?? "", bucketKey: false };
    const fine = await upload(sandbox, one, { Bucket: bucket, Key: "fine" }, { op: "copy" });
    const campaign = await campaignOf(bucket, [...rows, fine]);
    await campaign.work();
    await campaign.finished();
    expect((await campaign.ledger(one.accountId)).map((r) => [r.outcome, r.code])).toEqual([
      ["failed", "AccessDenied"],
      ["copied", ""],
    ]);
    expect(openUploads(bucket)).toEqual([]);
    await campaign.close();
  });
});

async function names(campaign: TestCampaign): Promise<string[]> {
  const found: string[] = [];
  for await (const name of campaign.store.list("intents/")) found.push(name);
  return found;
}

function spawnWorker(campaign: TestCampaign): ChildProcess {
  const { accessKeyId, secretAccessKey } = owner(sandbox);
  const child = fork(
    new URL("./stage/worker-process.ts", import.meta.url),
    [JSON.stringify({ config: campaign.config, owner: { accessKeyId, secretAccessKey } })],
    { execArgv: ["--conditions=development"], stdio: ["ignore", "ignore", "inherit", "ipc"] },
  );
  children.add(child);
  return child;
}

const handBack = async (campaign: TestCampaign, pid: number | undefined): Promise<void> => {
  await releaseDeadWorkers(campaign.redis, campaign.queues, campaign.checkpoints, new Set([`${hostname()}/${pid}`]));
};
