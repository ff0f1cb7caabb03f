// Merged ACLs where Block Public Access hides grants or refuses them, and where the report is older than the object: nothing that was
// granted is lost, shown by the ACL as the sandbox has it stored.
import { PutBucketPolicyCommand, PutObjectAclCommand, type PutObjectCommandInput, PutPublicAccessBlockCommand } from "@aws-sdk/client-s3";
import type { CanonicalId, Grant } from "@quitclaim/campaign";
import { type AccountSpec, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { clientOf, makeBucket, multiply, nameFor, owner, rowOf, setMode, upload } from "./stage/bucket.ts";
import { type CampaignChoice, makeCampaign } from "./stage/campaign.ts";

const everybody = "http://acs.amazonaws.com/groups/global/AllUsers";
let sandbox: Sandbox;
let one: AccountSpec;
let partner: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 3, seed: 24, bucketDefaults: "legacy" });
  [, one, partner] = sandbox.accounts as [AccountSpec, AccountSpec, AccountSpec];
});
afterAll(() => sandbox.close());

const stored = (bucket: string, key: string): string[] =>
  (sandbox.store.bucket(bucket)?.find(key, undefined)?.acl ?? []).map((g) =>
    g.grantee.kind === "user" ? `${g.grantee.id}:${g.permission}` : `${g.grantee.uri}:${g.permission}`,
  );
const full = ({ canonicalId }: AccountSpec): string => `${canonicalId}:FULL_CONTROL`;
const sent = (bucket: string, op = "PutObjectAcl") => sandbox.writes().filter((w) => w.bucket === bucket && w.op === op);

async function block(bucket: string, setting: { BlockPublicAcls?: boolean; IgnorePublicAcls?: boolean }): Promise<void> {
  const s3 = clientOf(sandbox, owner(sandbox));
  await s3.send(new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration: setting }));
  s3.destroy();
}

const shared = (): Partial<PutObjectCommandInput> => ({
  GrantRead: `uri="${everybody}", id="${partner.canonicalId}"`,
  GrantFullControl: `id="${one.canonicalId}"`,
});
const grants = (): Grant[] => [
  { uri: everybody, permission: "READ" },
  { id: partner.canonicalId as CanonicalId, permission: "READ" },
  { id: one.canonicalId as CanonicalId, permission: "FULL_CONTROL" },
];
const wanted = (): Grant[] => [...grants(), { id: owner(sandbox).canonicalId as CanonicalId, permission: "FULL_CONTROL" }];
const all = (): string[] =>
  wanted()
    .map((g) => `${"id" in g ? g.id : g.uri}:${g.permission}`)
    .sort();

async function run(bucket: string, choice: Omit<CampaignChoice, "bucket">) {
  const campaign = await makeCampaign(sandbox, { bucket, ...choice });
  await campaign.work();
  await campaign.finished();
  const ledger = await campaign.ledger(one.accountId);
  await campaign.close();
  return ledger;
}

describe("public grants that IgnorePublicAcls hides", () => {
  it("are kept from the inventory's ACL, also where the object is younger than the report and was read first", async () => {
    const bucket = nameFor("hidden-known");
    await makeBucket(sandbox, bucket);
    const row = await upload(sandbox, one, { ...shared(), Bucket: bucket, Key: "k" }, { grants: wanted() });
    const young = await upload(sandbox, one, { ...shared(), Bucket: bucket, Key: "young" }, { grants: wanted() });
    await block(bucket, { IgnorePublicAcls: true });
    const old = await run(bucket, { work: [{ account: one.accountId, rows: [row] }] });
    const read = await run(bucket, { work: [{ account: one.accountId, rows: [young] }], reportCreated: new Date(0) });
    expect([...old, ...read].map((r) => r.outcome)).toEqual(["granted", "granted"]);
    for (const key of ["k", "young"]) expect(stored(bucket, key).sort()).toEqual(all());
  });

  it("are never lost by a merge from a read alone: where the inventory tells no ACL the object fails, and its ACL stays", async () => {
    const bucket = nameFor("hidden-unknown");
    await makeBucket(sandbox, bucket);
    const row = await upload(sandbox, one, { ...shared(), Bucket: bucket, Key: "k" }, { formerAcl: "unknown" });
    const copy = {
      ...(await upload(sandbox, one, { ...shared(), Bucket: bucket, Key: "copy" }, { formerAcl: "unknown" })),
      op: "copy" as const,
    };
    const granted = await upload(sandbox, one, { Bucket: bucket, Key: "g", ACL: "bucket-owner-full-control" }, { formerAcl: "unknown" });
    const before = stored(bucket, "k");
    await block(bucket, { IgnorePublicAcls: true });
    const ledger = await run(bucket, { work: [{ account: one.accountId, rows: [row, granted] }] });
    expect(ledger.map((r) => [r.outcome, r.code])).toEqual([
      ["failed", "HiddenGrants"],
      ["already", ""],
    ]);
    expect(ledger[0]?.detail).toContain("ObjectAccessControlList");
    expect(stored(bucket, "k")).toEqual(before);
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const copies = await run(bucket, { work: [{ account: one.accountId, rows: [copy] }] });
    expect(copies.map((r) => r.code)).toEqual(["HiddenGrants"]);
    expect(sent(bucket, "CopyObject")).toEqual([]);
    // Who gives them up says so.
    const dropped = await run(bucket, { work: [{ account: one.accountId, rows: [row] }], thirdPartyGrants: "drop" });
    expect(dropped.map((r) => r.outcome)).toEqual(["granted"]);
    expect(stored(bucket, "k").sort()).toEqual([full(one), full(owner(sandbox))].sort());
  });
});

