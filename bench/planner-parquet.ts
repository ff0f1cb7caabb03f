// The planner on Parquet reports against DuckDB, which drops the bucket owner's rows of the same files and writes the others partitioned by owner; as ratios within
// one run. DuckDB checks no MD5, reads no ACL and decides nothing. Once with one thread each, once with all processors.
// At a million rows starting two threads is half of the work; at eight it is not.
//   node --conditions=development bench/planner-parquet.ts [--rows 1000000,8000000] [--files 8] [--rounds 3] [--codecs snappy]
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { openLocalStore, sum } from "@quitclaim/campaign";
import { plan } from "@quitclaim/planner";
import { benchConfig, canonical, OWNER } from "./campaign.fixture.ts";
import { type ParquetReport, writeParquetReport } from "./parquet-report.fixture.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000,8000000" },
    files: { type: "string", default: "8" },
    rounds: { type: "string", default: "3" },
    codecs: { type: "string", default: "snappy" },
  },
});
const rounds = Number(values.rounds);
const processors = availableParallelism();

interface Seconds {
  wall: number;
  cpu: number;
}

/** Keeps the best round; processor time, all threads of this process, is disturbed less by other work on the machine. */
async function timed(best: Seconds, work: () => Promise<void>): Promise<void> {
  const started = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  best.wall = Math.min(best.wall, (performance.now() - started) / 1_000);
  best.cpu = Math.min(best.cpu, (user + system) / 1e6);
}

async function planOnce(root: string, report: ParquetReport, threads: number): Promise<number> {
  const store = await openLocalStore(await mkdtemp(join(root, "campaign-")));
  try {
    return sum((await plan({ config: benchConfig(report.manifest, store.location), store, threads, ignoreAge: true })).planned);
  } finally {
    await rm(store.location, { recursive: true, force: true });
  }
}

/** Of a process that does nothing but plan. */
async function peakRss(report: ParquetReport, threads: number): Promise<number> {
  const fixture = new URL("./plan-once.fixture.ts", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, fixture, report.manifest, String(threads)]);
  return Math.round(Number(stdout) / 1e6);
}

async function duckdbOnce(duckdb: DuckDBConnection, root: string, report: ParquetReport, threads: number): Promise<void> {
  const target = await mkdtemp(join(root, "duckdb-"));
  await duckdb.run(`SET threads = ${threads}`);
  await duckdb.run(`
    COPY (
      SELECT "key", version_id, is_latest, size, e_tag, last_modified_date, storage_class, encryption_status, object_owner, 'acl' AS op, object_access_control_list
      FROM read_parquet([${report.paths.map((path) => `'${path}'`).join(", ")}]) WHERE object_owner <> '${canonical(OWNER)}'
    ) TO '${target}' (FORMAT parquet, PARTITION_BY (object_owner), OVERWRITE)`);
  await rm(target, { recursive: true, force: true });
}

const root = await mkdtemp(join(tmpdir(), "quitclaim-bench-"));
try {
  const duckdb = await (await DuckDBInstance.create(":memory:")).connect();
  const cases = values.codecs.split(",").flatMap((codec) => values.rows.split(",").map((rows) => ({ codec, rows: Number(rows) })));
  for (const { codec, rows } of cases) {
    console.error(`writing ${rows.toLocaleString("en-US")} rows, ${codec} …`);
    const report = await writeParquetReport(duckdb, join(root, codec), { rows, files: Number(values.files), codec });
    for (const threads of new Set([1, processors])) {
      const ours: Seconds = { wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };
      const theirs: Seconds = { wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };
      let planned = 0;
      for (let round = 0; round < rounds; round++) {
        await timed(theirs, () => duckdbOnce(duckdb, root, report, threads));
        await timed(ours, async () => {
          planned = await planOnce(root, report, threads);
        });
      }
      const round = (value: number): number => Number(value.toFixed(2));
      console.log(
        JSON.stringify({
          bench: "planner-parquet",
          rows,
          codec,
          threads,
          planned,
          planSeconds: round(ours.wall),
          duckdbSeconds: round(theirs.wall),
          timesDuckdb: round(ours.wall / theirs.wall),
          planCpuSeconds: round(ours.cpu),
          duckdbCpuSeconds: round(theirs.cpu),
          timesDuckdbCpu: round(ours.cpu / theirs.cpu),
          peakRssMegabytes: await peakRss(report, threads),
        }),
      );
    }
    await rm(join(root, codec), { recursive: true, force: true });
  }
} finally {
  await rm(root, { recursive: true, force: true });
}
