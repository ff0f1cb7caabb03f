/**
 * Reads a job's manifest under the job's role: S3BatchOperations_CSV_20180820 (fields in the order the job names, keys
 * URL-encoded) or S3InventoryReport_CSV_20161130 (a manifest.json and its data files). Version ids: all or none.
 */
import { gunzipSync } from "node:zlib";
import { child, children, childText, type XmlElement } from "../http/xml-read.ts";
import type { Actor } from "./actor.ts";
import { csvRows } from "./csv.ts";
import type { Task } from "./job.ts";

/** The manifest cannot be used; the job fails with this code and reason. */
export class ManifestError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** All tasks of a manifest. Throws ManifestError, or S3Error when the role may not read it. */
export async function readManifest(manifest: XmlElement, actor: Actor): Promise<Task[]> {
  const location = child(manifest, "Location");
  const arn = location === undefined ? undefined : childText(location, "ObjectArn");
  const match = /^arn:aws[a-z-]*:s3:::([^/]+)\/(.+)$/s.exec(arn ?? "");
  const spec = child(manifest, "Spec");
  if (location === undefined || match === null || spec === undefined)
    throw new ManifestError("InvalidManifest", "The manifest's location is not an object ARN");
  const [, bucket = "", key = ""] = match;
  const { bytes, etag } = await actor.get(bucket, key, childText(location, "ObjectVersionId"));
  if (etag !== childText(location, "ETag")?.replaceAll('"', "")) {
    throw new ManifestError("ManifestETagMismatch", "The ETag of the manifest object is not the one the job was created with");
  }
  const tasks =
    childText(spec, "Format") === "S3InventoryReport_CSV_20161130"
      ? await inventoryTasks(bytes, actor)
      : csvTasks(bytes.toString("utf8"), fieldsOf(spec), "job manifest");
  const withVersion = tasks.filter((task) => task.versionId !== undefined).length;
  if (childText(spec, "Format") !== "S3InventoryReport_CSV_20161130" && withVersion !== 0 && withVersion !== tasks.length) {
    throw new ManifestError("InvalidManifest", "Either all rows of a manifest have a version id or none has");
  }
  return tasks;
}

function fieldsOf(spec: XmlElement): string[] {
  const fields = child(spec, "Fields");
  const names = fields === undefined ? [] : children(fields, "member").map((member) => member.text.trim());
  if (!names.includes("Bucket") || !names.includes("Key")) throw new ManifestError("InvalidManifest", "Fields must name Bucket and Key");
  return names;
}

async function inventoryTasks(bytes: Buffer, actor: Actor): Promise<Task[]> {
  let report: { fileFormat?: unknown; fileSchema?: unknown; destinationBucket?: unknown; files?: unknown };
  try {
    report = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new ManifestError(
      "InvalidManifest",
      `The inventory manifest is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (report.fileFormat !== "CSV" || typeof report.fileSchema !== "string" || !Array.isArray(report.files)) {
    throw new ManifestError("InvalidManifest", "Only CSV inventory reports can be manifests");
  }
  const fields = report.fileSchema.split(",").map((name) => name.trim());
  const bucket = String(report.destinationBucket).split(":").at(-1) ?? "";
  const tasks: Task[] = [];
  for (const file of report.files as { key: string }[]) {
    const data = await actor.get(bucket, file.key);
    // One by one: a report may hold more rows than a function takes arguments.
    for (const task of csvTasks(gunzipSync(data.bytes).toString("utf8"), fields, file.key)) tasks.push(task);
  }
  return tasks;
}

function csvTasks(text: string, fields: readonly string[], where: string): Task[] {
  const [bucketAt, keyAt, versionAt] = [fields.indexOf("Bucket"), fields.indexOf("Key"), fields.indexOf("VersionId")];
  const tasks: Task[] = [];
  for (const row of csvRows(text)) {
    const [bucket, key, versionId] = [row[bucketAt], row[keyAt], row[versionAt]];
    if (row.length !== fields.length || bucket === undefined || key === undefined) {
      throw new ManifestError(
        "InvalidManifest",
        `Row ${tasks.length + 1} of ${where} has ${row.length} fields instead of ${fields.length}`,
      );
    }
    tasks.push({ bucket, key: decodedKey(key, where), ...(versionId === undefined || versionId === "" ? {} : { versionId }) });
  }
  return tasks;
}

function decodedKey(key: string, where: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", "%20"));
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new ManifestError("InvalidManifest", `The key ${key} in ${where} is not URL-encoded`);
  }
}
