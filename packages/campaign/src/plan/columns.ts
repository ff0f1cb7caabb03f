// The plan's Parquet columns: the one place that says how a PlanRow lies on disk.
import type { CanonicalId, ObjectKey, VersionId } from "../identity.ts";
import type { PageColumn } from "../parquet/pages.ts";
import type { TableColumn } from "../parquet/structures.ts";
import { presence, textColumn, wordColumn } from "../parquet/text-pages.ts";
import { OPS, type PlanRow } from "./row.ts";

export const PLAN_COLUMNS: readonly TableColumn[] = [
  { name: "key", type: "STRING", nullable: false },
  { name: "version_id", type: "STRING", nullable: true },
  { name: "is_latest", type: "BOOLEAN", nullable: false },
  { name: "size", type: "INT64", nullable: false },
  { name: "etag", type: "STRING", nullable: true },
  { name: "last_modified", type: "TIMESTAMP", nullable: true },
  { name: "storage_class", type: "STRING", nullable: false },
  { name: "encryption", type: "STRING", nullable: false },
  { name: "owner", type: "STRING", nullable: false },
  { name: "op", type: "STRING", nullable: false },
  { name: "grants", type: "STRING", nullable: true },
  { name: "former_acl", type: "STRING", nullable: true },
];

/** For rows that exist as objects. The planner, which has bytes, makes its own (dataset/columns.ts there). */
export function planPages(rows: readonly PlanRow[]): PageColumn[] {
  const texts = (of: (row: PlanRow) => string | null, compress: boolean): PageColumn => textColumn(rows.map(of), compress);
  const words = (of: (row: PlanRow) => string | null): PageColumn => wordColumn(rows.map(of));
  const times = rows.map((r) => r.lastModified);
  return [
    texts((r) => r.key, true),
    texts((r) => r.versionId, false),
    { kind: "boolean", values: Uint8Array.from(rows, (r) => (r.isLatest ? 1 : 0)) },
    { kind: "int64", values: Float64Array.from(rows, (r) => r.size) },
    texts((r) => r.etag, false),
    { kind: "int64", values: Float64Array.from(times.filter((time) => time !== null)), present: presence(times) },
    words((r) => r.storageClass),
    words((r) => r.encryption),
    words((r) => r.owner),
    words((r) => r.op),
    words((r) => r.grants),
    words((r) => r.formerAcl),
  ];
}

type Cell = string | boolean | bigint | Date | null | undefined;

/** The inverse, from one row as hyparquet gives it. Throws on a row that planPages did not write. */
export function planRow(row: Record<string, Cell>): PlanRow {
  const op = OPS.find((o) => o === row.op);
  if (op === undefined || typeof row.key !== "string" || typeof row.size !== "bigint")
    throw new Error(`not a plan row: ${String(row.key)}`);
  return {
    key: row.key as ObjectKey,
    versionId: (row.version_id ?? null) as VersionId | null,
    isLatest: row.is_latest === true,
    size: Number(row.size),
    etag: (row.etag ?? null) as string | null,
    lastModified: row.last_modified instanceof Date ? row.last_modified.getTime() : null,
    storageClass: (row.storage_class ?? "") as string,
    encryption: (row.encryption ?? "") as string,
    owner: row.owner as CanonicalId,
    op,
    grants: (row.grants ?? null) as string | null,
    formerAcl: (row.former_acl ?? null) as string | null,
  };
}
