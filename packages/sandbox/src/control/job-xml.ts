/** Jobs as S3 Control's answers show them. */
import type { XmlElement } from "../http/xml-read.ts";
import { escapeXml } from "../http/xml-write.ts";
import type { Job } from "./job.ts";

/** One element with text, or nothing for an absent value. */
export function element(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? "" : `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** An element of a request, written again as it came (attributes are namespaces here, and go). */
export function repeated({ name, children, text }: XmlElement): string {
  return `<${name}>${children.length === 0 ? escapeXml(text) : children.map(repeated).join("")}</${name}>`;
}

function time(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}

function progress(job: Job, now: number): string {
  const seconds = job.activeSince === undefined ? 0 : Math.round(((job.endedAt ?? now) - job.activeSince) / 1000);
  return `<ProgressSummary>${element("TotalNumberOfTasks", job.total)}${element("NumberOfTasksSucceeded", job.succeeded)}${element(
    "NumberOfTasksFailed",
    job.failed,
  )}<Timers>${element("ElapsedTimeInActiveSeconds", seconds)}</Timers></ProgressSummary>`;
}

/** The Job element of DescribeJob. */
export function describedJob(job: Job, now: number): string {
  const { request, failure } = job;
  const reasons =
    failure === undefined
      ? ""
      : `<FailureReasons><member>${element("FailureCode", failure.code)}${element("FailureReason", failure.reason)}</member></FailureReasons>`;
  const parts = [
    element("JobId", job.id),
    element("ConfirmationRequired", request.confirmationRequired),
    element("Description", request.description),
    element("JobArn", job.arn),
    element("Status", job.status),
    repeated(request.manifest),
    repeated(request.operation),
    element("Priority", job.priority),
    progress(job, now),
    element("StatusUpdateReason", job.statusUpdateReason),
    reasons,
    repeated(request.report),
    element("CreationTime", time(job.createdAt)),
    element("TerminationDate", time(job.endedAt)),
    element("RoleArn", request.role.arn),
  ];
  return `<Job>${parts.join("")}</Job>`;
}

/** One member of ListJobs. */
export function listedJob(job: Job, now: number): string {
  const parts = [
    element("JobId", job.id),
    element("Description", job.request.description),
    element("Operation", job.request.operation.children[0]?.name),
    element("Priority", job.priority),
    element("Status", job.status),
    element("CreationTime", time(job.createdAt)),
    element("TerminationDate", time(job.endedAt)),
    progress(job, now),
  ];
  return `<member>${parts.join("")}</member>`;
}
