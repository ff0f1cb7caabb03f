/**
 * Writes an S3 Inventory report of a bucket into another bucket, in the layout of the S3 User Guide (storage-inventory-location):
 * data files, then manifest.json, the Hive symlink, and last manifest.checksum, whose appearance says that the report is complete.
 */
import { createHash, randomUUID } from "node:crypto";
import { cannedGrants } from "../acl/canned.ts";
import { plainAttributes } from "../store/attributes.ts";
import type { Bucket } from "../store/bucket.ts";
import { bytesContent } from "../store/content.ts";
import { noTags } from "../store/intern.ts";
import { ObjectVersion } from "../store/object.ts";
import type { Store } from "../store/store.ts";
import { type InventoryEntry, inventoryColumns, inventoryEntries } from "./columns.ts";
import { csvFile } from "./csv.ts";
import { parquetFile } from "./parquet.ts";

export type InventoryFormat = "csv" | "parquet";
export const inventoryFormats: readonly InventoryFormat[] = ["csv", "parquet"];

export interface ReportRequest {
  readonly store: Store;
  readonly source: Bucket;
  readonly destination: Bucket;
  readonly format: InventoryFormat;
  /** Epoch milliseconds at which the scan begins. */
  readonly now: number;
  /** Rows of one data file at most; default 100,000. */
  readonly rowsPerFile?: number;
}

interface FormatFacts {
  readonly configuration: string;
  readonly extension: string;
  readonly fileFormat: string;
  readonly contentType: string;
  readonly schema: string;
  readonly write: (entries: Iterable<InventoryEntry>) => Promise<Buffer>;
}

const parquetTypes = { key: "binary", text: "binary", boolean: "boolean", integer: "int64", time: "int64" } as const;

const formats: Readonly<Record<InventoryFormat, FormatFacts>> = {
  csv: {
    configuration: "all-versions",
    extension: "csv.gz",
    fileFormat: "CSV",
    contentType: "application/x-gzip",
    schema: inventoryColumns.map((column) => column.csv).join(", "),
    write: csvFile,
  },
  parquet: {
    configuration: "all-versions-parquet",
    extension: "parquet",
    fileFormat: "Parquet",
    contentType: "binary/octet-stream",
    schema: parquetSchema(),
    write: parquetFile,
  },
};

/** Destination prefix of every report. */
const prefix = "inventory";
const rowsPerFileStandard = 100_000;

/** Writes the report and returns its manifest's address, `s3://<destination>/<key>`. */
export async function writeReport(request: ReportRequest): Promise<string> {
  const { source, destination, now } = request;
  const format = formats[request.format];
  const folder = `${prefix}/${source.name}/${format.configuration}`;
  const rowsPerFile = request.rowsPerFile ?? rowsPerFileStandard;
  const files: { key: string; size: number; MD5checksum: string }[] = [];
  const entries = inventoryEntries(source);
  for (let first = entries.next(); first.done !== true || files.length === 0; first = entries.next()) {
    const data = await format.write(first.done === true ? [] : upTo(rowsPerFile, first.value, entries));
    const key = `${folder}/data/${randomUUID()}.${format.extension}`;
    put(request, key, data, format.contentType);
    files.push({ key, size: data.length, MD5checksum: md5(data) });
    if (first.done === true) break;
  }
  const stamp = freeStamp(destination, folder, now);
  const manifest = JSON.stringify(
    {
      sourceBucket: source.name,
      destinationBucket: destination.arn,
      version: "2016-11-30",
      creationTimestamp: String(now),
      fileFormat: format.fileFormat,
      fileSchema: format.schema,
      files,
    },
    undefined,
    2,
  );
  const manifestKey = `${folder}/${stamp}/manifest.json`;
  const hiveFolder = `${folder}/hive/dt=${stamp.replace("T", "-").replace("Z", "")}`;
  put(request, `${hiveFolder}/symlink.txt`, files.map((file) => `s3://${destination.name}/${file.key}`).join("\n"), "text/plain");
  put(request, manifestKey, manifest, "application/json");
  put(request, `${folder}/${stamp}/manifest.checksum`, md5(manifest), "text/plain");
  return `s3://${destination.name}/${manifestKey}`;
}

function* upTo(count: number, first: InventoryEntry, rest: Generator<InventoryEntry>): Generator<InventoryEntry> {
  yield first;
  // Not a for-of: leaving it early would close the generator that the next file goes on with.
  for (let taken = 1; taken < count; taken++) {
    const next = rest.next();
    if (next.done === true) return;
    yield next.value;
  }
}

/** `2026-10-04T01-00Z`. Reports made within one minute would overwrite each other; later ones move on to the next free minute. */
function freeStamp(destination: Bucket, folder: string, now: number): string {
  for (let at = now; ; at += 60_000) {
    const stamp = `${new Date(at).toISOString().slice(0, 16).replace(":", "-")}Z`;
    if (destination.find(`${folder}/${stamp}/manifest.json`, undefined) === undefined) return stamp;
  }
}

function put({ store, destination, now }: ReportRequest, key: string, data: Buffer | string, contentType: string): void {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  destination.insert(
    new ObjectVersion({
      key,
      versionId: store.versionIdFor(destination),
      owner: destination.owner,
      acl: store.intern.acl(cannedGrants("bucket-owner-full-control", destination.owner, destination.owner)),
      content: bytesContent(bytes),
      etag: md5(bytes),
      lastModified: now,
      attributes: store.intern.attributes({ ...plainAttributes, contentType }),
      storageClass: "STANDARD",
      encryption: store.intern.encryption({ kind: "SSE-S3" }),
      tags: noTags,
    }),
  );
}

function md5(data: Buffer | string): string {
  return createHash("md5").update(data).digest("hex");
}

function parquetSchema(): string {
  const fields = inventoryColumns.map(({ parquet, kind, required }) => {
    const note = kind === "time" ? " (TIMESTAMP_MILLIS)" : kind === "key" || kind === "text" ? " (UTF8)" : "";
    return `${required === true ? "required" : "optional"} ${parquetTypes[kind]} ${parquet}${note};`;
  });
  return `message s3.inventory { ${fields.join(" ")}}`;
}
