// The campaign that reports for measurements belong to: its accounts, its configuration, and a report's manifest as S3 lays it out.
import { createHash } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { accountId, type CampaignConfig, canonicalId } from "@quitclaim/campaign";

export const BUCKET = "data-lake-prod";
/** When the reports were made. */
export const CREATED = Date.UTC(2026, 9, 4, 1);
export const canonical = (account: string): string => createHash("sha256").update(`acct-${account}`).digest("hex");
export const OWNER = "111122223333";
export const UPLOADERS = ["222233334444", "333344445555", "444455556666"];

export function benchConfig(manifest: string, store: string): CampaignConfig {
  return {
    file: "bench",
    campaign: "bench",
    bucket: {
      name: BUCKET,
      owner: accountId(OWNER),
      ownerCanonicalId: canonicalId(canonical(OWNER)),
      credentials: { kind: "default" },
      region: "eu-central-1",
      forcePathStyle: false,
      dialect: "aws",
    },
    inventory: { manifest },
    accounts: UPLOADERS.map((id) => ({
      id: accountId(id),
      name: id,
      credentials: { kind: "default" },
      canonicalId: canonicalId(canonical(id)),
    })),
    actions: { default: "acl", thirdPartyGrants: "keep", rules: [] },
    limits: { requestsPerSecond: 3_500, batchRows: 1_000, inventoryAgeHours: 72, processes: 1, concurrency: 64 },
    store,
    redis: "embedded",
  };
}

/** A manifest for data files that lie in `folder` already; its path. */
export async function writeManifest(
  folder: string,
  format: "CSV" | "Parquet" | "ORC",
  fileSchema: string,
  paths: readonly string[],
): Promise<string> {
  const md5 = (of: Uint8Array | string): string => createHash("md5").update(of).digest("hex");
  const files: { key: string; size: number; MD5checksum: string }[] = [];
  for (const path of paths) files.push({ key: basename(path), size: (await stat(path)).size, MD5checksum: md5(await readFile(path)) });
  const manifest = JSON.stringify({
    sourceBucket: BUCKET,
    destinationBucket: "arn:aws:s3:::inventory",
    version: "2016-11-30",
    creationTimestamp: String(CREATED),
    fileFormat: format,
    fileSchema,
    files,
  });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "manifest.json"), manifest);
  await writeFile(join(folder, "manifest.checksum"), md5(manifest));
  return join(folder, "manifest.json");
}
