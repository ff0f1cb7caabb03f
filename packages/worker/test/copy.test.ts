// Operation `copy` end to end: what a copy keeps, and what it refuses.
import { type CanonicalId, type Grant, objectKey, type PlanRow } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBucket, nameFor, owner, setMode, upload } from "./stage/bucket.ts";
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
    const bucket = nameFor("copy-all");
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
    const bucket = nameFor("copy-kms");
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
    const bucket = nameFor("copy-refuse");
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
      ["changed", ""],
      ["vanished", "Http404"],
      ["failed", "InvalidObjectState"],
    ]);
    expect(copies(bucket)).toEqual([]);
    await campaign.close();
  });

  it("copies nothing before the fence, says so, and goes on after it", async () => {
    const bucket = nameFor("copy-fence");
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
});
