// `quitclaim inventory` through the command line: what it lists is what S3 Inventory would have reported, its report is planned from like any other,
// and cut off it leaves none.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PutBucketAclCommand, PutBucketOwnershipControlsCommand, PutPublicAccessBlockCommand, S3Client } from "@aws-sdk/client-s3";
import type { PlanSummary } from "@quitclaim/campaign";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type Stage, setStage } from "./harness/campaign.ts";
import { quitclaim, quitclaimJson, start } from "./harness/command.ts";

interface Listed {
  manifest: string;
  rows: number;
  requests: number;
  requestsAtOnce: number;
  acls?: { read: number; unread: number; refused: { principal: string; code: string }[] };
}

const ROWS = 4_000;
let stage: Stage;
let s3: S3Client;

beforeAll(async () => {
  stage = await setStage({ sandbox: { accounts: 4, seed: 11, bucketDefaults: "legacy", fill: { objects: ROWS }, inventory: ["parquet"] } });
  const [owner] = stage.sandbox.accounts;
  if (owner === undefined) throw new Error("the sandbox has no accounts");
  const { accessKeyId, secretAccessKey } = owner;
  const { endpoint, region } = stage.sandbox;
  s3 = new S3Client({ region, endpoint, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
}, 60_000);
afterAll(async () => {
  s3?.destroy();
  await stage?.close();
});

async function variant(name: string, change: Record<string, unknown>): Promise<string[]> {
  const settings = parse(await readFile(stage.configFile, "utf8")) as Record<string, unknown>;
  const file = join(stage.folder, `${name}.yaml`);
  await writeFile(file, stringify({ ...settings, store: `./${name}`, ...change }));
  return ["--config", file];
}
const planOf = async (name: string, change: Record<string, unknown>): Promise<PlanSummary> =>
  quitclaimJson<PlanSummary>(["plan", ...(await variant(name, change))], stage.env);
const reportsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true }).catch(() => [])).filter((f) => /manifest\.(json|checksum)$/.test(f));

describe("a report by listing", () => {
  it("with --acls plans what S3 Inventory's own report plans", async () => {
    const to = join(stage.folder, "listed");
    const listed = await quitclaimJson<Listed>(["inventory", "--config", stage.configFile, "--to", to, "--acls"], stage.env);
    expect(listed.rows).toBe(ROWS);
    const own = await planOf("by-s3", {});
    const ours = await planOf("by-listing", { inventory: { manifest: listed.manifest, root: to } });
    expect(ours.rows).toBe(own.rows);
    expect(ours.ownedByBucketOwner).toBe(own.ownedByBucketOwner);
    expect(ours.deleteMarkers).toBe(own.deleteMarkers);
    expect(ours.bytes).toBe(own.bytes);
    expect(ours.alreadyGranted).toBe(own.alreadyGranted);
    expect(ours.unmappedOwners).toEqual(own.unmappedOwners);
    for (const [id, account] of Object.entries(own.accounts))
      expect(ours.accounts[id as never]).toMatchObject({ planned: account.planned });
    // The accounts' own roles could read every ACL of theirs; nobody here may read the anonymous uploads' and the strangers'.
    const foreign = own.rows - own.ownedByBucketOwner - own.deleteMarkers;
    expect((listed.acls?.read ?? 0) + (listed.acls?.unread ?? 0)).toBe(foreign);
    expect(listed.acls?.refused.map((r) => r.principal)).toEqual(["the bucket owner"]);
  }, 60_000);

  it.each(["s3://inventory-reports", "s3://inventory-reports/by listing/lake/"])(
    "in %s is planned from as it lies there",
    async (to) => {
      const listed = await quitclaimJson<Listed>(["inventory", "--config", stage.configFile, "--to", to], stage.env);
      expect(listed.manifest).toMatch(`${to.replace(/\/$/, "")}/`);
      expect((await planOf(`from-${to.length}`, { inventory: { manifest: listed.manifest } })).rows).toBe(ROWS);
    },
    60_000,
  );

  it("without --acls has no ACL column, and says what that costs", async () => {
    const to = join(stage.folder, "plain");
    const ended = await quitclaim(["inventory", "--config", stage.configFile, "--to", to], stage.env);
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining("workers read each ACL before they merge")]);
    const [manifest] = (await reportsIn(to)).filter((f) => f.endsWith(".json"));
    expect(await readFile(join(to, manifest as string), "utf8")).not.toContain("object_access_control_list");
  }, 30_000);

  it("leaves nothing that looks whole where it is interrupted or killed, and lists again", async () => {
    stage.sandbox.faults.set({ latency: { fixedMs: 300 }, scope: { ops: ["ListObjectVersions"] } });
    try {
      for (const [signal, code] of [
        ["SIGINT", 130],
        ["SIGKILL", null],
      ] as const) {
        const to = join(stage.folder, `cut-${signal}`);
        const before = stage.sandbox.stats().ListObjectVersions?.["200"] ?? 0;
        const running = start(["inventory", "--config", stage.configFile, "--to", to], stage.env);
        await expect
          .poll(() => stage.sandbox.stats().ListObjectVersions?.["200"] ?? 0, { timeout: 20_000, interval: 20 })
          .toBeGreaterThan(before);
        running.child.kill(signal);
        const ended = await running.ended;
        expect(ended.code).toBe(code);
        if (signal === "SIGINT") expect(ended.stderr).toMatch(/no manifest was written/);
        expect(await reportsIn(to)).toEqual([]);
      }
    } finally {
      stage.sandbox.faults.set({});
    }
    const to = join(stage.folder, "cut-SIGKILL");
    const again = await quitclaimJson<Listed>(["inventory", "--config", stage.configFile, "--to", to], stage.env);
    expect(again.rows).toBe(ROWS);
    expect(await reportsIn(to)).toHaveLength(2);
  }, 60_000);

  it.each(["", "s3://", "s3:///reports"])("is refused before anything is listed where --to is %j", async (to) => {
    const ended = await quitclaim(["inventory", "--config", stage.configFile, "--to", to], stage.env);
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([
      2,
      "",
      expect.stringContaining("--to names a folder, or s3://bucket/prefix"),
    ]);
  });

  it("reads no ACLs where S3 would not show them as they are", async () => {
    const Bucket = stage.sandbox.description.bucket as string;
    const refused = async (): Promise<string> => {
      const ended = await quitclaim(
        ["inventory", "--config", stage.configFile, "--to", join(stage.folder, "refused"), "--acls"],
        stage.env,
      );
      expect(ended.code).toBe(2);
      return ended.stderr;
    };
    const block = (IgnorePublicAcls: boolean) =>
      s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { IgnorePublicAcls } }));
    await block(true);
    expect(await refused()).toMatch(/IgnorePublicAcls is on .* hides public grants/);
    await block(false);
    await s3.send(new PutBucketAclCommand({ Bucket, ACL: "private" }));
    await s3.send(
      new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] } }),
    );
    expect(await refused()).toMatch(/is BucketOwnerEnforced: .* would be wrong/);
  }, 30_000);
});
