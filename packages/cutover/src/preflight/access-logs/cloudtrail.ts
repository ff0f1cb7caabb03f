// A CloudTrail file: one JSON document of records. Data events of S3 carry additionalEventData.aclRequired = "Yes" where an ACL was needed, and
// nothing where it was not (domain.md 2.3).
import type { LoggedRequest } from "./use.ts";

interface TrailRecord {
  readonly eventSource?: string;
  readonly eventName?: string;
  readonly eventTime?: string;
  readonly userIdentity?: { readonly arn?: string; readonly accountId?: string; readonly type?: string; readonly invokedBy?: string };
  readonly requestParameters?: { readonly bucketName?: string; readonly key?: string } | null;
  readonly additionalEventData?: { readonly aclRequired?: string } | null;
}

/** The S3 requests of the file; undefined where it is no CloudTrail file. */
export function parseCloudTrail(text: string): LoggedRequest[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const records = typeof value === "object" && value !== null && "Records" in value ? value.Records : undefined;
  if (!Array.isArray(records)) return undefined;
  return (records as TrailRecord[])
    .filter((r) => r.eventSource === "s3.amazonaws.com" && r.requestParameters?.bucketName !== undefined)
    .map((r) => ({
      bucket: r.requestParameters?.bucketName ?? "",
      at: r.eventTime ?? "",
      requester: r.userIdentity?.arn ?? r.userIdentity?.invokedBy ?? r.userIdentity?.accountId ?? "anonymous",
      operation: r.eventName ?? "",
      key: r.requestParameters?.key ?? "",
      aclRequired: r.additionalEventData?.aclRequired === "Yes",
    }));
}
