// The columns of a report, by name and never by position: fileSchema says which there are and in which order (domain.md 1.2).
import { PlanError } from "../error.ts";

/** The columns that planning looks at, by our own names; all others pass unread. */
export const COLUMNS = {
  bucket: { csv: "Bucket", parquet: "bucket" },
  key: { csv: "Key", parquet: "key" },
  versionId: { csv: "VersionId", parquet: "version_id" },
  isLatest: { csv: "IsLatest", parquet: "is_latest" },
  isDeleteMarker: { csv: "IsDeleteMarker", parquet: "is_delete_marker" },
  size: { csv: "Size", parquet: "size" },
  lastModified: { csv: "LastModifiedDate", parquet: "last_modified_date" },
  etag: { csv: "ETag", parquet: "e_tag" },
  storageClass: { csv: "StorageClass", parquet: "storage_class" },
  encryption: { csv: "EncryptionStatus", parquet: "encryption_status" },
  lockMode: { csv: "ObjectLockMode", parquet: "object_lock_mode" },
  legalHold: { csv: "ObjectLockLegalHoldStatus", parquet: "object_lock_legal_hold_status" },
  accessTier: { csv: "IntelligentTieringAccessTier", parquet: "intelligent_tiering_access_tier" },
  acl: { csv: "ObjectAccessControlList", parquet: "object_access_control_list" },
  owner: { csv: "ObjectOwner", parquet: "object_owner" },
} as const;
export type ColumnName = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as ColumnName[];

export interface ReportColumns {
  /** Of all columns, the unknown ones included. */
  readonly count: number;
  /** Position of each column that planning looks at and the report has. */
  readonly at: Readonly<Partial<Record<ColumnName, number>>>;
}

const byPosition = (format: "csv" | "parquet", names: readonly string[]): ReportColumns => {
  const at: Partial<Record<ColumnName, number>> = {};
  for (const name of NAMES) {
    const position = names.indexOf(COLUMNS[name][format]);
    if (position >= 0) at[name] = position;
  }
  return { count: names.length, at };
};

/** `Bucket, Key, VersionId, …` */
export function csvColumns(fileSchema: string): ReportColumns {
  return byPosition(
    "csv",
    fileSchema.split(",").map((name) => name.trim()),
  );
}

/** `message s3.inventory { required binary bucket (UTF8); optional int64 size; … }` */
export function parquetColumns(fileSchema: string): ReportColumns {
  const body = /^\s*message\s+\S+\s*\{([\s\S]*)\}\s*$/.exec(fileSchema)?.[1] ?? "";
  const fields = body
    .split(";")
    .map((field) => field.trim())
    .filter((field) => field !== "");
  return byPosition(
    "parquet",
    fields.map((field) => /^(?:required|optional|repeated)\s+\S+\s+([^\s(]+)/.exec(field)?.[1] ?? field),
  );
}

/** `struct<bucket:string,key:string,…,size:bigint,…>`; the columns have Parquet's names. */
export function orcColumns(fileSchema: string): ReportColumns {
  const names: string[] = [];
  let field = "";
  let depth = 0;
  for (const c of `${/^\s*struct\s*<([\s\S]*)>\s*$/.exec(fileSchema)?.[1] ?? ""},`) {
    if ("<(".includes(c)) depth++;
    else if (">)".includes(c)) depth--;
    // A comma inside a type's own brackets parts no columns: decimal(10,2), map<string,int>.
    if (c === "," && depth === 0) {
      names.push((field.split(":")[0] as string).trim());
      field = "";
    } else field += c;
  }
  return byPosition("parquet", names);
}

/** Throws PlanError naming every missing column together with what cannot be done without it. */
export function assertRequiredColumns(columns: ReportColumns, manifest: string): void {
  const has = (name: ColumnName): boolean => columns.at[name] !== undefined;
  const lost: string[] = [];
  if (!has("key")) lost.push("Key: there is nothing to act on");
  if (!has("owner")) lost.push("ObjectOwner: nobody can tell whose an object is");
  if (!has("size")) lost.push("Size: bytes cannot be counted, and a copy of more than 5 GB cannot be told from a small one");
  if (has("versionId")) {
    if (!has("isLatest")) lost.push("IsLatest: old versions cannot be told from current ones");
    if (!has("isDeleteMarker")) lost.push("IsDeleteMarker: delete markers cannot be told from objects");
  }
  if (lost.length === 0) return;
  throw new PlanError(
    "columns-missing",
    `The report ${manifest} lacks columns that a plan needs: ${lost.join("; ")}. ` +
      "Choose these fields in the inventory configuration and plan from the next report.",
  );
}

/** What a plan can do without, and what that costs; in the order in which it matters. */
const COSTS: readonly (readonly [name: ColumnName, cost: string])[] = [
  [
    "acl",
    "nothing can be counted as already granted, and what others have been granted is unknown, so that grants/ knows of none and workers read each ACL before they merge, one request more for each object",
  ],
  ["encryption", "objects under SSE-C or somebody else's KMS key cannot be told from others, and no rule about encryption matches"],
  ["storageClass", "archived objects cannot be told from others, all are priced as STANDARD, and no rule about storage classes matches"],
  ["lastModified", "no rule about age matches, and a worker cannot see by its date that an object was rewritten since"],
  ["etag", "a worker cannot see that an object was rewritten since the report"],
  ["accessTier", "objects in Intelligent-Tiering's archive tiers cannot be told from others; a copy of one fails and says so"],
  ["lockMode", "objects under a retention cannot be told from others"],
  ["legalHold", "objects under a legal hold cannot be told from others"],
];

/** Columns that the report does without, by S3's names; VersionId is a matter of its own (versions.ts). */
export function absentColumns(columns: ReportColumns): { readonly name: string; readonly cost: string }[] {
  return COSTS.filter(([name]) => columns.at[name] === undefined).map(([name, cost]) => ({ name: COLUMNS[name].csv, cost }));
}
