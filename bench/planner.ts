// The planner against bare gunzip of the same files, as a ratio within one run: rows a second through checksum, inflate, scan, decision and the written plan.
//   node --conditions=development bench/planner.ts [--rows 1000000] [--files 4] [--threads N] [--rounds 3]
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { parseArgs } from "node:util";
import { createGunzip, createGzip } from "node:zlib";
import { accountId, type CampaignConfig, canonicalId, openLocalStore, sum } from "@quitclaim/campaign";
import { plan } from "@quitclaim/planner";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    files: { type: "string", default: "4" },
    threads: { type: "string", default: String(availableParallelism()) },
    rounds: { type: "string", default: "3" },
  },
});
const rows = Number(values.rows);
const files = Number(values.files);
const threads = Number(values.threads);
const rounds = Number(values.rounds);

const BUCKET = "data-lake-prod";
const CREATED = Date.UTC(2026, 9, 4, 1);
const canonical = (account: string): string => createHash("sha256").update(`acct-${account}`).digest("hex");
const OWNER = "111122223333";
const UPLOADERS = ["222233334444", "333344445555", "444455556666"];
const SCHEMA =
  "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass, IsMultipartUploaded, ReplicationStatus, EncryptionStatus, " +
  "ObjectLockRetainUntilDate, ObjectLockMode, ObjectLockLegalHoldStatus, IntelligentTieringAccessTier, BucketKeyStatus, ChecksumAlgorithm, ObjectAccessControlList, ObjectOwner";

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

/** 70 % of the rows are the bucket owner's own; of the others a tenth is granted already and a tenth has a third party in its ACL. */
async function writeFileOf(path: string, count: number, seed: number): Promise<{ size: number; md5: string; textBytes: number }> {
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
  const third = canonical("666677778888");
  const gzip = createGzip({ level: 6 });
  const hash = createHash("md5");
  let size = 0;
  let textBytes = 0;
  gzip.on("data", (chunk: Buffer) => {
    hash.update(chunk);
    size += chunk.length;
  });
  const out = createWriteStream(path);
  gzip.pipe(out);
  let text = "";
  for (let i = 0; i < count; i++) {
    const uploader = canonical(UPLOADERS[Math.floor(random() * UPLOADERS.length)] as string);
    const foreign = random() >= 0.7;
    const owner = foreign ? uploader : own;
    const kind = random();
    const grants: [string, string][] = [[owner, "FULL_CONTROL"]];
    if (foreign && kind < 0.1) grants.push([own, "FULL_CONTROL"]);
    else if (foreign && kind < 0.2) grants.push([third, "READ"]);
    const key = `raw/clicks/dt%3D20${10 + Math.floor(random() * 15)}-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 10)}/part-${String(i).padStart(6, "0")}-${hex(8)}.snappy.parquet`;
    const time = new Date(CREATED - Math.floor(random() * 3e11)).toISOString();
    const cells = [
      BUCKET,
      key,
      hex(32),
      "true",
      "false",
      String(Math.floor(random() * 1e7)),
      time,
      hex(32),
      "STANDARD",
      "false",
      "",
      "SSE-S3",
      "",
      "",
      "",
      "",
      "DISABLED",
      "",
      acl(grants),
      owner,
    ];
    text += `"${cells.join('","')}"\n`;
    if (text.length > 1 << 20 || i === count - 1) {
      textBytes += text.length;
      if (!gzip.write(text)) await new Promise<void>((resolve) => gzip.once("drain", resolve));
      text = "";
    }
  }
  gzip.end();
  await finished(out);
  return { size, md5: hash.digest("hex"), textBytes };
}

