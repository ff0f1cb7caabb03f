/** Reads a CreateJob request and checks what AWS checks before it takes a job: the role, the report, the operation, the priority. */
import type { AccountBook } from "../account/book.ts";
import { child, childText, readXml, type XmlElement } from "../http/xml-read.ts";
import { decide } from "../iam/evaluate.ts";
import type { JobRequest } from "./job.ts";
import { operationFrom } from "./operation.ts";
import { badRequest, ControlError } from "./refusal.ts";

const service = "batchoperations.s3.amazonaws.com";
const manifestFormats = new Set(["S3BatchOperations_CSV_20180820", "S3InventoryReport_CSV_20161130"]);

/** The request and its priority. Throws ControlError. */
export function createJobRequest(
  body: Buffer,
  accountId: string,
  book: AccountBook,
): { readonly request: JobRequest; readonly priority: number } {
  const root = readXml(body);
  const token = required(root, "ClientRequestToken");
  if (token.length > 64) throw badRequest("ClientRequestToken must have length less than or equal to 64");
  const priority = Number(required(root, "Priority"));
  if (!Number.isInteger(priority) || priority < 0 || priority > 2_147_483_647) throw badRequest("Priority must be 0 to 2147483647");
  const manifest = child(root, "Manifest");
  const operation = child(root, "Operation");
  const report = child(root, "Report");
  if (manifest === undefined) throw badRequest("This sandbox runs jobs from a Manifest only, not from a ManifestGenerator");
  if (operation === undefined || report === undefined) throw badRequest("Operation and Report are required");
  const spec = child(manifest, "Spec");
  const format = spec === undefined ? undefined : childText(spec, "Format");
  if (format === undefined || !manifestFormats.has(format)) throw badRequest(`Manifest format ${format ?? "(none)"} is not supported`);
  operationFrom(operation);
  checkReport(report);
  return {
    priority,
    request: {
      accountId,
      clientRequestToken: token,
      // The API's default is to run at once; the console's is to ask.
      confirmationRequired: childText(root, "ConfirmationRequired") === "true",
      description: childText(root, "Description"),
      manifest,
      operation,
      report,
      role: roleOf(required(root, "RoleArn"), accountId, book),
      body: body.toString("utf8"),
    },
  };
}

function checkReport(report: XmlElement): void {
  if (childText(report, "Enabled") !== "true") return;
  if (childText(report, "Format") !== "Report_CSV_20180820") throw badRequest("Report needs Format Report_CSV_20180820");
  if (!/^arn:aws[a-z-]*:s3:::[^/]+$/.test(childText(report, "Bucket") ?? "")) throw badRequest("Report needs Bucket, a bucket ARN");
  const scope = childText(report, "ReportScope");
  if (scope !== "AllTasks" && scope !== "FailedTasksOnly") throw badRequest("ReportScope must be AllTasks or FailedTasksOnly");
}

function roleOf(arn: string, accountId: string, book: AccountBook): JobRequest["role"] {
  if (arn.split(":")[4] !== accountId) throw new ControlError(403, "AccessDenied", "Cross-account pass role is not allowed.");
  const role = book.role(arn)?.role;
  const context = new Map([["aws:sourceaccount", [accountId]]]);
  const asked = { principal: { kind: "service", service } as const, action: "sts:AssumeRole", resource: arn, context };
  if (role === undefined || decide(role.trust, asked).effect !== "allow") {
    throw badRequest(`Role ${arn} cannot be assumed by S3 Batch Operations: its trust policy must allow ${service}`);
  }
  return role;
}

function required(root: XmlElement, name: string): string {
  const value = childText(root, name);
  if (value === undefined || value === "") throw badRequest(`${name} is required`);
  return value;
}
