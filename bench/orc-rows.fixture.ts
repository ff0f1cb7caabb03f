// Inventory rows for the ORC bench, as an ORC and as a Parquet file: all 20 columns, 70 % of the rows the bucket owner's own.
import { createHash } from "node:crypto";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { type TestColumn, writeOrc } from "../packages/planner/test/orc/fixture/write.ts";
import { BUCKET, canonical, OWNER, UPLOADERS } from "./campaign.fixture.ts";

const GROUP_ROWS = 100_000;

/** mulberry32: the same rows on every machine. */
let state = 1;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
const hex = (): string => createHash("md5").update(String(random())).digest("hex");
/** The bucket owner first. */
const owners = [OWNER, ...UPLOADERS].map(canonical);
const acl = (id: string): string =>
  Buffer.from(
    JSON.stringify({
      version: "2022-11-10",
      status: "AVAILABLE",
      grants: [{ canonicalId: id, permission: "FULL_CONTROL", type: "CanonicalUser" }],
    }),
  ).toString("base64");
const acls = new Map(owners.map((id) => [id, acl(id)]));

function columnsOf(rows: number): TestColumn[] {
  const each = <T>(value: (i: number) => T): T[] => Array.from({ length: rows }, (_, i) => value(i));
  const rowOwners = each(() => owners[random() < 0.7 ? 0 : 1 + Math.floor(random() * 3)] as string);
  const text = (name: string, value: (i: number) => string | null, dictionary = false): TestColumn => ({
    name,
    type: "string",
    dictionary,
    values: each(value),
  });
  return [
    text("bucket", () => BUCKET, true),
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
    text("object_owner", (i) => rowOwners[i] as string, true),
  ];
}

const asParquet = ({ name, type, values: cells }: TestColumn): ColumnSource => {
  if (type === "timestamp")
    return { name, type: "TIMESTAMP", data: cells.map((cell) => (cell === null ? null : new Date(Number((cell as bigint) / 1_000_000n)))) };
  return { name, type: type === "string" ? "STRING" : type === "boolean" ? "BOOLEAN" : "INT64", data: [...cells] };
};

export interface BenchFiles {
  readonly orc: Uint8Array<ArrayBuffer>;
  readonly orcSnappy: Uint8Array<ArrayBuffer>;
  readonly parquet: Uint8Array<ArrayBuffer>;
}

export function benchFiles(rows: number): BenchFiles {
  const columns = columnsOf(rows);
  const orc = (codec: "zlib" | "snappy") => new Uint8Array(writeOrc(columns, { codec, stripeRows: GROUP_ROWS, blockBytes: 262_144 }));
  const parquet = new Uint8Array(parquetWriteBuffer({ columnData: columns.map(asParquet), rowGroupSize: GROUP_ROWS }));
  return { orc: orc("zlib"), orcSnappy: orc("snappy"), parquet };
}

const ORC_TYPES: Partial<Record<string, string>> = {
  last_modified_date: "timestamp",
  object_lock_retain_until_date: "timestamp",
  size: "bigint",
};
const orcType = (name: string): string => ORC_TYPES[name] ?? (name.startsWith("is_") ? "boolean" : "string");
const PARQUET_TYPES: Record<string, string> = {
  timestamp: "optional int64 NAME (TIMESTAMP_MILLIS)",
  bigint: "optional int64 NAME",
  boolean: "optional boolean NAME",
  string: "optional binary NAME (UTF8)",
};

/** As a manifest's fileSchema says it. */
export function fileSchema(format: "ORC" | "Parquet"): string {
  const names = columnsOf(0).map(({ name }) => name);
  if (format === "ORC") return `struct<${names.map((name) => `${name}:${orcType(name)}`).join(",")}>`;
  return `message s3.inventory { ${names.map((name) => `${PARQUET_TYPES[orcType(name)]?.replace("NAME", name)};`).join(" ")} }`;
}
