// `quitclaim plan` with what an operator may tell it: one object explained, a report without versions accepted, ACLs that cannot be understood passed over.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import type { PlanSummary } from "@quitclaim/campaign";
import type { Explanation } from "@quitclaim/planner";
import { type Sandbox, startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUCKET_OWNER, UPLOADERS } from "../packages/planner/test/fixture/config.ts";
import { rowsOf, SCHEMAS, writeReport } from "../packages/planner/test/fixture/report.ts";
import type { TruthRow } from "../packages/planner/test/fixture/truth.ts";
import { quitclaim, quitclaimJson } from "./harness/command.ts";
import { filesIn, type ReportCampaign, reportCampaign } from "./harness/report.ts";

const [ACCOUNT, UPLOADER] = UPLOADERS[0] as (typeof UPLOADERS)[number];
const KEY = "raw/ü x+.csv";
const full = (canonicalId: string) => ({ canonicalId, permission: "FULL_CONTROL", type: "CanonicalUser" });
const acl = (...ids: string[]) => ({ version: "2022-11-10", status: "AVAILABLE", grants: ids.map(full) });

/** A key in three versions and one of a single version, among others. */
const ROWS: TruthRow[] = [
  ...rowsOf(400, 41),
  { key: KEY, version_id: "v3", is_latest: true, is_delete_marker: true },
  { key: KEY, version_id: "v2", is_latest: false, size: 2_048, object_owner: UPLOADER, object_access_control_list: acl(UPLOADER) },
  { key: KEY, is_latest: false, size: 5, object_owner: BUCKET_OWNER, object_access_control_list: acl(BUCKET_OWNER) },
  { key: "alone", version_id: "a1", is_latest: true, size: 1, object_owner: UPLOADER, encryption_status: "SSE-C" },
];
const CREATED = Date.now() - 3_600_000;
const HELD = [UPLOADER, BUCKET_OWNER, UPLOADER].map(
  (owner, i): TruthRow => ({ key: `odd/${i}`, size: 1, object_owner: owner, object_access_control_list: i === 2 ? acl(owner) : {} }),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quitclaim-plan-flags-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const written = async (name: string, rows: readonly TruthRow[], format: keyof typeof SCHEMAS, schema?: string): Promise<string> =>
  writeReport(join(folder, name), rows, { cut: [rows.length], format, created: CREATED, ...(schema === undefined ? {} : { schema }) });
const planFiles = async (campaign: ReportCampaign): Promise<string[]> =>
  (await filesIn(campaign.store)).filter((f) => f.endsWith("plan.json"));

describe.concurrent("plan --explain", () => {
  let campaign: ReportCampaign;
  beforeAll(async () => {
    const actions = { default: "acl", rules: [{ when: { encryption: ["SSE-C"] }, do: "copy" }] };
    campaign = await reportCampaign(folder, "explained", { manifest: await written("explain", ROWS, "Parquet"), change: { actions } });
  });
  const explained = (...args: string[]): Promise<Explanation> =>
    quitclaimJson(["plan", ...campaign.config, "--explain", ...args], campaign.env);

  it("tells of each version what the report says, what would be done and why, for people and for programs", async () => {
    const [people, programs] = await Promise.all([quitclaim(["plan", ...campaign.config, "--explain", KEY], campaign.env), explained(KEY)]);
    expect(people.code).toBe(0);
    const lines = people.stdout.split("\n");
    expect(lines[0]).toMatch(
      /^The report of \S+ on data-lake-prod \([\d.]+ hours old; 404 rows, all of them looked through\) has 3 rows for raw\/ü x\+\.csv\.$/,
    );
    expect(lines.filter((line) => /^\S/.test(line)).slice(1)).toEqual([
      expect.stringMatching(/^Version v3, the current one: nothing to do, because /),
      expect.stringMatching(
        new RegExp(`^Version v2, not current: planned for acl, because account ${ACCOUNT} owns it, .*actions\\.default.* says acl\\.$`),
      ),
      expect.stringMatching(/^Version null, not current: nothing to do, because /),
    ]);
    expect(people.stdout).toContain("2.0 KiB, last modified unknown");
    expect(people.stdout).toMatch(/the rule in line \d+ does not match: encryption\n {2}would send PutObjectAcl/);
    expect(programs).toMatchObject({ bucket: "data-lake-prod", key: KEY, report: { rows: 404, hasVersions: true } });
    expect(programs.versions.map(({ versionId, decision, op }) => [versionId, decision, op])).toEqual([
      ["v3", "delete-marker", null],
      ["v2", "planned", "acl"],
      ["null", "own", null],
    ]);
  });

  it("tells of one version alone, and of what is held which rule wants what, and what stands in its way", async () => {
    const { versions } = await explained("alone", "--version-id", "a1");
    const file = await readFile(campaign.config[1] as string, "utf8");
    const line = file.split("\n").findIndex((text) => text.includes("- when:")) + 1;
    expect(versions).toMatchObject([
      {
        versionId: "a1",
        decision: "held",
        reason: "sse-c",
        op: "copy",
        rule: { do: "copy", line },
        acl: { state: "unknown", grants: null },
      },
    ]);
  });

  it("says of what the report does not have that it has no row, and how keys are given; and writes nothing in any case", async () => {
    // As a CSV report would have it.
    const { code, stdout } = await quitclaim(["plan", ...campaign.config, "--explain", "raw/%C3%BC+x%2B.csv"], campaign.env);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /404 rows, all of them looked through\) has no row for raw\/%C3%BC\+x%2B\.csv\. .*keys are given as S3 has them, not encoded\.\n$/,
      ),
    ]);
    expect(await filesIn(campaign.store)).toEqual([]);
    expect(await filesIn(campaign.temporary)).toEqual([]);
  });

  it("is refused where the version has no name: an empty cell in a report is the null version, which is called null", async () => {
    const ended = await quitclaim(["plan", ...campaign.config, "--explain", KEY, "--version-id", ""], campaign.env);
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining("the null version is called null")]);
  });

  it("is refused where a version is named and no key", async () => {
    const ended = await quitclaim(["plan", ...campaign.config, "--version-id", "v2", "--json"], campaign.env);
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining("name its key with --explain")]);
  });
});

