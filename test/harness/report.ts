// A campaign about a report that a test writes itself: identities are given, so that planning asks S3 for nothing but the report and the bucket's versioning.
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sandbox } from "@quitclaim/sandbox";
import { stringify } from "yaml";
import { BUCKET_OWNER, UPLOADERS } from "../../packages/planner/test/fixture/config.ts";

export interface ReportCampaign {
  /** Flags that name it. */
  readonly config: readonly string[];
  readonly store: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where its processes keep temporary files. */
  readonly temporary: string;
}

export interface ReportCampaignOptions {
  readonly manifest: string;
  /** Where something is asked of S3: its first account is the bucket owner, but for its canonical ID. */
  readonly s3?: Sandbox;
  /** Merged over the campaign file. */
  readonly change?: Readonly<Record<string, unknown>>;
}

/** `name`: of its file and folders, below `folder`. */
export async function reportCampaign(folder: string, name: string, options: ReportCampaignOptions): Promise<ReportCampaign> {
  const { manifest, s3, change } = options;
  const owner = s3?.accounts[0];
  const file = join(folder, `${name}.yaml`);
  const temporary = join(folder, `${name}-tmp`);
  await mkdir(temporary);
  await writeFile(
    file,
    stringify({
      campaign: "of-a-report",
      bucket: {
        name: "data-lake-prod",
        owner: owner?.accountId ?? "111122223333",
        ownerCanonicalId: BUCKET_OWNER,
        region: s3?.region ?? "us-east-1",
        endpoint: s3?.endpoint ?? "http://127.0.0.1:9",
        forcePathStyle: true,
        keys: { accessKeyId: "from-env:TEST_KEY", secretAccessKey: "from-env:TEST_SECRET" },
      },
      inventory: { manifest },
      accounts: UPLOADERS.map(([id, canonicalId], i) => ({ id, name: `uploader-${i}`, role: `arn:aws:iam::${id}:role/q`, canonicalId })),
      store: `./${name}`,
      redis: "embedded",
      ...change,
    }),
  );
  const env = {
    ...process.env,
    TEST_KEY: owner?.accessKeyId ?? "a",
    TEST_SECRET: owner?.secretAccessKey ?? "b",
    TMPDIR: temporary,
    NO_COLOR: "1",
  };
  return { config: ["--config", file], store: join(folder, name), env, temporary };
}

/** Every file below it, hidden and half-written ones too; none where it does not exist. */
export async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((e) => e.isFile())
      .map((e) => join(e.parentPath, e.name).slice(folder.length + 1))
      .sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
