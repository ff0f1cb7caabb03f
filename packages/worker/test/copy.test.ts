// Operation `copy` end to end: what a copy keeps, what it refuses, and that no object is ever copied twice.
import { accountId, type CanonicalId, type Grant, objectKey, type PlanRow } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { intentPath } from "../src/operations/intent.ts";
import { makeBucket, multiply, owner, rowOf, setMode, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
let one: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 3, seed: 12 });
  one = sandbox.accounts[1] as AccountSpec;
});
afterAll(() => sandbox.close());

const current = (bucket: string, key: string) => {
  const found = sandbox.store.bucket(bucket)?.find(key, undefined);
  if (found === undefined) throw new Error(`no ${key}`);
  return found;
};
const copies = (bucket: string): string[] =>
  sandbox
    .writes()
    .filter((w) => w.bucket === bucket && w.op === "CopyObject")
    .map((w) => w.key ?? "");
const campaignOf = (bucket: string, rows: readonly PlanRow[], more: object = {}) =>
  makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows }], ...more });

describe("copying in place", () => {
  it("makes the bucket owner the owner and keeps everything else", async () => {
    const bucket = "copy-all";
    await makeBucket(sandbox, bucket, { versioning: "Enabled", lock: true });
    const partner = sandbox.accounts[2] as AccountSpec;
    const grants: Grant[] = [
      { id: partner.canonicalId as CanonicalId, permission: "READ" },
      { id: owner(sandbox).canonicalId as CanonicalId, permission: "FULL_CONTROL" },
    ];
    const key = "Ordner/ä +%.txt";
    const row = await upload(
      sandbox,
      one,
      {
        Bucket: bucket,
        Key: key,
        ContentType: "text/x-own",
        ContentEncoding: "identity",
        ContentLanguage: "de",
        ContentDisposition: "inline",
        CacheControl: "max-age=7",
        Expires: new Date(0),
        Metadata: { team: "lake", "long-name": "with spaces  in it" },
        Tagging: "a=1&b=2",
        StorageClass: "STANDARD_IA",
        WebsiteRedirectLocation: "/elsewhere",
        ObjectLockMode: "GOVERNANCE",
        ObjectLockRetainUntilDate: new Date(Date.now() + 86_400_000),
        ObjectLockLegalHoldStatus: "ON",
        ChecksumAlgorithm: "SHA256",
        GrantRead: `id=${partner.canonicalId}`,
        GrantFullControl: `id=${one.canonicalId}`,
      },
      { op: "copy", grants },
    );
    const before = current(bucket, key);
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const campaign = await campaignOf(bucket, [row]);
    await campaign.work();
    await campaign.finished();
    const [result] = await campaign.ledger(one.accountId);
    expect(result).toMatchObject({ outcome: "copied", attempts: 1, detail: "" });
    const after = current(bucket, key);
    expect(result?.newVersionId).toBe(after.versionId);
    expect(after.versionId).not.toBe(row.versionId);
    expect(after.owner).toBe(owner(sandbox).canonicalId);
    for (const name of ["etag", "storageClass", "attributes", "tags", "lock", "encryption", "checksum"] as const)
      expect(after[name], name).toEqual(before[name]);
    expect(after.acl.map((g) => (g.grantee.kind === "user" ? g.grantee.id : "") + g.permission).sort()).toEqual(
      [`${partner.canonicalId}READ`, `${owner(sandbox).canonicalId}FULL_CONTROL`].sort(),
    );
    await campaign.close();
  });

  it("never leaves a copy under a foreign key: the campaign's key, or the bucket's default", async () => {
    const bucket = "copy-kms";
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const foreign = one.kmsKeys[0]?.arn ?? "";
    const own = owner(sandbox).kmsKeys[0];
    own?.policyAllows.push(one.accountId);
    const put = (Key: string, arn: string) =>
      upload(
        sandbox,
        one,
        { Bucket: bucket, Key, ServerSideEncryption: "aws:kms", SSEKMSKeyId: arn, BucketKeyEnabled: true },
        { op: "copy" },
      );
    const rows = [await put("foreign", foreign), await put("own", own?.arn ?? "")];
    const keyed = await campaignOf(bucket, rows, { kmsKey: own?.arn });
    await keyed.work();
    await keyed.finished();
    expect((await keyed.ledger(one.accountId)).map((r) => r.outcome)).toEqual(["copied", "copied"]);
    for (const key of ["foreign", "own"])
      expect(current(bucket, key).encryption).toMatchObject({ kind: "SSE-KMS", keyArn: own?.arn, bucketKey: true });
    await keyed.close();

    const row = await put("default", foreign);
    const keyless = await campaignOf(bucket, [row]);
    await keyless.work();
    await keyless.finished();
    expect(current(bucket, "default").encryption).toEqual({ kind: "SSE-S3" });
    await keyless.close();
  });

  it("refuses what must not be copied, each in its own words", async () => {
    const bucket = "copy-refuse";
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    const put = (Key: string) => upload(sandbox, one, { Bucket: bucket, Key, Body: Key }, { op: "copy" });
    const noncurrent = { ...(await put("noncurrent")), isLatest: false };
    const rewritten = await put("rewritten");
    await upload(sandbox, one, { Bucket: bucket, Key: "rewritten", Body: "other" });
    const large = { ...(await put("large")), size: 6 * 1024 ** 3 };
    const gone = { ...(await put("x")), key: objectKey("gone") };
    const archived = await upload(sandbox, one, { Bucket: bucket, Key: "archived", StorageClass: "GLACIER" }, { op: "copy" });
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const campaign = await campaignOf(bucket, [noncurrent, rewritten, large, gone, archived]);
    await campaign.work();
    await campaign.finished();
    expect((await campaign.ledger(one.accountId)).map((r) => [r.outcome, r.code])).toEqual([
      ["failed", "NotCurrent"],
      ["changed", ""],
      ["failed", "TooLargeToCopy"],
      ["vanished", "Http404"],
      ["failed", "InvalidObjectState"],
    ]);
    expect(copies(bucket)).toEqual([]);
    await campaign.close();
  });

  it("copies nothing before the fence, says so, and goes on after it", async () => {
    const bucket = "copy-fence";
    await makeBucket(sandbox, bucket);
    const row = await upload(sandbox, one, { Bucket: bucket, Key: "k" }, { op: "copy" });
    const campaign = await campaignOf(bucket, [row]);
    const worker = await campaign.work();
    await expect.poll(() => [...campaign.pauses.values()].map((p) => p.cause).join(), { timeout: 10_000 }).toContain("quitclaim fence");
    expect(copies(bucket)).toEqual([]);
    await worker.stop("drain");
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    await campaign.resume([...campaign.pauses.keys()][0] as never);
    await campaign.work();
    await campaign.finished();
    expect((await campaign.ledger(one.accountId))[0]?.outcome).toBe("copied");
    await campaign.close();
  });

  const kinds = [
    ["versioned", { versioning: "Enabled" }],
    ["suspended", { versioning: "Suspended" }],
    ["unversioned", {}],
  ] as const;
  it.each(kinds)("copies each object once in a %s bucket, however many answers are lost", async (kind, choice) => {
    const bucket = `copy-lost-${kind}`;
    await makeBucket(sandbox, bucket, choice);
    const uploaded = Date.now();
    await upload(sandbox, one, { Bucket: bucket, Key: "k", Metadata: { a: "1" } });
    // Objects are older than their copies by days, as real ones are.
    const rows = aged(bucket, multiply(sandbox, bucket, "k", 60, { op: "copy" }), uploaded - 5 * 86_400_000);
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    sandbox.faults.set({ scope: { ops: ["CopyObject"] }, internalError: { before: 0.1, after: 0.2 }, reset: { before: 0.1, after: 0.2 } });
    const campaign = await campaignOf(bucket, rows, { concurrency: 32 });
    try {
      await campaign.work();
      await campaign.finished();
    } finally {
      sandbox.faults.set({});
    }
    const ledger = await campaign.ledger(one.accountId);
    expect(new Set(ledger.map((r) => r.outcome))).toEqual(new Set(["copied"]));
    expect(ledger.some((r) => r.detail === "recognised")).toBe(true);
    const sent = copies(bucket);
    expect(new Set(sent).size).toBe(sent.length);
    expect(sent).toHaveLength(rows.length);
    for (const row of rows) expect(current(bucket, row.key).owner).toBe(owner(sandbox).canonicalId);
    await campaign.close();
  });

  it.each(kinds)("knows its own copies in a %s bucket when nothing but the store is left of an earlier run", async (kind, choice) => {
    const bucket = `copy-again-${kind}`;
    await makeBucket(sandbox, bucket, choice);
    await upload(sandbox, one, { Bucket: bucket, Key: "k" });
    const rows = aged(bucket, multiply(sandbox, bucket, "k", 20, { op: "copy" }), Date.now() - 5 * 86_400_000);
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const first = await campaignOf(bucket, rows);
    await first.work();
    await first.finished();
    // The same plan, with the intents that the first run left in its store, and neither its ledger nor its Redis.
    const second = await campaignOf(bucket, rows);
    const ref = {
      account: accountId(one.accountId),
      part: 0,
      rowGroup: 0,
      rows: rows.length,
      op: "copy" as const,
    };
    await second.store.write(intentPath(ref), (await first.store.read(intentPath(ref))) as Uint8Array);
    await first.close();
    await second.work();
    await second.finished();
    const ledger = await second.ledger(one.accountId);
    expect(ledger.map((r) => [r.outcome, r.detail, r.attempts])).toEqual(rows.map(() => ["copied", "recognised", 0]));
    expect(copies(bucket)).toHaveLength(rows.length);
    await second.close();

    // And without the intents, somebody else's newer versions are left alone.
    const third = await campaignOf(bucket, rows);
    await third.work();
    await third.finished();
    expect(new Set((await third.ledger(one.accountId)).map((r) => r.outcome))).toEqual(new Set(["changed"]));
    expect(copies(bucket)).toHaveLength(rows.length);
    await third.close();
  });
});

/** The same objects, uploaded at another time; their plan rows. */
function aged(bucket: string, rows: readonly PlanRow[], at: number): PlanRow[] {
  return rows.map((row) => {
    const version = current(bucket, row.key);
    const found = sandbox.store.bucket(bucket);
    const Version = version.constructor as new (fields: object) => typeof version;
    found?.remove(row.key, version.versionId);
    found?.insert(new Version({ ...version, lastModified: at }));
    return rowOf(sandbox, bucket, row.key, undefined, { op: "copy" });
  });
}
