// ACLs and HEAD answers between the SDK's shapes and ours.
import type {
  AccessControlPolicy,
  CopyObjectCommandInput,
  GetObjectAclCommandOutput,
  Grant,
  HeadObjectCommandOutput,
} from "@aws-sdk/client-s3";
import { unquoted } from "../xml/documents.ts";
import type { AccessControlList, AclGrant, CopyRequest, HeadFacts } from "./object-calls.ts";

export function aclPolicy(acl: AccessControlList): AccessControlPolicy {
  return {
    Owner: { ID: acl.ownerId },
    Grants: acl.grants.map(
      ({ grantee, permission }): Grant => ({
        Grantee: "id" in grantee ? { Type: "CanonicalUser", ID: grantee.id } : { Type: "Group", URI: grantee.uri },
        Permission: permission,
      }),
    ),
  };
}

/** Undefined where the owner, or who holds a grant, is missing. */
export function aclOf(output: GetObjectAclCommandOutput): AccessControlList | undefined {
  const ownerId = output.Owner?.ID;
  if (ownerId === undefined) return undefined;
  const grants: AclGrant[] = [];
  for (const { Grantee: grantee, Permission: permission } of output.Grants ?? []) {
    if (permission === undefined) return undefined;
    if (grantee?.ID !== undefined) grants.push({ grantee: { id: grantee.ID }, permission });
    else if (grantee?.URI !== undefined) grants.push({ grantee: { uri: grantee.URI }, permission });
    else return undefined;
  }
  return { ownerId, grants };
}

const present = <K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [P in K]?: V });

/** Undefined where the answer has no ETag, length or date. */
export function factsOf(output: HeadObjectCommandOutput): HeadFacts | undefined {
  const { ETag: etag, ContentLength: size, LastModified: lastModified, ServerSideEncryption: algorithm } = output;
  if (etag === undefined || size === undefined || lastModified === undefined) return undefined;
  const hold = output.ObjectLockLegalHoldStatus;
  const lock = {
    ...present("mode", output.ObjectLockMode),
    ...present("retainUntil", output.ObjectLockRetainUntilDate?.toISOString()),
    ...present("legalHold", hold === "ON" || hold === "OFF" ? hold : undefined),
  };
  return {
    etag: unquoted(etag),
    size,
    lastModified: lastModified.getTime(),
    ...present("versionId", output.VersionId),
    storageClass: output.StorageClass ?? "STANDARD",
    ...(algorithm === "AES256" || algorithm === "aws:kms" || algorithm === "aws:kms:dsse"
      ? { encryption: { algorithm, ...present("kmsKeyId", output.SSEKMSKeyId), bucketKey: output.BucketKeyEnabled === true } }
      : {}),
    ...present("sseCustomerAlgorithm", output.SSECustomerAlgorithm),
    metadata: output.Metadata ?? {},
    ...present("contentType", output.ContentType),
    ...present("contentEncoding", output.ContentEncoding),
    ...present("contentLanguage", output.ContentLanguage),
    ...present("contentDisposition", output.ContentDisposition),
    ...present("cacheControl", output.CacheControl),
    ...present("expires", output.ExpiresString),
    ...present("websiteRedirect", output.WebsiteRedirectLocation),
    tagCount: output.TagCount ?? 0,
    ...(Object.keys(lock).length === 0 ? {} : { lock }),
    ...present("partsCount", output.PartsCount),
    ...checksumOf(output),
    ...present("hiddenMetadata", output.MissingMeta === 0 ? undefined : output.MissingMeta),
    ...present("replicationStatus", output.ReplicationStatus),
    ...present("restore", output.Restore),
    ...present("archiveStatus", output.ArchiveStatus),
  };
}

const CHECKSUMS = [
  ["CRC32", "ChecksumCRC32"],
  ["CRC32C", "ChecksumCRC32C"],
  ["CRC64NVME", "ChecksumCRC64NVME"],
  ["SHA1", "ChecksumSHA1"],
  ["SHA256", "ChecksumSHA256"],
] as const;

function checksumOf(output: HeadObjectCommandOutput): Pick<HeadFacts, "checksumAlgorithm" | "checksumValue" | "checksumType"> {
  for (const [checksumAlgorithm, member] of CHECKSUMS) {
    const checksumValue = output[member];
    if (checksumValue !== undefined) return { checksumAlgorithm, checksumValue, ...present("checksumType", output.ChecksumType) };
  }
  return {};
}

/** The SDK's `Expires` is a Date: text that is none can only be sent by the lean calls. */
export function replacedInput(attributes: CopyRequest["replace"]): Partial<CopyObjectCommandInput> {
  if (attributes === undefined) return {};
  return {
    MetadataDirective: "REPLACE",
    Metadata: { ...attributes.metadata },
    ...present("ContentType", attributes.contentType),
    ...present("ContentEncoding", attributes.contentEncoding),
    ...present("ContentLanguage", attributes.contentLanguage),
    ...present("ContentDisposition", attributes.contentDisposition),
    ...present("CacheControl", attributes.cacheControl),
    ...present("Expires", attributes.expires === undefined ? undefined : new Date(attributes.expires)),
  };
}
