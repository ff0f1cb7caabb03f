// A disk that fails while a data file is read is told as that, with the file's name: not as a bug, nor as a damaged report.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { quitclaim } from "./harness/command.ts";

/** Linux answers EIO to whoever reads the first page of a process's memory; its size is 0. */
const UNREADABLE = "/proc/self/mem";
const present = existsSync(UNREADABLE);
if (!present) console.warn(`SKIPPED: there is no ${UNREADABLE}, which is a file that cannot be read`);

it.skipIf(!present)("names the file and what to do, and leaves no plan", async () => {
  const folder = await mkdtemp(join(tmpdir(), "quitclaim-disk-"));
  try {
    const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
    await mkdir(join(folder, "data"));
    await symlink(UNREADABLE, join(folder, "data/0.csv.gz"));
    const manifest = JSON.stringify({
      sourceBucket: "lake",
      destinationBucket: "arn:aws:s3:::reports",
      version: "2016-11-30",
      creationTimestamp: String(Date.now()),
      fileFormat: "CSV",
      fileSchema: "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, ObjectAccessControlList, ObjectOwner",
      files: [{ key: "data/0.csv.gz", size: 0, MD5checksum: md5("") }],
    });
    await writeFile(join(folder, "manifest.json"), manifest);
    await writeFile(join(folder, "manifest.checksum"), md5(manifest));
    const keys = { accessKeyId: "from-env:QC_KEY", secretAccessKey: "from-env:QC_SECRET" };
    const bucket = {
      name: "lake",
      owner: "111122223333",
      ownerCanonicalId: "a".repeat(64),
      region: "us-east-1",
      endpoint: "http://127.0.0.1:9",
      keys,
    };
    const config = {
      campaign: "disk",
      bucket,
      inventory: { manifest: join(folder, "manifest.json"), root: folder },
      accounts: [{ id: "222233334444", canonicalId: "b".repeat(64), keys }],
      actions: { default: "acl" },
      store: "./store",
      redis: "embedded",
    };
    await writeFile(join(folder, "campaign.yaml"), stringify(config));
    const ended = await quitclaim(["plan", "--config", join(folder, "campaign.yaml")], { ...process.env, QC_KEY: "a", QC_SECRET: "b" });
    expect(ended.stderr).toMatch(/data\/0\.csv\.gz: the disk failed, .* then run the same command again; nothing is lost\. \(read: EIO\)/);
    expect(ended.stderr).not.toContain("bug");
    expect(ended.code).toBe(2);
    expect(existsSync(join(folder, "store/plan/plan.json"))).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
