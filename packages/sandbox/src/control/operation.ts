/** Turns a job's operation into the S3 call of each task: S3PutObjectAcl (canned or list) and S3PutObjectCopy. */
import { encodePercent } from "../http/percent.ts";
import { child, children, childText, type XmlElement } from "../http/xml-read.ts";
import { escapeXml, s3Namespace } from "../http/xml-write.ts";
import type { ActorCall } from "./actor.ts";
import type { Task } from "./job.ts";
import { badRequest } from "./refusal.ts";

/** Builds the call for a task. */
export type TaskOperation = (task: Task) => ActorCall;

/** Reads the Operation element. Throws ControlError for one this sandbox does not run. */
export function operationFrom(operation: XmlElement): { readonly name: string; readonly forTask: TaskOperation } {
  const acl = child(operation, "S3PutObjectAcl");
  if (acl !== undefined) return { name: "S3PutObjectAcl", forTask: putAcl(acl) };
  const copy = child(operation, "S3PutObjectCopy");
  if (copy !== undefined) return { name: "S3PutObjectCopy", forTask: putCopy(copy) };
  throw badRequest(`Operation ${operation.children[0]?.name ?? "(none)"} is not one this sandbox runs: S3PutObjectAcl, S3PutObjectCopy`);
}

function putAcl(element: XmlElement): TaskOperation {
  const policy = child(element, "AccessControlPolicy");
  const canned = policy === undefined ? undefined : childText(policy, "CannedAccessControlList");
  const list = policy === undefined ? undefined : child(policy, "AccessControlList");
  const owner = list === undefined ? undefined : child(list, "Owner");
  if ((canned === undefined) === (list === undefined)) throw badRequest("Give either CannedAccessControlList or AccessControlList");
  const body =
    list === undefined ? undefined : aclBody(owner === undefined ? "" : (childText(owner, "ID") ?? ""), grantsOf(child(list, "Grants")));
  return ({ bucket, key, versionId }) => ({
    method: "PUT",
    bucket,
    key,
    query: versionId === undefined ? "acl" : `acl&versionId=${encodePercent(versionId, false)}`,
    ...(canned === undefined ? {} : { headers: { "x-amz-acl": canned } }),
    ...(body === undefined ? {} : { body }),
  });
}

interface JobGrant {
  readonly type: string;
  readonly identifier: string;
  readonly permission: string;
}

function grantsOf(list: XmlElement | undefined): JobGrant[] {
  return (list === undefined ? [] : children(list, "member")).map((member) => {
    const grantee = child(member, "Grantee");
    return {
      type: (grantee === undefined ? undefined : childText(grantee, "TypeIdentifier")) ?? "",
      identifier: (grantee === undefined ? undefined : childText(grantee, "Identifier")) ?? "",
      permission: childText(member, "Permission") ?? "",
    };
  });
}

function aclBody(ownerId: string, grants: readonly JobGrant[]): Buffer {
  const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  const written = grants.map(({ type, identifier, permission }) => {
    const grantee =
      type === "uri"
        ? `<Grantee ${xsi} xsi:type="Group"><URI>${escapeXml(identifier)}</URI></Grantee>`
        : `<Grantee ${xsi} xsi:type="CanonicalUser"><ID>${escapeXml(identifier)}</ID></Grantee>`;
    return `<Grant>${grantee}<Permission>${escapeXml(permission)}</Permission></Grant>`;
  });
  return Buffer.from(
    `<AccessControlPolicy xmlns="${s3Namespace}"><Owner><ID>${escapeXml(ownerId)}</ID></Owner><AccessControlList>${written.join("")}</AccessControlList></AccessControlPolicy>`,
  );
}

