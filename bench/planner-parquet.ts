// The planner on Parquet reports against DuckDB, which drops the bucket owner's rows of the same files and writes the others partitioned by owner; as ratios within
// one run. DuckDB checks no MD5, reads no ACL and decides nothing. Once with one thread each, once with all processors; each time in a process of its own, by turns, so
// that neither finds the other's threads and memory around it, and both begin cold. At a million rows starting two threads is half of our work; at eight it is not.
//   node --conditions=development bench/planner-parquet.ts [--rows 1000000,8000000] [--files 8] [--rounds 3] [--codecs snappy]
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { writeParquetReport } from "./parquet-report.fixture.ts";
import type { Taken } from "./taken.fixture.ts";

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

/** What a fixture prints that is run with these arguments. */
async function once<T>(name: string, ...args: readonly string[]): Promise<T> {
  const fixture = new URL(`./${name}.fixture.ts`, import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, fixture, ...args]);
  return JSON.parse(stdout) as T;
}

/** The best round, by each measure. */
const best = (rounds: readonly Taken[]): Taken => ({
  wall: Math.min(...rounds.map(({ wall }) => wall)),
  cpu: Math.min(...rounds.map(({ cpu }) => cpu)),
});

const round = (value: number): number => Number(value.toFixed(2));

const root = await mkdtemp(join(tmpdir(), "quitclaim-bench-"));
try {
  const cases = values.codecs.split(",").flatMap((codec) => values.rows.split(",").map((rows) => ({ codec, rows: Number(rows) })));
  for (const { codec, rows } of cases) {
    console.error(`writing ${rows.toLocaleString("en-US")} rows, ${codec} …`);
    const duckdb = await DuckDBInstance.create(":memory:");
    const report = await writeParquetReport(await duckdb.connect(), join(root, codec), { rows, files: Number(values.files), codec });
    duckdb.closeSync();
    for (const threads of new Set([1, processors])) {
      const ours: (Taken & { planned: number; peakRss: number })[] = [];
      const theirs: Taken[] = [];
      for (let i = 0; i < rounds; i++) {
        theirs.push(await once("duckdb-once", String(threads), ...report.paths));
        ours.push(await once("plan-once", report.manifest, String(threads)));
      }
      const [plan, duck] = [best(ours), best(theirs)];
      console.log(
        JSON.stringify({
          bench: "planner-parquet",
          rows,
          codec,
          threads,
          planned: ours[0]?.planned,
          planSeconds: round(plan.wall),
          duckdbSeconds: round(duck.wall),
          timesDuckdb: round(plan.wall / duck.wall),
          planCpuSeconds: round(plan.cpu),
          duckdbCpuSeconds: round(duck.cpu),
          timesDuckdbCpu: round(plan.cpu / duck.cpu),
          peakRssMegabytes: Math.round(Math.max(...ours.map(({ peakRss }) => peakRss)) / 1e6),
        }),
      );
    }
    await rm(join(root, codec), { recursive: true, force: true });
  }
} finally {
  await rm(root, { recursive: true, force: true });
}
