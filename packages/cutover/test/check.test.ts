import { PutBucketOwnershipControlsCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { type AccountId, accountId, canonicalId, readJson } from "@quitclaim/campaign";
import type { AccountSpec } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Check, type CheckInput, type Claimed, check, checkLines, problem } from "../src/index.ts";
import { writePlan } from "./support/plan.ts";
import { openScene, type Place, put, type Scene } from "./support/scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const claim = (account: AccountSpec, more: Partial<Claimed> = {}): Claimed => ({
  id: accountId(account.accountId),
  name: account.name,
  prove: async () => ({
    accountId: account.accountId,
    canonicalId: account.canonicalId,
    arn: `arn:aws:iam::${account.accountId}:user/admin`,
  }),
  ...more,
});

const input = (place: Place, more: Partial<CheckInput> = {}): CheckInput => ({
  owner: claim(scene.owner),
  accounts: scene.uploaders.map((a) => claim(a)),
  region: scene.sandbox.region,
  target: (id) => ({ ...place.target, ownerCanonicalId: canonicalId(id) }),
  probes: [],
  ...more,
});

const ids = (result: Check): string[] => result.findings.map((f) => f.id);

describe("check", () => {
  it("finds nothing where everything is in order, and writes that down", async () => {
    const place = await scene.bucket();
    const result = await check(place.store, input(place));
    expect(result).toMatchObject({ ok: true, state: "done", findings: [] });
    expect(result.identities.length).toBe(3);
    expect(await readJson(place.store, "check.json")).toEqual(result);
    expect(checkLines(result).at(-1)).toContain("in order");
  });

  it("names every account whose identity is not what the campaign file says", async () => {
    const place = await scene.bucket();
    const [first, second] = scene.uploaders;
    const result = await check(
      place.store,
      input(place, {
        accounts: [
          claim(first, { prove: () => Promise.reject(new Error("the role's trust policy does not name account 1")) }),
          claim(second, { id: "000000000000" as AccountId }),
          claim(second, { canonicalId: canonicalId("f".repeat(64)) }),
        ],
      }),
    );
    expect(result.ok).toBe(false);
    expect(ids(result)).toEqual([
      `identity-${first.accountId}`,
      "identity-000000000000",
      `canonical-id-${second.accountId}`,
      `same-account-${second.accountId}`,
    ]);
    expect(result.findings[0]?.evidence).toEqual(["the role's trust policy does not name account 1"]);
    expect(checkLines(result).join("\n")).toContain(`[x] ${first.name} (${first.accountId}): no session`);
  });

  it("tells a missing bucket, a wrong owner and a wrong region apart", async () => {
    const place = await scene.bucket();
    const missing = await check(place.store, input(place, { target: () => ({ ...place.target, bucket: "nowhere" }) }));
    expect(missing.findings[0]).toMatchObject({ id: "bucket-unreachable", title: "There is no bucket nowhere" });
    const other = await check(
      place.store,
      input(place, { target: () => ({ ...place.target, ownerAccountId: accountId("000000000000") }) }),
    );
    expect(other.findings[0]).toMatchObject({ id: "bucket-unreachable", fix: expect.stringContaining("000000000000") });
    expect(ids(await check(place.store, input(place, { region: "eu-central-1" })))).toEqual(["bucket-region"]);
    const mistaken = { ...place.target, ownerCanonicalId: canonicalId("e".repeat(64)) };
    expect(ids(await check(place.store, input(place, { target: () => mistaken })))).toEqual(["bucket-owner"]);
  });

  it("says which settings may not be read, that the bucket is switched, and what other probes find", async () => {
    const place = await scene.bucket();
    const own = scene.as(scene.owner);
    const policy = JSON.parse(place.policy);
    const root = `arn:aws:iam::${scene.owner.accountId}:root`;
    policy.Statement.push({
      Effect: "Deny",
      Principal: { AWS: root },
      Action: "s3:GetLifecycleConfiguration",
      Resource: `arn:aws:s3:::${place.name}`,
    });
    await own.send(new PutBucketPolicyCommand({ Bucket: place.name, Policy: JSON.stringify(policy) }));
    const enforced = { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" as const }] };
    await own.send(new PutBucketOwnershipControlsCommand({ Bucket: place.name, OwnershipControls: enforced }));
    const redis = problem("redis", "Redis does not answer", ["ECONNREFUSED"], "Nothing can be queued.", "Start it.");
    const result = await check(place.store, input(place, { probes: [{ name: "redis", run: async () => [redis] }] }));
    expect(ids(result)).toEqual(["redis", "bucket-settings", "already-enforced"]);
    expect(result.findings[1]?.evidence[0]).toContain("s3:GetLifecycleConfiguration");
  });

  it("tries each account's rights on one of its planned objects", async () => {
    const place = await scene.bucket();
    const [first, second] = scene.uploaders;
    await put(scene.as(first), place.name, "first");
    await put(scene.as(second), place.name, "second");
    const objects = new Map([
      [first, [{ key: "first" }]],
      [second, [{ key: "second" }]],
    ]);
    await writePlan(place.store, { bucket: place.name, owner: scene.owner, objects });
    const policy = JSON.parse(place.policy);
    const theirs = `arn:aws:iam::${second.accountId}:root`;
    policy.Statement.push({
      Effect: "Deny",
      Principal: { AWS: theirs },
      Action: "s3:*ObjectAcl",
      Resource: `arn:aws:s3:::${place.name}/*`,
    });
    await scene.as(scene.owner).send(new PutBucketPolicyCommand({ Bucket: place.name, Policy: JSON.stringify(policy) }));
    const accounts = scene.uploaders.map((a) => claim(a, { client: () => scene.as(a) }));
    const result = await check(place.store, input(place, { accounts }));
    expect(ids(result)).toEqual([`permissions-${second.accountId}`]);
    expect(result.findings[0]?.evidence).toEqual(["s3:GetObjectAcl is refused on second"]);
  });

  it("asks a server without ownership controls for none", async () => {
    const place = await scene.bucket();
    const result = await check(place.store, input(place, { target: () => ({ ...place.target, dialect: "rgw" }) }));
    expect(result.ok).toBe(true);
    expect(ids(result)).toEqual(["no-ownership-controls"]);
  });
});
