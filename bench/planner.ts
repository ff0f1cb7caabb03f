// The planner against bare gunzip of the same files, as a ratio within one run and on the same processors: rows a second through checksum, inflate, scan, decision
// and the written plan. First on one processor, then on all; what more processors bring is the ratio of the two.
//   node --conditions=development bench/planner.ts [--rows 1000000] [--files 4] [--rounds 3]
//   node --conditions=development bench/planner.ts --rows 10000000 --files 16 --rounds 1 --again 10     memory only: 10 M rows, then every file ten times over, 100 M
import { execFile } from "node:child_process";
import { link, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { writeManifest } from "./campaign.fixture.ts";
import { CSV_SCHEMA, csvPath } from "./csv-report.fixture.ts";
import type { Rounds } from "./planner-rounds.fixture.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    files: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
    again: { type: "string" },
  },
});
const rows = Number(values.rows);
const files = Number(values.files);

/** On what is built, as users run it. */
async function run(command: readonly string[], script: string, args: readonly string[]): Promise<string> {
  const [file, ...before] = [...command, process.execPath, join(import.meta.dirname, script)];
  return (await promisify(execFile)(file as string, [...before, ...args])).stdout;
}

/** A process bound to so many processors, where this system can bind one. */
async function rounds(manifest: string, processors: number, planOnly = false): Promise<Rounds> {
  const bound = process.platform === "linux" ? ["taskset", "-c", `0-${processors - 1}`] : [];
  return JSON.parse(await run(bound, "planner-rounds.fixture.ts", [manifest, String(processors), values.rounds, String(planOnly)]));
}

const two = (n: number): number => Number(n.toFixed(2));
const folder = await mkdtemp(join(tmpdir(), "quitclaim-bench-"));
try {
  console.error(`generating ${rows.toLocaleString("en-US")} rows in ${files} files …`);
  await run([], "csv-report.fixture.ts", [folder, values.rows, values.files]);
  const paths = Array.from({ length: files }, (_, i) => csvPath(folder, i));
  const processors = availableParallelism();
  const manifest = await writeManifest(folder, "CSV", CSV_SCHEMA, paths);
  if (values.again === undefined) {
    const one = await rounds(manifest, 1);
    for (const count of new Set([1, processors])) {
      const { planned, gunzip, plan, peakRssMegabytes } = count === 1 ? one : await rounds(manifest, count);
      const line = {
        bench: "planner",
        rows,
        files,
        processors: count,
        planned,
        gunzipSeconds: two(gunzip.wall),
        planSeconds: two(plan.wall),
        timesGunzip: two(plan.wall / gunzip.wall),
        gunzipCpuSeconds: two(gunzip.cpu),
        planCpuSeconds: two(plan.cpu),
        timesGunzipCpu: two(plan.cpu / gunzip.cpu),
        rowsPerSecond: Math.round(rows / plan.wall),
        timesOneProcessor: two(one.plan.wall / plan.wall),
        gunzipTimesOneProcessor: two(one.gunzip.wall / gunzip.wall),
        peakRssMegabytes,
      };
      console.log(JSON.stringify(line));
    }
  } else {
    // The same bytes under other names: what is measured is what stays behind after a file, not the disk.
    const again = Number(values.again);
    const more: string[] = [];
    for (let time = 0; time < again; time++) {
      for (const [i, path] of paths.entries()) {
        const name = csvPath(folder, files * (time + 1) + i);
        await link(path, name);
        more.push(name);
      }
    }
    const small = await rounds(manifest, processors, true);
    console.log(
      JSON.stringify({ bench: "planner-memory", rows, planSeconds: two(small.plan.wall), peakRssMegabytes: small.peakRssMegabytes }),
    );
    const large = await rounds(await writeManifest(folder, "CSV", CSV_SCHEMA, more), processors, true);
    const line = {
      bench: "planner-memory",
      rows: rows * again,
      planSeconds: two(large.plan.wall),
      peakRssMegabytes: large.peakRssMegabytes,
    };
    console.log(JSON.stringify({ ...line, timesMemory: two(large.peakRssMegabytes / small.peakRssMegabytes) }));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
