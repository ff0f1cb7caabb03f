// A Parquet report of any size, written by DuckDB: all 20 columns, 70 % of the rows the bucket owner's own; of the others a tenth is granted already and a tenth
// has a third party in its ACL. The same rows on every machine.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { BUCKET, CREATED, canonical, OWNER, UPLOADERS, writeManifest } from "./campaign.fixture.ts";

const SCHEMA =
  "message s3.inventory { required binary bucket (UTF8); required binary key (UTF8); optional binary version_id (UTF8); optional boolean is_latest; optional boolean is_delete_marker; " +
  "optional int64 size; optional int64 last_modified_date (TIMESTAMP_MILLIS); optional binary e_tag (UTF8); optional binary storage_class (UTF8); optional boolean is_multipart_uploaded; " +
  "optional binary replication_status (UTF8); optional binary encryption_status (UTF8); optional int64 object_lock_retain_until_date (TIMESTAMP_MILLIS); optional binary object_lock_mode (UTF8); " +
  "optional binary object_lock_legal_hold_status (UTF8); optional binary intelligent_tiering_access_tier (UTF8); optional binary bucket_key_status (UTF8); optional binary checksum_algorithm (UTF8); " +
  "optional binary object_access_control_list (UTF8); optional binary object_owner (UTF8);}";

function acl(grants: readonly (readonly [string, string])[]): string {
  const list = grants.map(([id, permission]) => ({ canonicalId: id, type: "CanonicalUser", permission }));
  return Buffer.from(JSON.stringify({ version: "2022-11-10", status: "AVAILABLE", grants: list })).toString("base64");
}

function rowsQuery(from: number, to: number): string {
  const own = canonical(OWNER);
  const full = "FULL_CONTROL";
  const quoted = (values: readonly string[]): string => `[${values.map((value) => `'${value}'`).join(", ")}]`;
  const owners = [own, ...UPLOADERS.map(canonical)];
  const alone = owners.map((id) => acl([[id, full]]));
  const granted = owners.map((id) =>
    acl([
      [id, full],
      [own, full],
    ]),
  );
  const shared = owners.map((id) =>
    acl([
      [id, full],
      [canonical("666677778888"), "READ"],
    ]),
  );
  return `
    WITH drawn AS (
      SELECT range AS i,
        CASE WHEN hash(range, 1) % 100 < 70 THEN 1 ELSE 2 + (hash(range, 2) % 3)::INTEGER END AS o,
        (hash(range, 3) % 10)::INTEGER AS kind
      FROM range(${from}, ${to})
    )
    SELECT '${BUCKET}' AS bucket,
      format('raw/clicks/dt=20{}-0{}-1{}/part-{:06d}-{}.snappy.parquet', 10 + hash(i, 4) % 15, 1 + hash(i, 5) % 9, hash(i, 6) % 10, i, left(md5(i::VARCHAR), 8)) AS "key",
      md5('v' || i) AS version_id, true AS is_latest, false AS is_delete_marker, (hash(i, 7) % 10000000)::BIGINT AS size,
      make_timestamp_ms(${CREATED} - (hash(i, 8) % 300000000000)::BIGINT) AS last_modified_date,
      md5('e' || i) AS e_tag, 'STANDARD' AS storage_class, false AS is_multipart_uploaded, NULL::VARCHAR AS replication_status, 'SSE-S3' AS encryption_status,
      NULL::TIMESTAMP AS object_lock_retain_until_date, NULL::VARCHAR AS object_lock_mode, NULL::VARCHAR AS object_lock_legal_hold_status,
      NULL::VARCHAR AS intelligent_tiering_access_tier, 'DISABLED' AS bucket_key_status, NULL::VARCHAR AS checksum_algorithm,
      CASE WHEN o > 1 AND kind = 0 THEN ${quoted(granted)}[o] WHEN o > 1 AND kind = 1 THEN ${quoted(shared)}[o] ELSE ${quoted(alone)}[o] END AS object_access_control_list,
      ${quoted(owners)}[o] AS object_owner
    FROM drawn`;
}

export interface ParquetReport {
  readonly manifest: string;
  readonly paths: readonly string[];
}

/** Writes `files` data files of `rows` rows in all, and their manifest, into `folder`. */
export async function writeParquetReport(
  duckdb: DuckDBConnection,
  folder: string,
  { rows, files, codec }: { rows: number; files: number; codec: string },
): Promise<ParquetReport> {
  await mkdir(folder, { recursive: true });
  const paths = Array.from({ length: files }, (_, i) => join(folder, `file-${i}.parquet`));
  const each = Math.ceil(rows / files);
  for (const [i, path] of paths.entries())
    await duckdb.run(
      `COPY (${rowsQuery(i * each, Math.min(rows, (i + 1) * each))}) TO '${path}' (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE 122880)`,
    );
  return { manifest: await writeManifest(folder, "Parquet", SCHEMA, paths), paths };
}