/** Members of S3PutObjectCopy that are one request header each. */
const copyHeaders: Readonly<Record<string, string>> = {
  CannedAccessControlList: "x-amz-acl",
  MetadataDirective: "x-amz-metadata-directive",
  ModifiedSinceConstraint: "x-amz-copy-source-if-modified-since",
  UnModifiedSinceConstraint: "x-amz-copy-source-if-unmodified-since",
  RedirectLocation: "x-amz-website-redirect-location",
  StorageClass: "x-amz-storage-class",
  BucketKeyEnabled: "x-amz-server-side-encryption-bucket-key-enabled",
  ChecksumAlgorithm: "x-amz-checksum-algorithm",
  ObjectLockMode: "x-amz-object-lock-mode",
  ObjectLockRetainUntilDate: "x-amz-object-lock-retain-until-date",
  ObjectLockLegalHoldStatus: "x-amz-object-lock-legal-hold",
};

const metadataHeaders: Readonly<Record<string, string>> = {
  CacheControl: "cache-control",
  ContentDisposition: "content-disposition",
  ContentEncoding: "content-encoding",
  ContentLanguage: "content-language",
  ContentType: "content-type",
  HttpExpiresDate: "expires",
  SSEAlgorithm: "x-amz-server-side-encryption",
};

const grantHeaders: Readonly<Record<string, string>> = {
  FULL_CONTROL: "x-amz-grant-full-control",
  READ: "x-amz-grant-read",
  READ_ACP: "x-amz-grant-read-acp",
  WRITE_ACP: "x-amz-grant-write-acp",
};

function putCopy(element: XmlElement): TaskOperation {
  const target = /^arn:aws[a-z-]*:s3:::([^/]+)$/.exec(childText(element, "TargetResource") ?? "")?.[1];
  if (target === undefined) throw badRequest("S3PutObjectCopy needs TargetResource, a bucket ARN");
  const prefix = childText(element, "TargetKeyPrefix");
  const headers: Record<string, string> = {};
  for (const [member, header] of Object.entries(copyHeaders)) {
    const value = childText(element, member);
    if (value !== undefined) headers[header] = value;
  }
  const key = childText(element, "SSEAwsKmsKeyId");
  if (key !== undefined) {
    headers["x-amz-server-side-encryption"] = "aws:kms";
    headers["x-amz-server-side-encryption-aws-kms-key-id"] = key;
  }
  addMetadata(headers, child(element, "NewObjectMetadata"));
  addTags(headers, child(element, "NewObjectTagging"));
  for (const { type, identifier, permission } of grantsOf(child(element, "AccessControlGrants"))) {
    const header = grantHeaders[permission];
    if (header === undefined) throw badRequest(`AccessControlGrants: ${permission} cannot be granted on an object`);
    const grant = `${type === "uri" ? "uri" : "id"}="${identifier}"`;
    headers[header] = headers[header] === undefined ? grant : `${headers[header]}, ${grant}`;
  }
  return (task) => ({
    method: "PUT",
    bucket: target,
    key: prefix === undefined ? task.key : `${prefix.replace(/\/$/, "")}/${task.key}`,
    headers: { ...headers, "x-amz-copy-source": sourceOf(task) },
  });
}

function sourceOf({ bucket, key, versionId }: Task): string {
  const path = `${bucket}/${encodePercent(key, true)}`;
  return versionId === undefined ? path : `${path}?versionId=${versionId}`;
}

function addMetadata(headers: Record<string, string>, metadata: XmlElement | undefined): void {
  if (metadata === undefined) return;
  for (const [member, header] of Object.entries(metadataHeaders)) {
    const value = childText(metadata, member);
    if (value !== undefined) headers[header] = value;
  }
  const user = child(metadata, "UserMetadata");
  for (const entry of user === undefined ? [] : children(user, "entry")) {
    headers[`x-amz-meta-${childText(entry, "key") ?? ""}`] = childText(entry, "value") ?? "";
  }
  headers["x-amz-metadata-directive"] ??= "REPLACE";
}

function addTags(headers: Record<string, string>, tagging: XmlElement | undefined): void {
  if (tagging === undefined) return;
  const tags = new URLSearchParams(
    children(tagging, "member").map((tag): [string, string] => [childText(tag, "Key") ?? "", childText(tag, "Value") ?? ""]),
  );
  headers["x-amz-tagging"] = tags.toString();
  headers["x-amz-tagging-directive"] = "REPLACE";
}
