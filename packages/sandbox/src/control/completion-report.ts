/**
 * The completion report of a job, Report_CSV_20180820: results files apart for succeeded and failed tasks, a manifest.json that
 * lists them, and its MD5. Rows as in AWS's samples, which put the HTTP status before the error code (the schema says otherwise).
 */
import { createHash } from "node:crypto";
import { child, childText, type XmlElement } from "../http/xml-read.ts";
import { formEncodedKey } from "../inventory/csv.ts";
import type { Actor } from "./actor.ts";
import { csvValue } from "./csv.ts";
import type { TaskResult } from "./job.ts";

export interface ReportSettings {
  readonly bucket: string;
  /** Without a slash at its end; empty for none. */
  readonly prefix: string;
  readonly failedOnly: boolean;
}

/** Settings of the Report element; undefined when no report is wanted. */
export function reportSettings(report: XmlElement): ReportSettings | undefined {
  if (childText(report, "Enabled") !== "true") return undefined;
  return {
    bucket: childText(report, "Bucket")?.split(":").at(-1) ?? "",
    prefix: (child(report, "Prefix")?.text ?? "").replace(/\/$/, ""),
    failedOnly: childText(report, "ReportScope") === "FailedTasksOnly",
  };
}

/** Writes the report as the job's role. Throws S3Error when that role may not. */
export async function writeCompletionReport(
  settings: ReportSettings,
  jobId: string,
  results: readonly TaskResult[],
  actor: Actor,
  now: number,
): Promise<void> {
  const folder = `${settings.prefix === "" ? "" : `${settings.prefix}/`}job-${jobId}`;
  const listed: object[] = [];
  for (const status of settings.failedOnly ? (["failed"] as const) : (["succeeded", "failed"] as const)) {
    const rows = results.filter((result) => (result.code === undefined) === (status === "succeeded"));
    if (rows.length === 0) continue;
    const data = Buffer.from(rows.map((row) => reportRow(row, status)).join(""));
    const key = `${folder}/results/${createHash("sha1").update(`${jobId}:${status}`).digest("hex")}.csv`;
    await actor.put(settings.bucket, key, data, "text/csv");
    listed.push({ TaskExecutionStatus: status, Bucket: settings.bucket, MD5Checksum: md5(data), Key: key });
  }
  const manifest = Buffer.from(
    JSON.stringify({
      Format: "Report_CSV_20180820",
      ReportCreationDate: new Date(now).toISOString(),
      Results: listed,
      ReportSchema: "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage",
    }),
  );
  await actor.put(settings.bucket, `${folder}/manifest.json`, manifest, "application/json");
  await actor.put(settings.bucket, `${folder}/manifest.json.md5`, Buffer.from(md5(manifest)), "text/plain");
}

function reportRow({ task, status, code, message }: TaskResult, outcome: "succeeded" | "failed"): string {
  const row = [task.bucket, formEncodedKey(task.key), task.versionId ?? "", outcome, String(status), code ?? "", message];
  return `${row.map(csvValue).join(",")}\n`;
}

function md5(data: Buffer): string {
  return createHash("md5").update(data).digest("hex");
}
