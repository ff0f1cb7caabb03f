// Writes what was listed as a normal S3 Inventory report (domain.md 1.1, 1.2): Parquet data files, manifest.json, and
// manifest.checksum last, so that a report that was cut off is never taken for a whole one.
import { createHash, randomUUID } from "node:crypto";
import type { Grant } from "@quitclaim/campaign";
import type { ColumnSource } from "hyparquet-writer";
import type { ListedVersion } from "./page.ts";

/** Where the report goes: a folder or bucket prefix that stands for the destination bucket. */
export interface ReportDestination {
  readonly location: string;
  write(path: string, bytes: Uint8Array): Promise<void>;
}

export interface ReportOptions {
  readonly destination: ReportDestination;
  readonly sourceBucket: string;
  readonly destinationBucket: string;
  /** What stands in that bucket before the destination's own paths: "", or a prefix that ends in a slash. A manifest's keys are the bucket's. */
  readonly destinationPrefix: string;
  /** Versioned buckets get the three version columns; "null" versions are written as empty, as S3 does. */
  readonly versioned: boolean;
  /** When the listing began: epoch milliseconds. */
  readonly created: number;
  /** Rows in one data file. */
  readonly fileRows: number;
  /** Whether rows come with ACLs: without it the report has no such column. */
  readonly withAcl: boolean;
}

/** `acl` undefined: it was not read (the bucket owner's own) or could not be. */
export type ReportRow = ListedVersion & { readonly acl?: readonly Grant[] | undefined };

const CONFIGURATION = "quitclaim";

/** `2026-10-04T01-00Z`: how S3 names a report's folder. */
export const reportStamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace(":", "-")}Z`;

export class ReportWriter {
  #rows: ReportRow[] = [];
  readonly #files: { key: string; size: number; MD5checksum: string }[] = [];
  readonly #options: ReportOptions;
  #total = 0;

  constructor(options: ReportOptions) {
    this.#options = options;
  }

  async add(rows: readonly ReportRow[]): Promise<void> {
    for (const row of rows) this.#rows.push(row);
    while (this.#rows.length >= this.#options.fileRows) await this.#flush(this.#rows.splice(0, this.#options.fileRows));
  }

  async #flush(rows: readonly ReportRow[]): Promise<void> {
    const { parquetWriteBuffer } = await import("hyparquet-writer");
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData: inventoryColumns(rows, this.#options) }));
    const key = `${this.#options.sourceBucket}/${CONFIGURATION}/data/${randomUUID()}.parquet`;
    await this.#options.destination.write(key, bytes);
    this.#files.push({
      key: this.#options.destinationPrefix + key,
      size: bytes.length,
      MD5checksum: createHash("md5").update(bytes).digest("hex"),
    });
    this.#total += rows.length;
  }

  /** Path of manifest.json below the destination, and the rows in all. */
  async finish(): Promise<{ manifest: string; rows: number; files: number }> {
    if (this.#rows.length > 0 || this.#files.length === 0) await this.#flush(this.#rows.splice(0));
    const { sourceBucket, destinationBucket, created, destination } = this.#options;
    const folder = `${sourceBucket}/${CONFIGURATION}/${reportStamp(created)}`;
    const manifest = new TextEncoder().encode(
      JSON.stringify(
        {
          sourceBucket,
          destinationBucket: `arn:aws:s3:::${destinationBucket}`,
          version: "2016-11-30",
          creationTimestamp: String(created),
          fileFormat: "Parquet",
          fileSchema: fileSchema(this.#options),
          files: this.#files,
        },
        null,
        2,
      ),
    );
    await destination.write(`${folder}/manifest.json`, manifest);
    await destination.write(`${folder}/manifest.checksum`, new TextEncoder().encode(createHash("md5").update(manifest).digest("hex")));
    return { manifest: `${folder}/manifest.json`, rows: this.#total, files: this.#files.length };
  }
}

/** As S3 Inventory encodes it: base64 of compact JSON (domain.md 1.4); null where the ACL was not read. */
function encodedAcl(grants: readonly Grant[] | undefined): string | null {
  if (grants === undefined) return null;
  const listed = grants.map((g) =>
    "id" in g
      ? { canonicalId: g.id, permission: g.permission, type: "CanonicalUser" }
      : { uri: g.uri, permission: g.permission, type: "Group" },
  );
  return Buffer.from(JSON.stringify({ version: "2022-11-10", status: "AVAILABLE", grants: listed })).toString("base64");
}

function inventoryColumns(rows: readonly ReportRow[], options: ReportOptions): ColumnSource[] {
  const text = (name: string, data: (string | null)[], nullable = true): ColumnSource => ({ name, data, type: "STRING", nullable });
  const columns = [
    text(
      "bucket",
      rows.map(() => options.sourceBucket),
      false,
    ),
    text(
      "key",
      rows.map((r) => r.key),
      false,
    ),
  ];
  if (options.versioned) {
    columns.push(
      text(
        "version_id",
        rows.map((r) => (r.versionId === "null" ? null : r.versionId)),
      ),
      { name: "is_latest", data: rows.map((r) => r.isLatest), type: "BOOLEAN", nullable: true },
      { name: "is_delete_marker", data: rows.map((r) => r.isDeleteMarker), type: "BOOLEAN", nullable: true },
    );
  }
  columns.push(
    { name: "size", data: rows.map((r) => (r.size === null ? null : BigInt(r.size))), type: "INT64", nullable: true },
    { name: "last_modified_date", data: rows.map((r) => new Date(r.lastModified)), type: "TIMESTAMP", nullable: true },
    text(
      "e_tag",
      rows.map((r) => r.etag),
    ),
    text(
      "storage_class",
      rows.map((r) => r.storageClass),
    ),
    text(
      "checksum_algorithm",
      rows.map((r) => r.checksumAlgorithm),
    ),
  );
  if (options.withAcl)
    columns.push(
      text(
        "object_access_control_list",
        rows.map((r) => encodedAcl(r.acl)),
      ),
    );
  columns.push(
    text(
      "object_owner",
      rows.map((r) => r.owner),
    ),
  );
  return columns;
}

/** The Parquet message of the columns above, as a manifest carries it. */
function fileSchema(options: ReportOptions): string {
  const types: Record<string, string> = { BOOLEAN: "boolean", INT64: "int64", TIMESTAMP: "int64", STRING: "binary" };
  const suffix: Record<string, string> = { TIMESTAMP: " (TIMESTAMP_MILLIS)", STRING: " (UTF8)" };
  const fields = inventoryColumns([], options).map(
    (c) => `${c.nullable === false ? "required" : "optional"} ${types[c.type ?? ""]} ${c.name}${suffix[c.type ?? ""] ?? ""};`,
  );
  return `message s3.inventory { ${fields.join(" ")}}`;
}
