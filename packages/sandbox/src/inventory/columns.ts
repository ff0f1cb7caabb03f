/**
 * The columns of an inventory report, in the order of the documented schema, and what each holds for one version. One table
 * for both formats, so that they cannot tell different stories.
 */
import type { Bucket } from "../store/bucket.ts";
import type { ObjectVersion } from "../store/object.ts";
import { aclDocument } from "./acl-document.ts";

/** One row: a version or delete marker. */
export interface InventoryEntry {
  readonly bucket: string;
  readonly version: ObjectVersion;
  readonly isLatest: boolean;
}

interface ColumnNames {
  /** Name in the CSV report's fileSchema. */
  readonly csv: string;
  /** Name in the Parquet schema. */
  readonly parquet: string;
  readonly required?: boolean;
}

/** Values are undefined where the report has none: an empty cell in CSV, a null in Parquet. Times are epoch milliseconds. */
export type InventoryColumn = ColumnNames &
  (
    | { readonly kind: "key" | "text"; readonly value: (entry: InventoryEntry) => string | undefined }
    | { readonly kind: "boolean"; readonly value: (entry: InventoryEntry) => boolean }
    | { readonly kind: "integer" | "time"; readonly value: (entry: InventoryEntry) => number | undefined }
  );

/** A delete marker has a key, a version and a date, and none of what follows. */
function ofObject<T>(read: (version: ObjectVersion) => T | undefined): (entry: InventoryEntry) => T | undefined {
  return ({ version }) => (version.isDeleteMarker ? undefined : read(version));
}

const tiers = { ARCHIVE_ACCESS: "ARCHIVE", DEEP_ARCHIVE_ACCESS: "DEEP_ARCHIVE" } as const;

export const inventoryColumns: readonly InventoryColumn[] = [
  { csv: "Bucket", parquet: "bucket", kind: "text", required: true, value: ({ bucket }) => bucket },
  { csv: "Key", parquet: "key", kind: "key", required: true, value: ({ version }) => version.key },
  {
    csv: "VersionId",
    parquet: "version_id",
    kind: "text",
    // A null version has an empty VersionId (S3 User Guide, inventory-configure-bops).
    value: ({ version }) => (version.versionId === "null" ? undefined : version.versionId),
  },
  { csv: "IsLatest", parquet: "is_latest", kind: "boolean", value: ({ isLatest }) => isLatest },
  { csv: "IsDeleteMarker", parquet: "is_delete_marker", kind: "boolean", value: ({ version }) => version.isDeleteMarker },
  { csv: "Size", parquet: "size", kind: "integer", value: ofObject((version) => version.size) },
  { csv: "LastModifiedDate", parquet: "last_modified_date", kind: "time", value: ({ version }) => version.lastModified },
  { csv: "ETag", parquet: "e_tag", kind: "text", value: ofObject((version) => version.etag) },
  { csv: "StorageClass", parquet: "storage_class", kind: "text", value: ofObject((version) => version.storageClass) },
  {
    csv: "IsMultipartUploaded",
    parquet: "is_multipart_uploaded",
    kind: "boolean",
    value: ({ version }) => version.etag.includes("-"),
  },
  { csv: "ReplicationStatus", parquet: "replication_status", kind: "text", value: ofObject((version) => version.replicationStatus) },
  { csv: "EncryptionStatus", parquet: "encryption_status", kind: "text", value: ofObject((version) => version.encryption.kind) },
  {
    csv: "ObjectLockRetainUntilDate",
    parquet: "object_lock_retain_until_date",
    kind: "time",
    value: ofObject((version) => version.lock?.retainUntil),
  },
  { csv: "ObjectLockMode", parquet: "object_lock_mode", kind: "text", value: ofObject((version) => version.lock?.mode) },
  {
    csv: "ObjectLockLegalHoldStatus",
    parquet: "object_lock_legal_hold_status",
    kind: "text",
    value: ofObject(({ lock }) => (lock?.legalHold === undefined ? undefined : lock.legalHold ? "On" : "Off")),
  },
  {
    csv: "IntelligentTieringAccessTier",
    parquet: "intelligent_tiering_access_tier",
    kind: "text",
    value: ofObject(({ storageClass, archiveTier }) =>
      storageClass !== "INTELLIGENT_TIERING" ? undefined : archiveTier === undefined ? "FREQUENT" : tiers[archiveTier],
    ),
  },
  {
    csv: "BucketKeyStatus",
    parquet: "bucket_key_status",
    kind: "text",
    value: ofObject(({ encryption }) => ("bucketKey" in encryption && encryption.bucketKey ? "ENABLED" : "DISABLED")),
  },
  { csv: "ChecksumAlgorithm", parquet: "checksum_algorithm", kind: "text", value: ofObject((version) => version.checksum?.algorithm) },
  {
    csv: "ObjectAccessControlList",
    parquet: "object_access_control_list",
    kind: "text",
    value: ofObject((version) => aclDocument(version.acl)),
  },
  { csv: "ObjectOwner", parquet: "object_owner", kind: "text", value: ofObject((version) => version.owner) },
];

/** Every version and delete marker of a bucket, keys in byte order, newest version first. */
export function* inventoryEntries(bucket: Bucket): Generator<InventoryEntry> {
  for (const newest of bucket.versions.newestFrom("", false)) {
    let version: ObjectVersion | undefined = newest;
    let isLatest = true;
    while (version !== undefined) {
      yield { bucket: bucket.name, version, isLatest };
      version = version.older;
      isLatest = false;
    }
  }
}
