// A campaign against a sandbox, in a folder of its own: what a test needs to run the commands and to judge them afterwards.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AccountId,
  openLocalStore,
  openPlanPart,
  type PlanRow,
  type PlanSummary,
  type ResultRow,
  readJson,
  readLedger,
  stopEmbedded,
} from "@quitclaim/campaign";
import { type Sandbox, type SandboxOptions, startSandbox } from "@quitclaim/sandbox";
import { stringify } from "yaml";

export interface Stage {
  readonly folder: string;
  readonly configFile: string;
  readonly store: string;
  readonly sandbox: Sandbox;
  readonly env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly sandbox: SandboxOptions;
  /** Merged over the campaign file. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly format?: "csv" | "parquet";
}

export const CAMPAIGN = "under-test";

export async function setStage(options: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "quitclaim-test-"));
  const sandbox = await startSandbox(options.sandbox);
  const { description } = sandbox;
  const owner = description.accounts.find((a) => a.accountId === description.owner.accountId);
  const manifest = description.manifests[options.format ?? "parquet"];
  if (owner === undefined || manifest === undefined) throw new Error("the sandbox has no report");
  const configFile = join(folder, "campaign.yaml");
  const store = join(folder, "campaign");
  await writeFile(
    configFile,
    stringify({
      campaign: CAMPAIGN,
      bucket: {
        name: description.bucket,
        owner: owner.accountId,
        region: description.region,
        endpoint: description.endpoint,
        forcePathStyle: true,
        keys: { accessKeyId: "from-env:TEST_OWNER_KEY", secretAccessKey: "from-env:TEST_OWNER_SECRET" },
      },
      inventory: { manifest },
      accounts: description.accounts
        .filter((a) => a !== owner && a.roles.length > 0)
        .map((a) => ({ id: a.accountId, name: a.name, role: a.roles[0]?.arn })),
      limits: { requestsPerSecond: 20_000, batchRows: 200 },
      store: "./campaign",
      redis: "embedded",
      ...options.config,
    }),
  );
  return {
    folder,
    configFile,
    store,
    sandbox,
    env: { ...process.env, TEST_OWNER_KEY: owner.accessKeyId, TEST_OWNER_SECRET: owner.secretAccessKey, NO_COLOR: "1" },
    async close() {
      await stopEmbedded(store, CAMPAIGN);
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Books {
  readonly plan: PlanSummary;
  readonly planned: readonly PlanRow[];
  readonly ledger: readonly ResultRow[];
}

/** The whole plan and the whole ledger, read as anybody could. */
export async function readBooks(storeFolder: string): Promise<Books> {
  const store = await openLocalStore(storeFolder);
  const plan = await readJson<PlanSummary>(store, "plan/plan.json");
  if (plan === undefined) throw new Error("no plan");
  const planned: PlanRow[] = [];
  const ledger: ResultRow[] = [];
  for (const [account, { parts }] of Object.entries(plan.accounts)) {
    for (let number = 0; number < parts; number++) {
      const part = await openPlanPart(store, account as AccountId, number);
      for (const ref of part.batches) {
        planned.push(...(await part.read(ref.rowGroup)));
        ledger.push(...((await readLedger(store, ref)) ?? []));
      }
    }
  }
  return { plan, planned, ledger };
}

export const nameOf = (row: { key: string; versionId: string | null }): string => JSON.stringify([row.key, row.versionId]);
