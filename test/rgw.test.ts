// The same campaign against a real S3 server with real owners: a RADOS Gateway of Ceph, on loopback, in memory.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { PlanSummary } from "@quitclaim/campaign";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { readBooks } from "./harness/campaign.ts";
import { quitclaim, quitclaimJson } from "./harness/command.ts";
import { type RawS3, rawS3 } from "./harness/raw-s3.ts";
import { holdToContract } from "./rgw-contract.ts";
import { type Gateway, type GatewayUser, missingPackages, startGateway } from "./servers/rgw.ts";

/** Several pages of a listing, several batches for each account. */
const OBJECTS = 3_000;
const BUCKET = "shared-lake";

const missing = await missingPackages();
if (missing.length > 0) {
  console.warn(
    `SKIPPED: the campaign against a RADOS Gateway. To have it, on Debian as root: apt-get install --no-install-recommends ${missing.join(" ")}`,
  );
}

/** Runs `act` for 0..count-1, so many at a time. */
async function each(count: number, atOnce: number, act: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) await act(next++);
    }),
  );
}

describe.skipIf(missing.length > 0)("a campaign against a RADOS Gateway", () => {
  let gateway: Gateway;
  let folder: string;
  let configFile: string;
  let env: NodeJS.ProcessEnv;
  const clients = new Map<string, S3Client>();
  const client = (name: string): S3Client => clients.get(name) as S3Client;
  const raws = new Map<string, RawS3>();
  const raw = (name: string): RawS3 => raws.get(name) as RawS3;
  const keys: string[] = [];
  const uploader = (i: number): string => (i % 3 === 0 ? "partners" : "ingest");

  beforeAll(async () => {
    gateway = await startGateway(["owner", "ingest", "partners"]);
    for (const user of gateway.users) {
      raws.set(user.name, rawS3(gateway.endpoint, gateway.region, user));
      clients.set(
        user.name,
        new S3Client({
          endpoint: gateway.endpoint,
          region: gateway.region,
          forcePathStyle: true,
          requestChecksumCalculation: "WHEN_REQUIRED",
          credentials: { accessKeyId: user.accessKeyId, secretAccessKey: user.secretAccessKey },
        }),
      );
    }
    const principals = gateway.users.filter((u) => u.name !== "owner").map((u) => `arn:aws:iam:::user/${u.canonicalId}`);
    await client("owner").send(new CreateBucketCommand({ Bucket: BUCKET }));
    await client("owner").send(
      new PutBucketPolicyCommand({
        Bucket: BUCKET,
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Principal: { AWS: principals }, Action: ["s3:PutObject"], Resource: [`arn:aws:s3:::${BUCKET}/*`] },
          ],
        }),
      }),
    );
    for (let i = 0; i < OBJECTS; i++)
      keys.push(i % 50 === 0 ? `odd/a b+${i}%é/日本 ${i}` : `raw/dt=2021-${String(1 + (i % 12)).padStart(2, "0")}/part-${i}`);
    await each(OBJECTS, 48, async (i) => {
      const status = await raw(uploader(i)).put(BUCKET, keys[i] as string, `object ${i}`);
      if (status !== 200) throw new Error(`PUT ${keys[i]}: ${status}`);
    });

    folder = await mkdtemp(join(tmpdir(), "quitclaim-rgw-test-"));
    configFile = join(folder, "campaign.yaml");
    const reference = (user: GatewayUser): { accessKeyId: string; secretAccessKey: string } => ({
      accessKeyId: `from-env:RGW_${user.name.toUpperCase()}_KEY`,
      secretAccessKey: `from-env:RGW_${user.name.toUpperCase()}_SECRET`,
    });
    env = { ...process.env, NO_COLOR: "1" };
    for (const user of gateway.users) {
      env[`RGW_${user.name.toUpperCase()}_KEY`] = user.accessKeyId;
      env[`RGW_${user.name.toUpperCase()}_SECRET`] = user.secretAccessKey;
    }
    const [owner, ...uploaders] = gateway.users as [GatewayUser, ...GatewayUser[]];
    await writeFile(
      configFile,
      stringify({
        campaign: "gateway",
        bucket: {
          name: BUCKET,
          owner: owner.canonicalId,
          ownerCanonicalId: owner.canonicalId,
          region: gateway.region,
          endpoint: gateway.endpoint,
          forcePathStyle: true,
          dialect: "rgw",
          keys: reference(owner),
        },
        inventory: { manifest: join(folder, "inventory", "manifest.json"), root: join(folder, "inventory") },
        accounts: uploaders.map((u) => ({ id: u.canonicalId, name: u.name, canonicalId: u.canonicalId, keys: reference(u) })),
        limits: { requestsPerSecond: 20_000 },
        store: "./campaign",
        redis: "embedded",
      }),
    );
  }, 240_000);

  afterAll(async () => {
    for (const c of clients.values()) c.destroy();
    for (const r of raws.values()) r.close();
    await gateway?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it("takes a bucket whose owner is refused to one whose owner reads every object", { timeout: 400_000 }, async () => {
    // Before: the bucket owner gets 403 on its own bucket's objects.
    for (const key of [keys[0], keys[1], keys[OBJECTS - 1]] as string[]) {
      await expect(client("owner").send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))).rejects.toMatchObject({
        $metadata: { httpStatusCode: 403 },
      });
    }

    const report = await quitclaimJson<{ manifest: string; rows: number }>(
      ["inventory", "--config", configFile, "--to", join(folder, "inventory")],
      env,
    );
    expect(report.rows).toBe(OBJECTS);

    const plan = await quitclaimJson<PlanSummary>(["plan", "--config", configFile, "--manifest", report.manifest], env);
    expect(plan).toMatchObject({
      rows: OBJECTS,
      ownedByBucketOwner: 0,
      deleteMarkers: 0,
      alreadyGranted: 0,
      planned: { acl: OBJECTS },
      held: {},
    });

    const ended = await quitclaimJson<{ state: string; done: Record<string, number>; failed: Record<string, number>; remaining: number }>(
      ["run", "--config", configFile],
      env,
    );
    expect(ended).toMatchObject({ done: { granted: OBJECTS }, failed: {}, remaining: 0 });
    const { ledger } = await readBooks(join(folder, "campaign"));
    expect(new Set(ledger.map((r) => r.key)).size).toBe(OBJECTS);

    // After: every one of them, whatever its key.
    await each(OBJECTS, 48, async (i) => {
      expect(await raw("owner").get(BUCKET, keys[i] as string)).toEqual({ status: 200, body: `object ${i}` });
    });
  });

  it("answers the lean path and the SDK alike, whatever the key: random requests, the seed is in the failure", {
    timeout: 120_000,
  }, async () => {
    const seen = await holdToContract(gateway, client("owner"), client("ingest"), 20_261_121);
    const must = ["HeadObject", "GetObjectAcl", "PutObjectAcl", "CopyObject"].flatMap((call) => [
      `${call} ok`,
      `${call} denied`,
      `${call} gone`,
    ]);
    expect([...seen]).toEqual(expect.arrayContaining(must));
  });

  it("copies objects onto themselves: the bucket owner owns them, attributes stay, and what the server's copy would lose is left", {
    timeout: 120_000,
  }, async () => {
    const bucket = "copied-lake";
    const uploaded: string[] = [];
    await client("owner").send(new CreateBucketCommand({ Bucket: bucket }));
    const principal = `arn:aws:iam:::user/${gateway.users[1]?.canonicalId}`;
    const allow = { Effect: "Allow", Principal: { AWS: [principal] }, Action: ["s3:PutObject"], Resource: [`arn:aws:s3:::${bucket}/*`] };
    await client("owner").send(
      new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement: [allow] }) }),
    );
    const attributes = {
      ContentType: "text/x-own",
      ContentEncoding: "gzip",
      ContentLanguage: "de",
      ContentDisposition: "inline",
      CacheControl: "max-age=7",
      Metadata: { team: "lake", spaces: "a  b" },
    };
    for (const Key of ["plain", "a b+%/é", "tagged"]) {
      const tags = Key === "tagged" ? { Tagging: "a=1" } : {};
      await client("ingest").send(new PutObjectCommand({ Bucket: bucket, Key, Body: `object ${Key}`, ...attributes, ...tags }));
      uploaded.push(Key);
    }

    const { bucket: place, ...common } = parse(await readFile(configFile, "utf8"));
    const file = join(folder, "copies.yaml");
    const root = join(folder, "copies-inventory");
    await writeFile(
      file,
      stringify({
        ...common,
        campaign: "gateway-copies",
        bucket: { ...place, name: bucket },
        inventory: { manifest: join(root, "manifest.json"), root },
        actions: { default: "copy" },
        store: "./copies",
      }),
    );
    const report = await quitclaimJson<{ manifest: string }>(["inventory", "--config", file, "--to", root], env);
    const plan = await quitclaimJson<PlanSummary>(["plan", "--config", file, "--manifest", report.manifest], env);
    expect(plan).toMatchObject({ planned: { copy: 3 } });
    await quitclaim(["run", "--config", file], env);

    const { ledger } = await readBooks(join(folder, "copies"));
    const outcomes = Object.fromEntries(ledger.map((r) => [r.key, r.code === "" ? r.outcome : r.code]));
    expect(outcomes).toEqual({ plain: "copied", "a b+%/é": "copied", tagged: "TagsNotCarried" });
    for (const Key of uploaded.slice(0, 2)) {
      const acl = await client("owner").send(new GetObjectAclCommand({ Bucket: bucket, Key }));
      expect(acl.Owner?.ID).toBe(gateway.users[0]?.canonicalId);
      const answer = await client("owner").send(new GetObjectCommand({ Bucket: bucket, Key }));
      expect(answer).toMatchObject(attributes);
      expect(await answer.Body?.transformToString()).toBe(`object ${Key}`);
    }
  });

  it("refuses to fence or switch a server that has no ownership controls, with a sentence", { timeout: 60_000 }, async () => {
    for (const args of [["fence"], ["cutover", "--confirm", BUCKET]]) {
      const ended = await quitclaim([...args, "--config", configFile], env);
      expect(ended.code).not.toBe(0);
      expect(ended.stderr).toMatch(/no ownership controls/);
    }
  });
});
