// Our ORC reader against hyparquet over the same inventory rows, as ratios within one run: the owner column alone, and all columns. Both give bytes, not strings,
// and each reads the codec that S3 Inventory writes (ORC: zlib, Parquet: Snappy); ORC in Snappy stands beside them, to part the formats from the codecs.
//   node --conditions=development bench/orc.ts [--rows 300000] [--rounds 5]
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { parquetMetadataAsync, parquetScan, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { openOrc } from "../packages/planner/src/orc/index.ts";
import { type TestColumn, writeOrc } from "../packages/planner/test/orc/fixture/write.ts";

const { values } = parseArgs({ options: { rows: { type: "string", default: "300000" }, rounds: { type: "string", default: "5" } } });
const rows = Number(values.rows);
const rounds = Number(values.rounds);
const STRIPE_ROWS = 100_000;
const BATCH_ROWS = 16_384;
const OWNER = "object_owner";

/** mulberry32: the same rows on every machine. */
let state = 1;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
const hex = (): string => createHash("md5").update(String(random())).digest("hex");
const canonical = (account: number): string => createHash("sha256").update(`acct-${account}`).digest("hex");
const owners = [111122223333, 222233334444, 333344445555, 444455556666].map(canonical);
const acl = (id: string): string =>
  Buffer.from(
    JSON.stringify({
      version: "2022-11-10",
      status: "AVAILABLE",
      grants: [{ canonicalId: id, permission: "FULL_CONTROL", type: "CanonicalUser" }],
    }),
  ).toString("base64");
const acls = new Map(owners.map((id) => [id, acl(id)]));

const each = <T>(value: (i: number) => T): T[] => Array.from({ length: rows }, (_, i) => value(i));
/** 70 % of the rows are the bucket owner's own. */
const rowOwners = each(() => owners[random() < 0.7 ? 0 : 1 + Math.floor(random() * 3)] as string);
const text = (name: string, value: (i: number) => string | null, dictionary = false): TestColumn => ({
  name,
  type: "string",
  dictionary,
  values: each(value),
});
const columns: TestColumn[] = [
  text("bucket", () => "data-lake-prod", true),
  text(
    "key",
    (i) =>
      `raw/clicks/dt=20${10 + Math.floor(random() * 15)}-01-1${i % 10}/part-${String(i).padStart(6, "0")}-${hex().slice(0, 8)}.snappy.parquet`,
  ),
  text("version_id", () => hex()),
  { name: "is_latest", type: "boolean", values: each(() => true) },
  { name: "is_delete_marker", type: "boolean", values: each(() => false) },
  { name: "size", type: "bigint", values: each(() => BigInt(Math.floor(random() * 1e7))) },
  { name: "last_modified_date", type: "timestamp", values: each(() => BigInt(Math.floor(1.79e12 - random() * 3e11)) * 1_000_000n) },
  text("e_tag", () => hex()),
  text("storage_class", () => "STANDARD", true),
  { name: "is_multipart_uploaded", type: "boolean", values: each(() => false) },
  text("replication_status", () => null),
  text("encryption_status", () => "SSE-S3", true),
  { name: "object_lock_retain_until_date", type: "timestamp", values: each(() => null) },
  ...["object_lock_mode", "object_lock_legal_hold_status", "intelligent_tiering_access_tier"].map((name) => text(name, () => null)),
  text("bucket_key_status", () => "DISABLED", true),
  text("checksum_algorithm", () => null),
  text("object_access_control_list", (i) => acls.get(rowOwners[i] as string) as string, true),
  text(OWNER, (i) => rowOwners[i] as string, true),
];

const asParquet = ({ name, type, values: cells }: TestColumn): ColumnSource => {
  if (type === "timestamp")
    return { name, type: "TIMESTAMP", data: cells.map((cell) => (cell === null ? null : new Date(Number((cell as bigint) / 1_000_000n)))) };
  return { name, type: type === "string" ? "STRING" : type === "boolean" ? "BOOLEAN" : "INT64", data: [...cells] };
};

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

console.error(`writing ${rows.toLocaleString("en-US")} rows as ORC and as Parquet …`);
const write = (codec: "zlib" | "snappy") => new Uint8Array(writeOrc(columns, { codec, stripeRows: STRIPE_ROWS, blockBytes: 262_144 }));
const orc = write("zlib");
const orcSnappy = write("snappy");
const parquet = parquetWriteBuffer({ columnData: columns.map(asParquet), rowGroupSize: STRIPE_ROWS });

const contenders = {
  "orc owner": () => readOrcColumns(orc, [OWNER]),
  "parquet owner": () => readParquetColumns(parquet, [OWNER]),
  "orc all": () => readOrcColumns(orc, undefined),
  "orc all, snappy": () => readOrcColumns(orcSnappy, undefined),
  "parquet all": () => readParquetColumns(parquet, undefined),
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
    },
  }),
);
