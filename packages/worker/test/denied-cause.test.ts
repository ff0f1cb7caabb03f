// What an operator reads when an account is paused, each cause brought about at the sandbox: who has to change what, and that no object
// was marked as failed. Between accounts of different organizations S3 says only "Access Denied", whatever the cause; so does the sandbox.
import { accountId, type PlanRow } from "@quitclaim/campaign";
import { type AccountSpec, parsePolicy, type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeBucket, multiply, owner, upload } from "./stage/bucket.ts";
import { makeCampaign } from "./stage/campaign.ts";

let sandbox: Sandbox;
let one: AccountSpec;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2, seed: 32, externalIds: true });
  one = sandbox.accounts[1] as AccountSpec;
});
afterAll(() => sandbox.close());

const role = () => one.roles[0] as AccountSpec["roles"][number];
type Policies = ReturnType<typeof role>["policies"];
const allowed = (...statements: object[]): Policies => [
  parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }), "identity"),
];
const allow = (Action: string | string[]): object => ({ Effect: "Allow", Action, Resource: "*" });
const deny = (Action: string | string[]): object => ({ Effect: "Deny", Action, Resource: "*" });
const identity = ["s3:ListAllMyBuckets", "sts:*"];

afterEach(() => {
  role().policies = "everything";
});

/** Runs a campaign of 40 objects of one account until that is paused; its cause. */
async function causeOf(bucket: string, externalId: string | undefined, versioning?: "Enabled"): Promise<string> {
  await makeBucket(sandbox, bucket, versioning === undefined ? {} : { versioning });
  await upload(sandbox, one, { Bucket: bucket, Key: "k" });
  const rows: PlanRow[] = multiply(sandbox, bucket, "k", 40);
  const id = accountId(one.accountId);
  const credentials = { kind: "role" as const, roleArn: role().arn, ...(externalId === undefined ? {} : { externalId }) };
  const campaign = await makeCampaign(sandbox, {
    bucket,
    work: [{ account: one.accountId, rows }],
    config: { accounts: [{ id, name: "one", credentials }] },
  });
  await campaign.work();
  await expect.poll(() => campaign.pauses.get(id)?.cause ?? "", { timeout: 15_000 }).not.toBe("");
  const cause = campaign.pauses.get(id)?.cause ?? "";
  expect((await campaign.snapshot()).failed).toEqual({});
  expect(sandbox.writes().filter((w) => w.bucket === bucket && w.op === "PutObjectAcl")).toEqual([]);
  await campaign.close();
  return cause;
}

describe("the cause of a pause", { timeout: 40_000 }, () => {
  it("names the permission on versions that a role with PutObjectAcl alone lacks", async () => {
    role().policies = allowed(allow([...identity, "s3:PutObjectAcl", "s3:GetObject*"]));
    const cause = await causeOf("no-version-acl", role().externalId, "Enabled");
    expect(cause).toMatch(
      /may read that object's ACL.*lacks is s3:PutObjectVersionAcl \(the calls name versions; s3:PutObjectAcl is not enough\)/,
    );
  });

  it("leads an explicit Deny of the one action to the policies that can hold it", async () => {
    role().policies = allowed(allow("*"), deny("s3:PutObjectAcl"));
    expect(await causeOf("deny-one", role().externalId)).toMatch(
      /may read that object's ACL.*role's own policies \(and a permissions boundary\).*Deny in the bucket policy.*service control policy/,
    );
  });

  it("leads what denies the account everything, as a service control policy does, to what can", async () => {
    role().policies = allowed(allow("*"), deny(["s3:*Object*"]));
    expect(await causeOf("deny-all", role().externalId)).toMatch(
      /may not even read that object's ACL.*Deny in the bucket policy.*service control policy.*VPC endpoint/,
    );
  });

  it("gives the statement that the role's trust policy needs", async () => {
    const { trust } = role();
    role().trust = parsePolicy(
      JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" }] }),
    );
    const cause = await causeOf("trust", role().externalId);
    role().trust = trust;
    expect(cause).toContain(`may not assume ${role().arn}`);
    expect(cause).toContain(`"Principal":{"AWS":"arn:aws:iam::${owner(sandbox).accountId}:`);
    expect(cause).toContain('"Action":"sts:AssumeRole"');
  });

  it("says what to set where an external ID is missing, and which is wrong where one is given, without showing it", async () => {
    expect(await causeOf("no-external-id", undefined)).toContain(
      "If the trust policy asks for an external ID, set externalId for this account",
    );
    const wrong = await causeOf("wrong-external-id", "not-the-one");
    expect(wrong).toContain("the external ID of the campaign file is not the one");
    expect(wrong).not.toContain("not-the-one");
    expect(wrong).not.toContain(role().externalId ?? "there is one");
  });
});