describe("public grants under BlockPublicAcls", () => {
  it("fail beforehand with a code and a sentence: nothing is sent, no account is paused, the others go on", async () => {
    const bucket = nameFor("blocked");
    await makeBucket(sandbox, bucket);
    await upload(sandbox, one, { ...shared(), Bucket: bucket, Key: "p" });
    const rows = multiply(sandbox, bucket, "p", 60, { grants: wanted() });
    const plain = await upload(sandbox, one, { Bucket: bucket, Key: "plain" });
    const unknown = rowOf(sandbox, bucket, "p", undefined, { formerAcl: "unknown" });
    await block(bucket, { BlockPublicAcls: true });
    const ledger = await run(bucket, { work: [{ account: one.accountId, rows: [...rows, unknown, plain] }] });
    expect(new Set(ledger.slice(0, 61).map((r) => r.code))).toEqual(new Set(["PublicGrants"]));
    expect(ledger[0]?.detail).toContain("BlockPublicAcls");
    expect(ledger[0]?.attempts).toBe(0);
    expect(ledger[61]?.outcome).toBe("granted");
    expect(sent(bucket).map((w) => w.key)).toEqual(["plain"]);
  });

  it("keep an object from being copied that could not be given them again", async () => {
    const bucket = nameFor("blocked-copy");
    await makeBucket(sandbox, bucket);
    const row = await upload(sandbox, one, { ...shared(), Bucket: bucket, Key: "k" }, { op: "copy", grants: wanted() });
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    await block(bucket, { BlockPublicAcls: true });
    const ledger = await run(bucket, { work: [{ account: one.accountId, rows: [row] }] });
    expect(ledger.map((r) => r.code)).toEqual(["PublicGrants"]);
    expect(sent(bucket, "CopyObject")).toEqual([]);
  });
});

