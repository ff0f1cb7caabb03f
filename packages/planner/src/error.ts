// Everything that can stop a plan, as one error type: a sentence for the operator and a code for programs.

export type PlanErrorCode =
  | "manifest-missing"
  | "report-incomplete"
  | "manifest-checksum"
  | "manifest-invalid"
  | "source-bucket"
  | "columns-missing"
  | "versions-missing"
  | "report-too-old"
  | "report-in-future"
  | "data-file-missing"
  | "data-file-size"
  | "data-file-md5"
  | "data-file-corrupt"
  | "row-invalid"
  | "key-undecodable"
  | "acl-undecodable"
  | "identity"
  | "temporary-space"
  | "store-has-results"
  | "plan-overtaken"
  | "listing-refused"
  | "aborted";

/** The plan was not made, and why: what happened, to which file or row, and what to do next. Needs no stack trace. */
export class PlanError extends Error {
  override readonly name = "PlanError";
  readonly code: PlanErrorCode;

  constructor(code: PlanErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
