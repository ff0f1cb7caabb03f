// Our ORC reader against hyparquet over the same inventory rows, as ratios within one run: the owner column alone, and all columns; then whole plans from both reports.
// The readers give bytes, not strings, and each reads the codec that S3 Inventory writes (ORC: zlib, Parquet: Snappy); ORC in Snappy stands beside them, to part the
// formats from the codecs.
//   node --conditions=development bench/orc.ts [--rows 300000] [--rounds 5]
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openLocalStore } from "@quitclaim/campaign";
import { plan } from "@quitclaim/planner";
import { parquetMetadataAsync, parquetScan, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { openOrc } from "../packages/planner/src/orc/index.ts";
import { benchConfig, writeManifest } from "./campaign.fixture.ts";
import { benchFiles, fileSchema } from "./orc-rows.fixture.ts";

const { values } = parseArgs({ options: { rows: { type: "string", default: "300000" }, rounds: { type: "string", default: "5" } } });
const rows = Number(values.rows);
const rounds = Number(values.rounds);
const BATCH_ROWS = 16_384;
const OWNER = "object_owner";

/** Rows that were read, so that neither side can leave any out. */
async function readOrcColumns(bytes: Uint8Array<ArrayBuffer>, names: readonly string[] | undefined): Promise<number> {
  const file = await openOrc({ byteLength: bytes.length, slice: (start, end) => bytes.buffer.slice(start, end) }, "bench.orc");
  let read = 0;
  for (const index of file.stripes.keys()) {
    const readers = await (await file.openStripe(index)).open(names === undefined ? file.schema : file.columns(names));
    for (let left = file.stripes[index]?.rows ?? 0; left > 0; left -= BATCH_ROWS) {
      let batch = 0;
      for (const reader of readers) batch = reader.read(Math.min(left, BATCH_ROWS)).rows;
      read += batch;
    }
  }
  return read;
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const parsers = { stringFromBytes: asBuffer, timestampFromMilliseconds: Number };

async function readParquetColumns(file: ArrayBuffer, names: readonly string[] | undefined): Promise<number> {
  const metadata = await parquetMetadataAsync(file);
  const wanted = names ?? parquetSchema(metadata).children.map((child) => child.element.name);
  const scan = await parquetScan({ file, metadata, compressors, parsers });
  let first = 0;
  // Row groups whole: in stretches hyparquet would decode their pages again for each.
  for (const group of metadata.row_groups) {
    const end = first + Number(group.num_rows);
    for (const column of wanted) await scan.readColumn({ column, rowStart: first, rowEnd: end });
    first = end;
  }
  return first;
}

/** A report of one file in a folder of its own; gives the path of its manifest. */
async function writeReport(root: string, format: "ORC" | "Parquet", bytes: Uint8Array): Promise<string> {
  const folder = join(root, format);
  await mkdir(folder);
  const path = join(folder, "data-0");
  await writeFile(path, bytes);
  return writeManifest(folder, format, fileSchema(format), [path]);
}

async function planOf(root: string, manifest: string): Promise<number> {
  const store = await openLocalStore(await mkdtemp(join(root, "campaign-")));
  return (await plan({ config: benchConfig(manifest, store.location), store, threads: 1, ignoreAge: true })).rows;
}

console.error(`writing ${rows.toLocaleString("en-US")} rows as ORC and as Parquet …`);
const { orc, orcSnappy, parquet } = benchFiles(rows);
const root = await mkdtemp(join(tmpdir(), "quitclaim-bench-"));
try {
  await measure();
} finally {
  await rm(root, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const orcReport = await writeReport(root, "ORC", orc);
  const parquetReport = await writeReport(root, "Parquet", parquet);
  const contenders = {
    "orc owner": () => readOrcColumns(orc, [OWNER]),
    "parquet owner": () => readParquetColumns(parquet.buffer, [OWNER]),
    "orc all": () => readOrcColumns(orc, undefined),
    "orc all, snappy": () => readOrcColumns(orcSnappy, undefined),
    "parquet all": () => readParquetColumns(parquet.buffer, undefined),
    "orc plan": () => planOf(root, orcReport),
    "parquet plan": () => planOf(root, parquetReport),
  };
  type Contender = keyof typeof contenders;
  const best = Object.fromEntries(Object.keys(contenders).map((name) => [name, Number.POSITIVE_INFINITY])) as Record<Contender, number>;
  // They take turns, and of each the best round counts: other work on the machine then disturbs all alike. Processor time, for the same reason.
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(contenders) as Contender[]) {
      const cpu = process.cpuUsage();
      const read = await contenders[name]();
      const { user, system } = process.cpuUsage(cpu);
      best[name] = Math.min(best[name], (user + system) / 1e6);
      if (read !== rows) throw new Error(`${name}: ${read} of ${rows} rows`);
    }
  }
  const ratio = (orcName: Contender, parquetName: Contender): number => Number((best[parquetName] / best[orcName]).toFixed(2));
  console.log(
    JSON.stringify({
      bench: "orc",
      rows,
      megabytes: {
        orc: Math.round(orc.length / 1e6),
        orcSnappy: Math.round(orcSnappy.length / 1e6),
        parquet: Math.round(parquet.byteLength / 1e6),
      },
      rowsPerCpuSecond: Object.fromEntries(Object.entries(best).map(([name, seconds]) => [name, Math.round(rows / seconds)])),
      timesParquet: {
        owner: ratio("orc owner", "parquet owner"),
        all: ratio("orc all", "parquet all"),
        allSnappy: ratio("orc all, snappy", "parquet all"),
        plan: ratio("orc plan", "parquet plan"),
      },
    }),
  );
}
