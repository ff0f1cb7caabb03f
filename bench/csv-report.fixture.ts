// A CSV report as S3 Inventory writes one, of any number of rows: 70 % are the bucket owner's own; of the others a tenth is granted already and a tenth has a third
// party in its ACL. Made in a process of its own, so that its memory is not counted as the planner's:
//   node bench/csv-report.fixture.ts FOLDER ROWS FILES
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { BUCKET, CREATED, canonical, OWNER, UPLOADERS } from "./campaign.fixture.ts";

export const CSV_SCHEMA =
  "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass, IsMultipartUploaded, ReplicationStatus, EncryptionStatus, " +
  "ObjectLockRetainUntilDate, ObjectLockMode, ObjectLockLegalHoldStatus, IntelligentTieringAccessTier, BucketKeyStatus, ChecksumAlgorithm, ObjectAccessControlList, ObjectOwner";

export const csvPath = (folder: string, file: number): string => join(folder, `file-${String(file).padStart(4, "0")}.csv.gz`);

/** mulberry32: the same reports on every machine. */
function randomOf(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function acl(grants: readonly (readonly [string, string])[]): string {
  const list = grants.map(([id, permission]) => ({ canonicalId: id, type: "CanonicalUser", permission }));
  return Buffer.from(JSON.stringify({ version: "2022-11-10", status: "AVAILABLE", grants: list })).toString("base64");
}

async function writeDataFile(path: string, count: number, seed: number): Promise<void> {
  const random = randomOf(seed);
  const hex = (digits: number): string => {
    let text = "";
    while (text.length < digits)
      text += Math.floor(random() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, "0");
    return text.slice(0, digits);
  };
  const own = canonical(OWNER);
  const uploaders = UPLOADERS.map(canonical);
  const acls = new Map<string, [plain: string, granted: string, shared: string]>();
  for (const owner of [own, ...uploaders]) {
    const plain: readonly [string, string] = [owner, "FULL_CONTROL"];
    acls.set(owner, [acl([plain]), acl([plain, [own, "FULL_CONTROL"]]), acl([plain, [canonical("666677778888"), "READ"]])]);
  }
  const gzip = createGzip({ level: 6 });
  const out = createWriteStream(path);
  gzip.pipe(out);
  let text = "";
  for (let i = 0; i < count; i++) {
    const foreign = random() >= 0.7;
    const owner = foreign ? (uploaders[Math.floor(random() * uploaders.length)] as string) : own;
    const kind = foreign ? random() : 1;
    const grants = (acls.get(owner) as string[])[kind < 0.1 ? 1 : kind < 0.2 ? 2 : 0];
    const key = `raw/clicks/dt%3D20${10 + Math.floor(random() * 15)}-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 10)}/part-${String(i).padStart(6, "0")}-${hex(8)}.snappy.parquet`;
    const time = new Date(CREATED - Math.floor(random() * 3e11)).toISOString();
    const size = Math.floor(random() * 1e7);
    text +=
      `"${BUCKET}","${key}","${hex(32)}","true","false","${size}","${time}","${hex(32)}","STANDARD","false","","SSE-S3","","","","","DISABLED","",` +
      `"${grants}","${owner}"\n`;
    if (text.length > 1 << 20 || i === count - 1) {
      if (!gzip.write(text)) await new Promise<void>((resolve) => gzip.once("drain", resolve));
      text = "";
    }
  }
  gzip.end();
  await finished(out);
}

if (import.meta.main) {
  const [folder, rows, files] = process.argv.slice(2) as [string, string, string];
  await mkdir(folder, { recursive: true });
  for (let file = 0; file < Number(files); file++) {
    const from = Math.floor((file * Number(rows)) / Number(files));
    await writeDataFile(csvPath(folder, file), Math.floor(((file + 1) * Number(rows)) / Number(files)) - from, file + 1);
  }
}
