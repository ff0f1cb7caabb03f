// Operation `acl` end to end: real queue, real Redis, real HTTP against the sandbox.
import type { CanonicalId, Grant } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBucket, multiply, nameFor, owner, rowOf, setMode, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
let one: AccountSpec;
let two: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 4, seed: 11, bucketDefaults: "legacy" });
  [, one, two] = sandbox.accounts as [AccountSpec, AccountSpec, AccountSpec];
});
afterAll(() => sandbox.close());

const grantsOf = (bucket: string, key: string, version?: string): string[] =>
  (sandbox.store.bucket(bucket)?.find(key, version)?.acl ?? []).map((g) =>
    g.grantee.kind === "user" ? `${g.grantee.id}:${g.permission}` : `${g.grantee.uri}:${g.permission}`,
  );
const full = (account: { canonicalId: string }): string => `${account.canonicalId}:FULL_CONTROL`;

describe("granting access", () => {
  it("uses the canned ACL where it is exact, keeps every other grant where it is not, and reads first where nothing is known", async () => {
    const bucket = nameFor("acl-kinds");
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    const partner = sandbox.accounts[3] as AccountSpec;
    const at = (Key: string) => ({ Bucket: bucket, Key });
    const plain = await upload(sandbox, one, at("plain ü+%/ key"));
    const kept: Grant[] = [one, partner, owner(sandbox)].map((a, i) => ({
      id: a.canonicalId as CanonicalId,
      permission: i === 1 ? "READ" : "FULL_CONTROL",
    }));
    const shared = await upload(
      sandbox,
      one,
      { ...at("shared"), GrantRead: `id=${partner.canonicalId}`, GrantFullControl: `id=${one.canonicalId}` },
      { grants: kept },
    );
    const unknown = await upload(
      sandbox,
      one,
      { ...at("unknown"), GrantRead: `id=${partner.canonicalId}`, GrantFullControl: `id=${one.canonicalId}` },
      { formerAcl: "unknown" },
    );
    const granted = await upload(sandbox, one, { ...at("granted"), ACL: "bucket-owner-full-control" }, { formerAcl: "unknown" });
    const gone = { ...plain, key: "never-was" as typeof plain.key };
    const campaign = await makeCampaign(sandbox, {
      bucket,
      work: [{ account: one.accountId, rows: [plain, shared, unknown, granted, gone] }],
    });
    await campaign.work();
    await campaign.finished();
    const ledger = await campaign.ledger(one.accountId);
    expect(ledger.map((r) => r.outcome)).toEqual(["granted", "granted", "granted", "already", "vanished"]);
    expect(ledger[0]).toMatchObject({ attempts: 1, httpStatus: 200, code: "" });
    expect(ledger[3]?.attempts).toBe(0);
    expect(grantsOf(bucket, plain.key).sort()).toEqual([full(one), full(owner(sandbox))].sort());
    for (const key of ["shared", "unknown"])
      expect(grantsOf(bucket, key).sort()).toEqual([full(one), full(owner(sandbox)), `${partner.canonicalId}:READ`].sort());
    expect(sandbox.store.bucket(bucket)?.find(plain.key, undefined)?.owner).toBe(one.canonicalId);
    await campaign.close();
  });

  it("grants noncurrent and null versions by their version", async () => {
    const bucket = nameFor("acl-versions");
    await makeBucket(sandbox, bucket);
    const key = { Bucket: bucket, Key: "k" };
    await upload(sandbox, one, key);
    const versioned = sandbox.store.bucket(bucket);
    if (versioned === undefined) throw new Error("no bucket");
    versioned.versioning = "Enabled";
    const old = await upload(sandbox, one, { ...key, Body: "2" });
    const current = await upload(sandbox, one, { ...key, Body: "3" });
    const rows = [rowOf(sandbox, bucket, "k", "null"), { ...old, isLatest: false }];
    const campaign = await makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows }] });
    await campaign.work();
    await campaign.finished();
    expect(grantsOf(bucket, "k", "null")).toContain(full(owner(sandbox)));
    expect(grantsOf(bucket, "k", old.versionId ?? "")).toContain(full(owner(sandbox)));
    expect(grantsOf(bucket, "k", current.versionId ?? "")).not.toContain(full(owner(sandbox)));
    await campaign.close();
  });

  it("keeps the grants of an object that was uploaded anew since the report where no version ID pins it, with one look for each", async () => {
    const partner = sandbox.accounts[3] as AccountSpec;
    const owned = `id=${one.canonicalId}`;
    const shared: Grant[] = [one, partner, owner(sandbox)].map((a, i) => ({
      id: a.canonicalId as CanonicalId,
      permission: i === 1 ? "READ" : "FULL_CONTROL",
    }));
    for (const versioning of [undefined, "Suspended"] as const) {
      const bucket = nameFor("acl-unpinned");
      await makeBucket(sandbox, bucket, versioning === undefined ? {} : { versioning });
      const put = (Key: string, more: object = {}, planned: object = {}) =>
        upload(sandbox, one, { Bucket: bucket, Key, GrantFullControl: owned, ...more }, planned);
      const read = { GrantRead: `id=${partner.canonicalId}` };
      const rows = [
        await put("same"),
        await put("opened"),
        await put("closed", read, { grants: shared }),
        await put("shared", read, { grants: shared }),
        await put("taken"),
      ];
      await put("same", { Body: "new" });
      await put("opened", { Body: "new", ...read });
      await put("closed", { Body: "new" });
      await upload(sandbox, two, { Bucket: bucket, Key: "taken", GrantFullControl: `id=${two.canonicalId}` });
      const campaign = await makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows }] });
      await campaign.work();
      await campaign.finished();
      const ledger = await campaign.ledger(one.accountId);
      await campaign.close();
      const outcomes = Object.fromEntries(ledger.map((r) => [r.key, `${r.outcome} ${r.code}`]));
      expect(outcomes).toMatchObject({ same: "granted ", opened: "granted ", closed: "granted ", shared: "granted " });
      const both = [full(one), full(owner(sandbox))].sort();
      const three = [...both, `${partner.canonicalId}:READ`].sort();
      expect(grantsOf(bucket, "same").sort()).toEqual(both);
      expect(grantsOf(bucket, "opened").sort()).toEqual(three);
      expect(grantsOf(bucket, "closed").sort()).toEqual(both);
      expect(grantsOf(bucket, "shared").sort()).toEqual(three);
      expect(grantsOf(bucket, "taken")).toEqual([full(two)]);
    }
  });

  it("asks one thing of an object whose version ID pins it, and two of one that nothing pins", async () => {
    const count = (op: string): number => Object.values(sandbox.stats()[op] ?? {}).reduce((a, n) => a + n, 0);
    for (const [choice, looks] of [
      [{ versioning: "Enabled" }, 0],
      [{}, 20],
    ] as const) {
      const bucket = nameFor("acl-cost");
      await makeBucket(sandbox, bucket, choice);
      await upload(sandbox, one, { Bucket: bucket, Key: "k" });
      const rows = multiply(sandbox, bucket, "k", 20);
      const before = ["GetObjectAcl", "HeadObject", "PutObjectAcl"].map(count);
      const campaign = await makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows }] });
      await campaign.work();
      await campaign.finished();
      await campaign.close();
      const after = ["GetObjectAcl", "HeadObject", "PutObjectAcl"].map(count);
      expect(after.map((n, i) => n - (before[i] ?? 0))).toEqual([looks, 0, 20]);
    }
  });

  it("survives resets, 500s after the write, SlowDowns and sessions that end in mid-batch: every object granted, one ledger row each", async () => {
    const bucket = nameFor("acl-storm");
    await makeBucket(sandbox, bucket);
    await upload(sandbox, one, { Bucket: bucket, Key: "a" });
    await upload(sandbox, two, { Bucket: bucket, Key: "b" });
    const rowsOne = multiply(sandbox, bucket, "a", 600);
    const rowsTwo = multiply(sandbox, bucket, "b", 300);
    const campaign = await makeCampaign(sandbox, {
      bucket,
      concurrency: 32,
      work: [
        { account: one.accountId, rows: rowsOne },
        { account: two.accountId, rows: rowsTwo },
      ],
    });
    sandbox.faults.set({
      scope: { ops: ["PutObjectAcl"] },
      internalError: { before: 0.02, after: 0.02 },
      reset: { before: 0.01, after: 0.02 },
      expireToken: 0.003,
      slowDown: { perSecond: 600 },
    });
    try {
      await campaign.work();
      await campaign.finished();
    } finally {
      sandbox.faults.set({});
    }
    for (const [account, rows] of [
      [one, rowsOne],
      [two, rowsTwo],
    ] as const) {
      const ledger = await campaign.ledger(account.accountId);
      expect(ledger.map((r) => r.key)).toEqual(rows.map((r) => r.key));
      expect(new Set(ledger.map((r) => r.outcome))).toEqual(new Set(["granted"]));
      for (const row of rows) expect(grantsOf(bucket, row.key)).toContain(full(owner(sandbox)));
    }
    expect(await campaign.snapshot()).toMatchObject({ planned: 900, done: { granted: 900 }, failed: {}, remaining: 0 });
    await campaign.close();
  });

  it("re-encrypts to the bucket owner's key without moving data, then grants; a refusal fails and says so", async () => {
    const bucket = nameFor("reencrypt");
    await makeBucket(sandbox, bucket, { versioning: "Enabled" });
    const key = owner(sandbox).kmsKeys[0];
    key?.policyAllows.push(one.accountId);
    const foreign = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: one.kmsKeys[0]?.arn } as const;
    const rows = [
      await upload(sandbox, one, { Bucket: bucket, Key: "kms", ...foreign }, { op: "reencrypt" }),
      await upload(sandbox, one, { Bucket: bucket, Key: "dsse", ...foreign, ServerSideEncryption: "aws:kms:dsse" }, { op: "reencrypt" }),
    ];
    const campaign = await makeCampaign(sandbox, { bucket, kmsKey: key?.arn ?? "", work: [{ account: one.accountId, rows }] });
    await campaign.work();
    await campaign.finished();
    expect((await campaign.ledger(one.accountId)).map((r) => [r.outcome, r.code, r.attempts])).toEqual([
      ["reencrypted", "", 2],
      ["failed", "ReencryptRefused", 1],
    ]);
    const version = sandbox.store.bucket(bucket)?.find("kms", undefined);
    expect(version?.versionId).toBe(rows[0]?.versionId);
    expect(version?.encryption).toMatchObject({ kind: "SSE-KMS", keyArn: key?.arn, bucketKey: true });
    expect(grantsOf(bucket, "kms")).toContain(full(owner(sandbox)));
    await campaign.close();
  });

  it("stops as done where the bucket is enforced already, with nothing marked as failed", async () => {
    const bucket = nameFor("acl-enforced");
    await makeBucket(sandbox, bucket);
    await upload(sandbox, one, { Bucket: bucket, Key: "a" });
    const rows = multiply(sandbox, bucket, "a", 50).map((row) => ({ ...row, grants: row.formerAcl }));
    await setMode(sandbox, bucket, "BucketOwnerEnforced");
    const campaign = await makeCampaign(sandbox, { bucket, work: [{ account: one.accountId, rows }] });
    await campaign.work();
    await expect.poll(() => campaign.events.some((e) => e.kind === "enforced"), { timeout: 10_000 }).toBe(true);
    expect(campaign.pauses.size).toBe(1);
    await expect(campaign.ledger(one.accountId)).rejects.toThrow("no ledger file");
    expect(sandbox.writes().filter((w) => w.bucket === bucket && w.op === "PutObjectAcl")).toEqual([]);
    await campaign.close();
  });
});
