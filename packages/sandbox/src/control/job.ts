/**
 * A Batch Operations job and its states. New jobs are prepared (their manifest is read), wait as Suspended if they were to be
 * confirmed, else become Ready and at once Active; they end as Complete, Failed or Cancelled:
 *
 *   New -> Preparing -> [Suspended ->] Ready -> Active -> Completing -> Complete
 *   Preparing, Active -> Failing -> Failed; any state before Completing -> Cancelling -> Cancelled
 */

import type { RoleSpec } from "../account/spec.ts";
import type { XmlElement } from "../http/xml-read.ts";

export type JobStatus =
  | "New"
  | "Preparing"
  | "Suspended"
  | "Ready"
  | "Active"
  | "Completing"
  | "Complete"
  | "Cancelling"
  | "Cancelled"
  | "Failing"
  | "Failed";

const moves: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  New: ["Preparing", "Cancelling"],
  Preparing: ["Suspended", "Ready", "Failing", "Cancelling"],
  Suspended: ["Ready", "Cancelling"],
  Ready: ["Active", "Cancelling"],
  Active: ["Completing", "Failing", "Cancelling"],
  Completing: ["Complete", "Failing"],
  Complete: [],
  Cancelling: ["Cancelled"],
  Cancelled: [],
  Failing: ["Failed"],
  Failed: [],
};

/** One line of the manifest. */
export interface Task {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** What became of a task. `code` is the S3 error code; absent for a success. */
export interface TaskResult {
  readonly task: Task;
  readonly status: number;
  readonly code?: string;
  readonly message: string;
}

/** What CreateJob asked for. Manifest, operation and report stay as sent, because DescribeJob repeats them. */
export interface JobRequest {
  readonly accountId: string;
  readonly clientRequestToken: string;
  readonly confirmationRequired: boolean;
  readonly description: string | undefined;
  readonly manifest: XmlElement;
  readonly operation: XmlElement;
  readonly report: XmlElement;
  readonly role: RoleSpec;
  /** The body as text, to tell a repeated request from a different one with the same token. */
  readonly body: string;
}

export class Job {
  readonly id: string;
  readonly request: JobRequest;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  priority: number;
  total = 0;
  succeeded = 0;
  failed = 0;
  activeSince: number | undefined;
  endedAt: number | undefined;
  statusUpdateReason: string | undefined;
  failure: { readonly code: string; readonly reason: string } | undefined;
  #status: JobStatus = "New";

  constructor(id: string, request: JobRequest, priority: number, createdAt: number) {
    this.id = id;
    this.request = request;
    this.priority = priority;
    this.createdAt = createdAt;
  }

  get status(): JobStatus {
    return this.#status;
  }

  get arn(): string {
    return `arn:aws:s3:us-east-1:${this.request.accountId}:job/${this.id}`;
  }

  /** Moves on; an impossible move is a defect of the caller and throws. */
  moveTo(status: JobStatus): void {
    if (!this.mayMoveTo(status)) throw new Error(`job ${this.id} cannot go from ${this.#status} to ${status}`);
    this.#status = status;
  }

  mayMoveTo(status: JobStatus): boolean {
    return moves[this.#status].includes(status);
  }
}