describe("the account's own public access block", () => {
  const accountBlock = (setting: { blockPublicAcls?: boolean; ignorePublicAcls?: boolean }): void => {
    const off = { blockPublicAcls: false, ignorePublicAcls: false, blockPublicPolicy: false, restrictPublicBuckets: false };
    sandbox.store.accountBlocks.set(owner(sandbox).accountId, { ...off, ...setting });
  };
  afterEach(() => {
    sandbox.store.accountBlocks.delete(owner(sandbox).accountId);
  });

  it("hides grants as the bucket's does: those of the inventory are kept, and an unknown ACL is left alone", async () => {
    const bucket = nameFor("account-hides");
    await makeBucket(sandbox, bucket);
    const young = await upload(sandbox, one, { ...shared(), Bucket: bucket, Key: "young" }, { grants: wanted() });
    const unknown = await upload(sandbox, one, { ...shared(), Bucket: bucket, Key: "unknown" }, { formerAcl: "unknown" });
    const before = stored(bucket, "unknown");
    accountBlock({ ignorePublicAcls: true });
    const ledger = await run(bucket, { work: [{ account: one.accountId, rows: [young, unknown] }], reportCreated: new Date(0) });
    expect(ledger.map((r) => [r.outcome, r.code])).toEqual([
      ["granted", ""],
      ["failed", "HiddenGrants"],
    ]);
    expect(stored(bucket, "young").sort()).toEqual(all());
    expect(stored(bucket, "unknown")).toEqual(before);
  });

  it("refuses public ACLs as the bucket's does: they fail beforehand, and nothing is sent", async () => {
    const bucket = nameFor("account-blocks");
    await makeBucket(sandbox, bucket);
    const row = await upload(sandbox, one, { ...shared(), Bucket: bucket, Key: "p" }, { grants: wanted() });
    accountBlock({ blockPublicAcls: true });
    const ledger = await run(bucket, { work: [{ account: one.accountId, rows: [row] }] });
    expect(ledger.map((r) => [r.code, r.attempts])).toEqual([["PublicGrants", 0]]);
    expect(sent(bucket)).toEqual([]);
  });

  it("may not be read by everybody: then an ACL that nobody saw whole is left alone, with the permission that is missing", async () => {
    const bucket = nameFor("block-unreadable");
    await makeBucket(sandbox, bucket);
    const row = await upload(sandbox, one, { ...shared(), Bucket: bucket, Key: "k" }, { formerAcl: "unknown" });
    const s3 = clientOf(sandbox, owner(sandbox));
    const policy = JSON.parse(sandbox.store.bucket(bucket)?.policy?.text ?? "{}");
    policy.Statement.push({
      Effect: "Deny",
      Principal: { AWS: `arn:aws:iam::${owner(sandbox).accountId}:root` },
      Action: "s3:GetBucketPublicAccessBlock",
      Resource: `arn:aws:s3:::${bucket}`,
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(policy) }));
    s3.destroy();
    const ledger = await run(bucket, { work: [{ account: one.accountId, rows: [row] }] });
    expect(ledger[0]).toMatchObject({ code: "HiddenGrants", detail: expect.stringContaining("s3:GetBucketPublicAccessBlock") });
    expect(sent(bucket)).toEqual([]);
  });
});

describe("an ACL that holds as many grants as S3 allows", () => {
  it("fails before anything is sent, be it granted or copied, and stays as it was", async () => {
    const bucket = nameFor("full");
    await makeBucket(sandbox, bucket);
    const rows = [];
    for (const Key of ["grant", "copy"]) {
      await upload(sandbox, one, { Bucket: bucket, Key });
      const version = sandbox.store.bucket(bucket)?.find(Key, undefined);
      const others = Array.from({ length: 99 }, (_, i) => ({
        grantee: { kind: "user" as const, id: i.toString(16).padStart(64, "0") },
        permission: "READ" as const,
      }));
      Object.assign(version ?? {}, { acl: [...(version?.acl ?? []), ...others] });
      rows.push(rowOf(sandbox, bucket, Key, undefined, { formerAcl: "unknown", op: Key === "copy" ? "copy" : "acl" }));
    }
    await setMode(sandbox, bucket, "BucketOwnerPreferred");
    const ledger = [];
    for (const row of rows) ledger.push(...(await run(bucket, { work: [{ account: one.accountId, rows: [row] }] })));
    expect(ledger.map((r) => [r.outcome, r.code])).toEqual([
      ["failed", "GrantsFull"],
      ["failed", "GrantsFull"],
    ]);
    expect(stored(bucket, "grant")).toHaveLength(100);
    expect([...sent(bucket), ...sent(bucket, "CopyObject")]).toEqual([]);
  });
});

describe("an object younger than the report", () => {
  it("keeps what was granted since, and is changed where it is another account's by now", async () => {
    const bucket = nameFor("younger");
    await makeBucket(sandbox, bucket);
    const row = await upload(sandbox, one, { Bucket: bucket, Key: "k" });
    const taken = await upload(sandbox, one, { Bucket: bucket, Key: "taken" });
    await upload(sandbox, partner, {
      Bucket: bucket,
      Key: "taken",
      GrantFullControl: `id="${partner.canonicalId}", id="${one.canonicalId}"`,
    });
    const s3 = clientOf(sandbox, one);
    const since = { Bucket: bucket, Key: "k", GrantRead: `id="${partner.canonicalId}"`, GrantFullControl: `id="${one.canonicalId}"` };
    await s3.send(new PutObjectAclCommand(since));
    s3.destroy();
    const ledger = await run(bucket, { work: [{ account: one.accountId, rows: [row, taken] }], reportCreated: new Date(0) });
    expect(ledger.map((r) => r.outcome)).toEqual(["granted", "changed"]);
    expect(stored(bucket, "k").sort()).toEqual([full(one), full(owner(sandbox)), `${partner.canonicalId}:READ`].sort());
  });
});
