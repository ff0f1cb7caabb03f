// One object version that needs work: a row of the plan (design.md 3).
import type { CanonicalId, ObjectKey, VersionId } from "../identity.ts";

export const OPS = ["acl", "copy", "reencrypt"] as const;
export type Op = (typeof OPS)[number];

export interface PlanRow {
  readonly key: ObjectKey;
  /** null: the report has no versions; "null": the null version. */
  readonly versionId: VersionId | null;
  readonly isLatest: boolean;
  /** Bytes. */
  readonly size: number;
  /** As the inventory has it, unquoted; null where the report has no ETag. */
  readonly etag: string | null;
  /** Epoch milliseconds; null where the report has none. */
  readonly lastModified: number | null;
  /** "" where the report has none. */
  readonly storageClass: string;
  /** EncryptionStatus of the report (SSE-S3, SSE-KMS, DSSE-KMS, SSE-C, NOT-SSE); "" where it has none. */
  readonly encryption: string;
  readonly owner: CanonicalId;
  readonly op: Op;
  /**
   * The grants that must hold afterwards, the bucket owner's FULL_CONTROL among them, as formatGrants writes them;
   * null where the canned bucket-owner-full-control is exact.
   */
  readonly grants: string | null;
  /** The ACL before, as formatGrants writes it, for undo. null: unknown, so the worker reads the ACL before it merges. */
  readonly formerAcl: string | null;
}