const folder = await mkdtemp(join(tmpdir(), "quitclaim-bench-"));
try {
  const data = join(folder, "inventory", BUCKET, "all", "data");
  const run = join(folder, "inventory", BUCKET, "all", "2026-10-04T01-00Z");
  await mkdir(data, { recursive: true });
  await mkdir(run, { recursive: true });
  console.error(`generating ${rows.toLocaleString("en-US")} rows in ${files} files …`);
  const written = await Promise.all(
    Array.from({ length: files }, async (_, i) => {
      const name = `file-${i}.csv.gz`;
      return { name, ...(await writeFileOf(join(data, name), Math.floor(rows / files), i + 1)) };
    }),
  );
  const manifest = JSON.stringify({
    sourceBucket: BUCKET,
    destinationBucket: "arn:aws:s3:::inventory",
    version: "2016-11-30",
    creationTimestamp: String(CREATED),
    fileFormat: "CSV",
    fileSchema: SCHEMA,
    files: written.map(({ name, size, md5 }) => ({ key: `inventory/${BUCKET}/all/data/${name}`, size, MD5checksum: md5 })),
  });
  await writeFile(join(run, "manifest.json"), manifest);
  await writeFile(join(run, "manifest.checksum"), createHash("md5").update(manifest).digest("hex"));

  /** Best of the rounds, seconds: on the clock, and of all processors together, which other work on the machine disturbs less. */
  const timed = async (best: { wall: number; cpu: number }, work: () => Promise<void>): Promise<void> => {
    const started = performance.now();
    const cpu = process.cpuUsage();
    await work();
    best.wall = Math.min(best.wall, (performance.now() - started) / 1_000);
    const { user, system } = process.cpuUsage(cpu);
    best.cpu = Math.min(best.cpu, (user + system) / 1e6);
  };
  /** As many files at once as the planner has threads, the chunk sizes that it uses. */
  const gunzip = async (): Promise<void> => {
    const queue = written.map(({ name }) => join(data, name));
    await Promise.all(
      Array.from({ length: threads }, async () => {
        for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
          const stream = createReadStream(path, { highWaterMark: 1 << 20 }).pipe(createGunzip({ chunkSize: 1 << 20 }));
          stream.resume();
          await finished(stream);
        }
      }),
    );
  };
  let planned = 0;
  let peak = 0;
  const planOnce = async (): Promise<void> => {
    const store = await openLocalStore(join(folder, `campaign-${Math.random()}`));
    const config: CampaignConfig = {
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
      inventory: { manifest: join(run, "manifest.json") },
      accounts: UPLOADERS.map((id) => ({
        id: accountId(id),
        name: id,
        credentials: { kind: "default" },
        canonicalId: canonicalId(canonical(id)),
      })),
      actions: { default: "acl", thirdPartyGrants: "keep", rules: [] },
      limits: { requestsPerSecond: 3_500, batchRows: 1_000, inventoryAgeHours: 72, processes: 1, concurrency: 64 },
      store: store.location,
      redis: "embedded",
    };
    const summary = await plan({
      config,
      store,
      threads,
      ignoreAge: true,
      onProgress: () => {
        peak = Math.max(peak, process.memoryUsage.rss());
      },
    });
    planned = sum(summary.planned);
  };
  const bare = { wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };
  const best = { wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };
  for (let round = 0; round < rounds; round++) {
    await timed(bare, gunzip);
    await timed(best, planOnce);
  }
  const text = written.reduce((a, file) => a + file.textBytes, 0);
  console.log(
    JSON.stringify({
      bench: "planner",
      rows,
      files,
      threads,
      planned,
      textMegabytes: Math.round(text / 1e6),
      gunzipSeconds: Number(bare.wall.toFixed(2)),
      planSeconds: Number(best.wall.toFixed(2)),
      rowsPerSecond: Math.round(rows / best.wall),
      timesGunzip: Number((best.wall / bare.wall).toFixed(2)),
      gunzipCpuSeconds: Number(bare.cpu.toFixed(2)),
      planCpuSeconds: Number(best.cpu.toFixed(2)),
      timesGunzipCpu: Number((best.cpu / bare.cpu).toFixed(2)),
      peakRssMegabytes: Math.round(peak / 1e6),
    }),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