describe.concurrent("plan --hold-unreadable-acls", () => {
  it("plans all the same, holds the foreign objects that have them, and names the others", async () => {
    const campaign = await reportCampaign(folder, "odd", { manifest: await written("odd-report", HELD, "ORC") });
    const refused = await quitclaim(["plan", ...campaign.config, "--json"], campaign.env);
    expect([refused.code, JSON.parse(refused.stdout)]).toEqual([
      2,
      { exitCode: 2, error: expect.stringMatching(/has 2 ACLs that cannot be understood: row 1: .*; row 2: .*--hold-unreadable-acls/) },
    ]);
    expect(await planFiles(campaign)).toEqual([]);
    const told = await quitclaim(["plan", ...campaign.config, "--hold-unreadable-acls"], campaign.env);
    expect([told.code, told.stdout]).toEqual([0, expect.stringContaining("Held for a person, listed in held/: 1 (acl-unreadable 1).")]);
    expect(told.stdout).toContain("NOT KNOWN of 2 objects, 1 of them the bucket owner's own");
    expect(told.stderr).toMatch(
      /row 1: the ACL .* \(held\)\.\n.*row 2: the ACL .* \(the bucket owner's own: grants to others in it are not counted\)\.\n/,
    );
    const summary = JSON.parse(await readFile(join(campaign.store, "plan/plan.json"), "utf8")) as PlanSummary;
    expect(summary).toMatchObject({ planned: { acl: 1 }, held: { "acl-unreadable": 1 }, ownedByBucketOwner: 1 });
  });
});

describe.concurrent("plan --current-only", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 1, seed: 3 });
    const { endpoint, region } = sandbox;
    const { accessKeyId, secretAccessKey } = sandbox.accounts[0] as { accessKeyId: string; secretAccessKey: string };
    const s3 = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
    await s3.send(new CreateBucketCommand({ Bucket: "data-lake-prod" }));
    await s3.send(new PutBucketVersioningCommand({ Bucket: "data-lake-prod", VersioningConfiguration: { Status: "Enabled" } }));
    s3.destroy();
  });
  afterAll(async () => {
    await sandbox?.close();
  });

  it("accepts a report without versions from a bucket that keeps them, which is refused otherwise", async () => {
    const schema = SCHEMAS.CSV.replace("VersionId, IsLatest, IsDeleteMarker", "SomeA, SomeB, SomeC");
    const campaign = await reportCampaign(folder, "current", {
      manifest: await written("current-report", ROWS.slice(0, 50), "CSV", schema),
      s3: sandbox,
    });
    const refused = await quitclaim(["plan", ...campaign.config, "--json"], campaign.env);
    expect([refused.code, JSON.parse(refused.stdout)]).toEqual([
      2,
      { exitCode: 2, error: expect.stringMatching(/VersionId.*--current-only/) },
    ]);
    expect(await filesIn(campaign.store)).toEqual([]);
    const told = await quitclaim(["plan", ...campaign.config, "--current-only", "--json"], campaign.env);
    expect([told.code, told.stderr]).toEqual([0, expect.stringContaining("as --current-only accepts")]);
    expect((JSON.parse(told.stdout) as PlanSummary).rows).toBe(50);
  });
});
