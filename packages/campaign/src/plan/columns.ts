// The plan's Parquet columns: the one place that says how a PlanRow lies on disk.
import type { ColumnSource } from "hyparquet-writer";
import type { CanonicalId, ObjectKey, VersionId } from "../identity.ts";
import { OPS, type PlanRow } from "./row.ts";

export const PLAN_COLUMNS = [
  "key",
  "version_id",
  "is_latest",
  "size",
  "etag",
  "last_modified",
  "storage_class",
  "encryption",
  "owner",
  "op",
  "grants",
  "former_acl",
] as const;

export function planColumns(rows: readonly PlanRow[]): ColumnSource[] {
  return [
    { name: "key", data: rows.map((r) => r.key), type: "STRING", nullable: false },
    { name: "version_id", data: rows.map((r) => r.versionId), type: "STRING", nullable: true },
    { name: "is_latest", data: rows.map((r) => r.isLatest), type: "BOOLEAN", nullable: false },
    { name: "size", data: rows.map((r) => BigInt(r.size)), type: "INT64", nullable: false },
    { name: "etag", data: rows.map((r) => r.etag), type: "STRING", nullable: true },
    {
      name: "last_modified",
      data: rows.map((r) => (r.lastModified === null ? null : new Date(r.lastModified))),
      type: "TIMESTAMP",
      nullable: true,
    },
    { name: "storage_class", data: rows.map((r) => r.storageClass), type: "STRING", nullable: false },
    { name: "encryption", data: rows.map((r) => r.encryption), type: "STRING", nullable: false },
    { name: "owner", data: rows.map((r) => r.owner), type: "STRING", nullable: false },
    { name: "op", data: rows.map((r) => r.op), type: "STRING", nullable: false },
    { name: "grants", data: rows.map((r) => r.grants), type: "STRING", nullable: true },
    { name: "former_acl", data: rows.map((r) => r.formerAcl), type: "STRING", nullable: true },
  ];
}

type Cell = string | boolean | bigint | Date | null | undefined;

/** The inverse, from one row as hyparquet gives it. Throws on a row that planColumns did not write. */
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
