// manifest.json: which data files make up a report, and the proof that it is whole and about this bucket (domain.md 1.1, 1.2).
import { createHash } from "node:crypto";
import { PlanError } from "../error.ts";
import { TIME_MS_MAX } from "../limits.ts";
import { assertRequiredColumns, csvColumns, orcColumns, parquetColumns, type ReportColumns } from "./columns.ts";
import type { ReportSource } from "./source.ts";

export interface DataFile {
  /** Relative to the destination bucket's root; used as it is, never built. */
  readonly key: string;
  /** Bytes, compressed. */
  readonly size: number;
  /** Lower-case hex. */
  readonly md5: string;
}

/** Formats that there is a reader for. */
export type ReportFormat = "CSV" | "Parquet" | "ORC";

export interface Manifest {
  readonly sourceBucket: string;
  readonly format: ReportFormat;
  readonly columns: ReportColumns;
  /** Epoch milliseconds: when S3 began the scan. */
  readonly created: number;
  readonly files: readonly DataFile[];
  /** Of manifest.json itself, lower-case hex. */
  readonly md5: string;
}

const VERSION = "2016-11-30";
/** fileSchema is written in each format's own language. */
const COLUMNS_OF = { CSV: csvColumns, Parquet: parquetColumns, ORC: orcColumns } as const;
/** Clocks differ; S3's is right. */
const AHEAD_HOURS_MAX = 3;
const HEX_MD5 = /^[0-9a-f]{32}$/i;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Throws PlanError naming the manifest and what is wrong with it. */
export async function readManifest(source: ReportSource, bucket: string): Promise<Manifest> {
  const where = source.manifest;
  const bytes = await source.readBeside("manifest.json");
  if (bytes === undefined) {
    throw new PlanError(
      "manifest-missing",
      `There is no ${where}. inventory.manifest must name the manifest.json of one report, e.g. …/2026-10-04T01-00Z/manifest.json.`,
    );
  }
  const checksum = await source.readBeside("manifest.checksum");
  if (checksum === undefined) {
    throw new PlanError(
      "report-incomplete",
      `${where} has no manifest.checksum beside it: S3 writes that file last, so this report is not complete (or was copied without it). Wait for it, or choose an older report.`,
    );
  }
  const md5 = createHash("md5").update(bytes).digest();
  const told = Buffer.from(checksum).toString("latin1").trim();
  // AWS says "MD5" without saying how it is spelled: hex is what is seen, base64 would mean the same.
  if (told.toLowerCase() !== md5.toString("hex") && told !== md5.toString("base64")) {
    throw new PlanError(
      "manifest-checksum",
      `${where} does not match its manifest.checksum (MD5 ${md5.toString("hex")}, expected ${told.slice(0, 40)}): one of the two was changed or cut off. Fetch both again.`,
    );
  }
  return parseManifest(bytes, md5.toString("hex"), where, bucket);
}

function parseManifest(bytes: Uint8Array, md5: string, where: string, bucket: string): Manifest {
  const invalid = (what: string): PlanError =>
    new PlanError(
      "manifest-invalid",
      `${where} ${what}. It is not an S3 Inventory manifest that can be relied on; fetch it again or choose another report.`,
    );
  let document: unknown;
  try {
    document = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
    throw new PlanError("manifest-invalid", `${where} is not whole JSON (${error.message}). Fetch it again or choose another report.`, {
      cause: error,
    });
  }
  if (typeof document !== "object" || document === null) throw invalid("is not a JSON object");
  const m = document as Record<string, unknown>;
  if (m.version !== VERSION) throw invalid(`has version ${JSON.stringify(m.version)} where ${VERSION} is expected`);
  if (m.sourceBucket !== bucket) {
    throw new PlanError(
      "source-bucket",
      `${where} is a report about the bucket ${JSON.stringify(m.sourceBucket)}, but this campaign is about ${JSON.stringify(bucket)}. Set inventory.manifest or bucket.name right.`,
    );
  }
  const created = Number(m.creationTimestamp);
  if (typeof m.creationTimestamp !== "string" || !Number.isSafeInteger(created) || created <= 0 || created > TIME_MS_MAX) {
    throw invalid(`has creationTimestamp ${JSON.stringify(m.creationTimestamp)} where milliseconds in a string are expected`);
  }
  if (m.fileFormat !== "CSV" && m.fileFormat !== "Parquet" && m.fileFormat !== "ORC")
    throw invalid(`has fileFormat ${JSON.stringify(m.fileFormat)}, which is none of CSV, Parquet, ORC`);
  if (typeof m.fileSchema !== "string") throw invalid("has no fileSchema");
  const columns = COLUMNS_OF[m.fileFormat](m.fileSchema);
  assertRequiredColumns(columns, where);
  if (!Array.isArray(m.files)) throw invalid("has no list of files");
  const seen = new Set<string>();
  const files = m.files.map((entry: unknown, i): DataFile => {
    const { key, size, MD5checksum } = (entry ?? {}) as Record<string, unknown>;
    if (typeof key !== "string" || typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
      throw invalid(`has no key and size for file ${i + 1}`);
    if (typeof MD5checksum !== "string" || !HEX_MD5.test(MD5checksum)) throw invalid(`has no MD5 for the data file ${key}`);
    if (seen.has(key)) throw invalid(`lists the data file ${key} twice`);
    seen.add(key);
    return { key, size, md5: MD5checksum.toLowerCase() };
  });
  return { sourceBucket: bucket, format: m.fileFormat, columns, created, files, md5 };
}

/** Hours between the report's beginning and now, to a tenth; refused beyond `hoursMax`, and where it has yet to begin, unless told otherwise. */
export function reportAge(manifest: Manifest, where: string, now: number, hoursMax: number, ignoreAge: boolean): number {
  const hours = Math.round((now - manifest.created) / 360_000) / 10;
  if (ignoreAge) return hours;
  if (hours < -AHEAD_HOURS_MAX) {
    throw new PlanError(
      "report-in-future",
      `The report ${where} says that it began ${new Date(manifest.created).toISOString()}, ${-hours} hours from now. Either this machine's clock is slow, or the manifest is not one that S3 wrote: ` +
        "the ages of objects, and of the report itself, cannot be told. Set the clock, take another report, or accept it with --ignore-age.",
    );
  }
  if (hours <= hoursMax) return hours;
  throw new PlanError(
    "report-too-old",
    `The report ${where} began ${new Date(manifest.created).toISOString()}, ${hours} hours ago; limits.inventoryAgeHours allows ${hoursMax}. ` +
      "Objects written since are not in it. Take a newer report, or accept its age with --ignore-age.",
  );
}
