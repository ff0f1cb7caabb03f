/**
 * What the S3 server tells the outside about each request, and lets it decide: faults before and after an operation, a log
 * of accepted writes, an observer of every answer.
 */
import type { S3Error } from "./s3-error.ts";

/** A request whose sender is known and whose operation is named; bucket and key absent where the operation has none. */
export interface CallSummary {
  /** API name: `PutObjectAcl`, `CopyObject`, `AssumeRole` … */
  readonly op: string;
  readonly method: string;
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
  /** 12 digits, or undefined for an anonymous request. */
  readonly accountId: string | undefined;
  /** ARN of the sender, `anonymous` without a signature. */
  readonly arn: string;
  readonly requestId: string;
}

/** What a fault does to a request, in this order: wait, then cut the connection, or answer with the error. */
export interface FaultVerdict {
  readonly delayMs?: number;
  readonly reset?: boolean;
  readonly error?: S3Error;
  /** Answered with status 200 and the error as its body. */
  readonly errorIn200?: S3Error;
}

/** Consulted twice for each request that has a valid signature (or none). `undefined`: let it pass. */
export interface Faults {
  /** Before authorization and operation: nothing has happened yet. */
  before(call: CallSummary): FaultVerdict | undefined;
  /** After the operation took effect (and its write was logged), before the answer leaves. */
  after(call: CallSummary, status: number): FaultVerdict | undefined;
}

/** One accepted write, as the operation reports it; the log adds a sequence number and a time. */
export interface WriteEntry {
  readonly op: string;
  /** Absent for what is written to an account (S3 Control). */
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
  /** The version that was written to or deleted: `null` for the null version, absent for bucket-level writes. */
  readonly versionId?: string | undefined;
  /** A version (or delete marker) this write created. */
  readonly newVersionId?: string | undefined;
  readonly accountId: string;
  readonly arn: string;
  readonly status: number;
  readonly requestId: string;
  /** What matters of the write: `{ acl: "bucket-owner-full-control" }`, `{ source: "b/k?versionId=…" }`. */
  readonly detail?: Readonly<Record<string, string>> | undefined;
}

export interface WriteLog {
  record(entry: WriteEntry): void;
}

/** Told of every answer, accepted or refused; `code` is the S3 error code of a refusal. */
export interface Observer {
  answered(call: CallSummary, status: number, code: string | undefined): void;
}
