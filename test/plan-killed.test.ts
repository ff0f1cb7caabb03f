// kill -9 for `quitclaim plan` in the middle of a report: no plan, no temporary file, and the same command gives the plan that an undisturbed run gives.
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { PlanSummary } from "@quitclaim/campaign";
import { startSandbox } from "@quitclaim/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UPLOADERS } from "../packages/planner/test/fixture/config.ts";
import { aclCell, padded, parquetBytes, rowsOf, SCHEMAS, writeFiles } from "../packages/planner/test/fixture/report.ts";
import { orcReport } from "../packages/planner/test/orc/fixture/report.ts";
import { quitclaim, start } from "./harness/command.ts";
import { filesIn, type ReportCampaign, type ReportCampaignOptions, reportCampaign } from "./harness/report.ts";

const FORMATS = ["Parquet", "ORC"] as const;
const CREATED = Date.now() - 3_600_000;
const ROWS = rowsOf(500, 51);
/** More than is read into memory at once. */
const PADDING = 48 << 20;
const FILES = {
  Parquet: { small: parquetBytes(ROWS, 200), large: padded(parquetBytes(ROWS, 200), PADDING) },
  ORC: { small: orcReport(ROWS, aclCell, { stripeRows: 200 }), large: orcReport(ROWS, aclCell, { stripeRows: 200, padding: PADDING }) },
};

let folder: string;
/** What an undisturbed run makes of the report, whatever its format and place. */
let undisturbed: Promise<Map<string, string>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quitclaim-plan-killed-"));
  for (const format of FORMATS) {
    const { small, large } = FILES[format];
    const files = [...Array<Uint8Array>(8).fill(small), large, small, small];
    await writeFiles(join(folder, format), files, { format, schema: SCHEMAS[format], created: CREATED });
  }
  undisturbed = clean();
});
afterAll(async () => {
  await undisturbed;
  await rm(folder, { recursive: true, force: true });
});

const MANIFEST = "inventory/data-lake-prod/all/2026-10-04T01-00Z/manifest.json";
const manifestOf = (format: string): string => join(folder, format, MANIFEST);

/** Every file of a plan, plan.json without what tells of which report and when. */
async function planOf({ store }: ReportCampaign): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const path of await filesIn(store)) {
    const bytes = await readFile(join(store, path));
    const told = (): string => JSON.stringify({ ...(JSON.parse(bytes.toString()) as PlanSummary), provenance: undefined });
    files.set(path, path === "plan/plan.json" ? told() : bytes.toString("base64"));
  }
  return files;
}

const campaignOf = (name: string, options: ReportCampaignOptions): Promise<ReportCampaign> =>
  reportCampaign(folder, name, { ...options, change: { limits: { batchRows: 1 } } });

async function planned(campaign: ReportCampaign): Promise<Map<string, string>> {
  const { code, stderr } = await quitclaim(["plan", ...campaign.config], campaign.env);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining("quitclaim:")]);
  expect(await readdir(campaign.temporary)).toEqual([]);
  return planOf(campaign);
}

async function clean(): Promise<Map<string, string>> {
  const plan = await planned(await campaignOf("undisturbed", { manifest: manifestOf("Parquet") }));
  expect([...plan.keys()]).toContain("plan/plan.json");
  expect([...plan.keys()].filter((path) => /part-\d+\.parquet$/.test(path)).length).toBeGreaterThan(6);
  return plan;
}

/** Kills a plan as soon as it has `reached` something, and plans again. */
async function killed(campaign: ReportCampaign, reached: (pid: number) => Promise<boolean>): Promise<void> {
  const running = start(["plan", ...campaign.config], campaign.env);
  let over = false;
  const ended = running.ended.finally(() => {
    over = true;
  });
  while (!over && !(await reached(running.child.pid as number))) await sleep(8);
  running.child.kill("SIGKILL");
  const { signal, stdout, stderr } = await ended;
  expect(signal, `it ended by itself: ${stdout}${stderr}`).toBe("SIGKILL");
  const left = await filesIn(campaign.store);
  expect(left).toContain("planning.json");
  expect(left).not.toContain("plan/plan.json");
  expect(await readdir(campaign.temporary)).toEqual([]);
  // What is left where the kill comes while a part is written.
  const parts = join(campaign.store, `plan/account=${UPLOADERS[0]?.[0]}`);
  await mkdir(parts, { recursive: true });
  await writeFile(join(parts, "part-00099.parquet.unfinished-1-abcdef01"), new Uint8Array(9));
  const [again, whole] = await Promise.all([planned(campaign), undisturbed]);
  expect([...again.keys()]).toEqual([...whole.keys()]);
  for (const [path, bytes] of whole) expect(again.get(path) === bytes, path).toBe(true);
}

describe.concurrent("a plan that is killed", () => {
  it.each(FORMATS)("in the middle of a report in %s is made again, to the byte", async (format) => {
    const campaign = await campaignOf(`killed-${format}`, { manifest: manifestOf(format) });
    // Parts are written while the large file and what follows it are still to be read.
    await killed(campaign, async () => (await filesIn(campaign.store)).some((path) => /part-\d+\.parquet$/.test(path)));
  });

  it("while a large file of a report in S3 is on its way into a temporary file is made again, to the byte", async () => {
    const sandbox = await startSandbox({ accounts: 1, seed: 9 });
    const { endpoint, region } = sandbox;
    const { accessKeyId, secretAccessKey } = sandbox.accounts[0] as { accessKeyId: string; secretAccessKey: string };
    const s3 = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
      requestChecksumCalculation: "WHEN_REQUIRED",
    });
    try {
      const root = join(folder, "Parquet");
      await s3.send(new CreateBucketCommand({ Bucket: "reports" }));
      for (const Key of await filesIn(root))
        await s3.send(new PutObjectCommand({ Bucket: "reports", Key, Body: await readFile(join(root, Key)) }));
      const campaign = await campaignOf("killed-s3", { manifest: `s3://reports/${MANIFEST}`, s3: sandbox });
      // The temporary file has no name any more, but the system tells who has it open.
      await killed(campaign, async (pid) => {
        const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
        const names = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
        return names.some((name) => /quitclaim-report-.*\(deleted\)/.test(name));
      });
    } finally {
      s3.destroy();
      await sandbox.close();
    }
  });
});
