// What keeps a step from being taken, in sentences for the operator. Neither error is a bug of ours.

export type RefusalReason =
  | "no-ownership-controls"
  | "not-confirmed"
  | "no-plan"
  | "no-results"
  | "already-enforced"
  | "not-enforced"
  | "not-fenced"
  | "policy-too-large"
  | "policy-conflict"
  | "policy-unreadable"
  | "cannot-translate"
  | "nothing-to-fix"
  | "nothing-to-roll-back"
  | "preflight"
  | "read-back"
  | "switched";

/** The step was not taken, and S3 holds what it held before unless the message says otherwise. */
export class CutoverRefusal extends Error {
  override readonly name = "CutoverRefusal";
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** S3 refused a call, or never answered it. `status` is 0 where no answer was had. */
export class CallRefused extends Error {
  override readonly name = "CallRefused";
  readonly operation: string;
  readonly code: string;
  readonly status: number;
  readonly requestId: string;

  constructor(
    operation: string,
    subject: string,
    answer: { code: string; status: number; requestId: string; message: string },
    cause: unknown,
  ) {
    const said = answer.status === 0 ? "no answer" : `${answer.status} ${answer.code}`;
    super(`${operation} on ${subject}: ${said}: ${answer.message} ${adviceFor(operation, answer)}`.trim(), { cause });
    this.operation = operation;
    this.code = answer.code;
    this.status = answer.status;
    this.requestId = answer.requestId;
  }
}

/** The IAM action behind an operation, where its name is not the operation's own. */
const ACTIONS: Readonly<Record<string, string>> = {
  GetBucketAcl: "s3:GetBucketAcl",
  GetBucketOwnershipControls: "s3:GetBucketOwnershipControls",
  DeleteBucketOwnershipControls: "s3:PutBucketOwnershipControls",
  GetPublicAccessBlock: "s3:GetBucketPublicAccessBlock",
  GetBucketReplication: "s3:GetReplicationConfiguration",
  GetBucketLifecycleConfiguration: "s3:GetLifecycleConfiguration",
  GetBucketNotificationConfiguration: "s3:GetBucketNotification",
  ListObjectVersions: "s3:ListBucketVersions",
  ListObjectsV2: "s3:ListBucket",
  HeadBucket: "s3:ListBucket",
  HeadObject: "s3:GetObject (s3:GetObjectVersion for a version)",
  ListMultipartUploads: "s3:ListBucketMultipartUploads",
};

export const actionOf = (operation: string): string => ACTIONS[operation] ?? `s3:${operation}`;

function adviceFor(operation: string, answer: { code: string; status: number }): string {
  if (answer.code === "NoSuchBucket") return "Correct bucket.name, or bucket.endpoint, in the campaign file.";
  if (/^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken)$/.test(answer.code))
    return "These credentials are not valid here: set the right ones, then `quitclaim check`.";
  if (/^(ExpiredToken|RequestExpired)$/.test(answer.code))
    return "The session has expired: sign in again, then run the same command again.";
  if (answer.status === 0) return "Check the endpoint and the network, then run the same command again.";
  if (answer.status === 403 && operation === "PutBucketPolicy")
    return "Either s3:PutBucketPolicy is missing, or Block Public Access (BlockPublicPolicy) refuses a policy that is public.";
  if (answer.status === 403) return `The bucket owner's session needs ${actionOf(operation)}, and no Deny may stand against it.`;
  if (answer.code === "MalformedPolicy")
    return "S3 takes no policy that names a principal which no longer exists (such a one reads AIDA… or AROA…); take it out of the policy first.";
  if (answer.status >= 500) return "S3 could not answer now; run the same command again.";
  return "";
}
