// A whole campaign through the command line, against the sandbox, judged by what S3 says afterwards and by the books it left.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  GetBucketAclCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetObjectAclCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { type PlanSummary, parseGrants } from "@quitclaim/campaign";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nameOf, readBooks, type Stage, setStage } from "./harness/campaign.ts";
import { quitclaim, quitclaimJson } from "./harness/command.ts";

const OBJECTS = 6_000;

interface Status {
  state: string;
  planned: number;
  done: Record<string, number>;
  failed: Record<string, number>;
  remaining: number;
}

const total = (counts: Record<string, number | undefined>): number => Object.values(counts).reduce<number>((a, n) => a + (n ?? 0), 0);

describe("a campaign against the sandbox", () => {
  let stage: Stage;
  let owner: S3Client;
  let bucket: string;
  const config = (): string[] => ["--config", stage.configFile];

  beforeAll(async () => {
    stage = await setStage({
      sandbox: { accounts: 5, seed: 11, bucketDefaults: "legacy", fill: { objects: OBJECTS }, inventory: ["csv", "parquet"] },
      config: {
        actions: {
          default: "acl",
          thirdPartyGrants: "keep",
          rules: [
            { when: { encryption: ["SSE-KMS", "DSSE-KMS"], latest: true }, do: "copy" },
            { when: { encryption: ["SSE-KMS", "DSSE-KMS"] }, do: "hold" },
          ],
        },
      },
    });
    const { description } = stage.sandbox;
    bucket = description.bucket as string;
    owner = new S3Client({
      endpoint: description.endpoint,
      region: description.region,
      forcePathStyle: true,
      credentials: { accessKeyId: stage.env.TEST_OWNER_KEY as string, secretAccessKey: stage.env.TEST_OWNER_SECRET as string },
    });
  }, 60_000);

  afterAll(async () => {
    owner?.destroy();
    await stage?.close();
  });

  it("checks, plans, fences, runs, verifies, cuts over, and can take it back", { timeout: 180_000 }, async () => {
    await quitclaimJson(["check", ...config()], stage.env);

    const plan = await quitclaimJson<PlanSummary>(["plan", ...config()], stage.env);
    expect(plan.rows).toBe(OBJECTS);
    expect(plan.ownedByBucketOwner + plan.deleteMarkers + plan.alreadyGranted + plan.skipped + total(plan.planned) + total(plan.held)).toBe(
      OBJECTS,
    );
    expect(plan.planned.acl).toBeGreaterThan(500);
    expect(plan.planned.copy).toBeGreaterThan(0);
    expect(plan.held["anonymous-owner"]).toBeGreaterThan(0);

    // Copies without the fence would stay with their uploaders.
    const early = await quitclaim(["run", ...config()], stage.env);
    expect(early.code).toBe(2);
    expect(early.stderr).toMatch(/quitclaim fence/);

    const policyBefore = await bucketPolicy();
    const aclBefore = await owner.send(new GetBucketAclCommand({ Bucket: bucket }));
    await quitclaimJson(["fence", ...config()], stage.env);
    expect(await ownership()).toBe("BucketOwnerPreferred");

    const writesBefore = stage.sandbox.writes().length;
    const run = await quitclaim(["run", ...config(), "--json"], stage.env);
    const status = JSON.parse(run.stdout) as Status;
    const books = await readBooks(stage.store);
    expect(run.code, run.stderr.slice(-2_000)).toBe(total(status.failed) > 0 ? 3 : 0);
    expect(status.remaining).toBe(0);
    expect(total(status.done) + total(status.failed)).toBe(books.planned.length);
    expect(books.ledger.map(nameOf).sort()).toEqual(books.planned.map(nameOf).sort());
    expect(await quitclaimJson<Status>(["status", ...config()], stage.env)).toMatchObject({
      done: status.done,
      failed: status.failed,
      remaining: 0,
    });

    // What S3 says itself: each grant that was there still is, and the bucket owner has full control.
    const outcomes = new Map(books.ledger.map((r) => [nameOf(r), r]));
    for (const row of books.planned.filter((_, i) => i % 5 === 0)) {
      if (outcomes.get(nameOf(row))?.outcome !== "granted") continue;
      const acl = await owner.send(
        new GetObjectAclCommand({ Bucket: bucket, Key: row.key, ...(row.versionId === null ? {} : { VersionId: row.versionId }) }),
      );
      const held = new Set(acl.Grants?.map((g) => `${g.Grantee?.ID ?? g.Grantee?.URI} ${g.Permission}`));
      expect(held).toContain(`${plan.bucketOwner} FULL_CONTROL`);
      expect(acl.Owner?.ID).toBe(row.owner);
      for (const grant of parseGrants(row.formerAcl ?? "[]")) {
        const grantee = "id" in grant ? grant.id : grant.uri;
        // What the bucket owner had before is within FULL_CONTROL.
        if (grantee !== plan.bucketOwner) expect(held).toContain(`${grantee} ${grant.permission}`);
      }
    }
    const copies = stage.sandbox.writes(writesBefore).filter((w) => w.op === "CopyObject" && w.bucket === bucket);
    expect(new Set(copies.map((w) => w.key)).size).toBe(copies.length);
    expect(copies.length).toBe(status.done.copied ?? 0);

    // A second run finds nothing to do.
    const again = await quitclaim(["run", ...config(), "--json"], stage.env);
    expect((JSON.parse(again.stdout) as Status).remaining).toBe(0);

    await quitclaimJson(["verify", ...config()], stage.env);
    const refused = await quitclaim(["preflight", ...config(), "--json"], stage.env);
    expect(refused.code).toBe(4);
    const { findings } = JSON.parse(refused.stdout) as { findings: { id: string; severity: string; acceptable: boolean }[] };
    expect(findings.filter((f) => f.severity === "blocking").map((f) => f.id)).toContain("bucket-acl-grants");
    const unconfirmed = await quitclaim(["cutover", ...config()], stage.env);
    expect(unconfirmed.code).toBe(2);

    const accept = findings.filter((f) => f.severity === "blocking" && f.acceptable).flatMap((f) => ["--accept", f.id]);
    await quitclaimJson(["preflight", ...config(), "--fix", "bucket-acl-grants", "--fix", "third-party-grants", ...accept], stage.env);
    await quitclaimJson(["cutover", ...config(), "--confirm", bucket, ...accept], stage.env);
    expect(await ownership()).toBe("BucketOwnerEnforced");

    await quitclaimJson(["rollback", ...config(), "--confirm", bucket], stage.env);
    expect(await ownership()).toBe("BucketOwnerPreferred");
    await quitclaimJson(["fence", ...config(), "--lift"], stage.env);
    expect(await ownership()).toBeUndefined();
    expect(await bucketPolicy()).toEqual(policyBefore);
    const aclAfter = await owner.send(new GetBucketAclCommand({ Bucket: bucket }));
    expect(aclAfter.Grants).toEqual(aclBefore.Grants);
  });

  it("leaves a folder that only its owner may enter, with no secret in it", async () => {
    expect((await stat(stage.store)).mode & 0o777).toBe(0o700);
    const secrets = stage.sandbox.accounts.map((a) => a.secretAccessKey);
    const entries = await readdir(stage.store, { recursive: true, withFileTypes: true });
    const files = entries.filter((e) => e.isFile());
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      const content = (await readFile(join(file.parentPath, file.name))).toString("latin1");
      for (const secret of secrets) expect(content.includes(secret), file.name).toBe(false);
    }
  });

  async function ownership(): Promise<string | undefined> {
    try {
      return (await owner.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket }))).OwnershipControls?.Rules?.[0]?.ObjectOwnership;
    } catch (error) {
      if (error instanceof Error && error.name === "OwnershipControlsNotFoundError") return undefined;
      throw error;
    }
  }

  async function bucketPolicy(): Promise<unknown> {
    try {
      return JSON.parse((await owner.send(new GetBucketPolicyCommand({ Bucket: bucket }))).Policy ?? "null");
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchBucketPolicy") return undefined;
      throw error;
    }
  }
});
