// plan.json: what the planner found and decided, and the conservation law that every reader of it checks.
import type { AccountId, CanonicalId } from "../identity.ts";
import type { Op } from "./row.ts";

/** Why an object waits for a person instead of a worker (design.md 9). */
export const HELD_REASONS = [
  "unmapped-owner",
  "anonymous-owner",
  "owner-unavailable",
  "grants-full",
  "acl-unreadable",
  "sse-c",
  "archived",
  "object-locked",
  "noncurrent",
  "third-party-grants",
  "by-rule",
] as const;
export type HeldReason = (typeof HELD_REASONS)[number];

/** Counts of inventory rows; `bytes` is the size of all of them. */
export interface PlanCounts {
  rows: number;
  ownedByBucketOwner: number;
  deleteMarkers: number;
  /** A mapped foreign owner, and the bucket owner's FULL_CONTROL is in effect already. */
  alreadyGranted: number;
  /** Rules that say `skip` leave objects as they are: neither worked on nor waiting for a person. */
  skipped: number;
  planned: Partial<Record<Op, number>>;
  held: Partial<Record<HeldReason, number>>;
  bytes: number;
  plannedBytes: number;
}

export interface PlanAccount extends PlanCounts {
  canonicalId: CanonicalId;
  name: string;
  parts: number;
  batches: number;
}

export interface Provenance {
  /** Where the manifest was read: a path or s3:// URL. */
  manifest: string;
  manifestMd5: string;
  sourceBucket: string;
  fileFormat: "CSV" | "Parquet" | "ORC";
  /** When S3 began the scan: ISO 8601. */
  reportCreated: string;
  files: { key: string; size: number; md5: string; rows: number }[];
  plannedAt: string;
  /** Of the report when the plan was made. */
  ageHours: number;
  /** Columns that the report does without, by S3's names; absent where it has all that planning looks at. */
  columnsAbsent?: string[];
}

export interface ThirdPartyGrantee {
  /** Canonical ID or group URI. */
  grantee: string;
  permission: string;
  objects: number;
  bytes: number;
}

/** What copies in place bring with them besides their requests (domain.md 4.8). Dollars are us-east-1's. */
export interface CopyForecast {
  objects: number;
  bytes: number;
  /** Reading cold classes; part of the forecast's dollars. */
  retrievalDollars: number;
  /** Where versioning is on or suspended: a month of the former versions, until they expire. Not part of the forecast's dollars. */
  formerVersionsDollarsPerMonth: number;
  /** Where it never was: what is left of minimum storage durations when the originals are overwritten. Not part of the forecast's dollars. */
  early: { objects: number; dollars: number };
  /** Notifications: s3:ObjectCreated:Copy, and :CompleteMultipartUpload for copies in parts. */
  events: { copy: number; completeMultipartUpload: number };
}

export interface Forecast {
  requests: Record<string, number>;
  /** Requests and retrieval. */
  dollars: number;
  /** The same by request, and `retrieval` where copies read cold classes. Plans of the first version have none. */
  dollarsByOperation?: Record<string, number>;
  /** What is set off beside S3's own requests; not part of the forecast's dollars. Plans of the first version have none. */
  besides?: {
    /** Objects under SSE-KMS or DSSE-KMS that are rewritten; requests to KMS without an S3 Bucket Key, with one there are next to none. */
    kms?: { objects: number; requests: number; dollars: number };
    /** Where a trail logs data events of the bucket: one for each request, on each such trail. */
    cloudTrail: { events: number; dollars: number };
  };
  /** At limits.requestsPerSecond. */
  hours: number;
  /** Without those that it cannot copy. */
  batchOperationsDollars: number;
  /** Planned copies larger than 5 GB, which S3 Batch Operations refuses; absent where there are none. */
  batchOperationsCannotCopy?: number;
  /** At the rate that S3 documents for one partitioned prefix. Plans of the first version have none. */
  hoursAtDocumentedRate?: number;
  /** When the prices were looked up. */
  pricesDated?: string;
  /** Only where copies are planned. */
  copies?: CopyForecast;
  /** Planned objects whose ACL the report does not tell; absent where there are none. */
  aclsUnknown?: number;
}

export interface PlanSummary extends PlanCounts {
  version: 1;
  campaign: string;
  bucket: string;
  bucketOwner: CanonicalId;
  /** Objects for which the switch to BucketOwnerEnforced is all that is needed (domain.md 0.1): foreign, readable encryption, no third-party grant. */
  switchAlone: number;
  thirdPartyGrantees: ThirdPartyGrantee[];
  /**
   * Objects, whatever becomes of them, whose ACL the report does not tell, or not so that it can be understood: whether others have access by it, nobody knows.
   * Absent where there are none.
   */
  grantsUnknown?: { objects: number; ownedByBucketOwner: number };
  accounts: Record<AccountId, PlanAccount>;
  /** Foreign owners that no account claims: canonical ID, rows, bytes. */
  unmappedOwners: { owner: string; rows: number; bytes: number }[];
  forecast: Forecast;
  provenance: Provenance;
}

export const emptyCounts = (): PlanCounts => ({
  rows: 0,
  ownedByBucketOwner: 0,
  deleteMarkers: 0,
  alreadyGranted: 0,
  skipped: 0,
  planned: {},
  held: {},
  bytes: 0,
  plannedBytes: 0,
});

export const sum = (counts: Partial<Record<string, number>>): number => Object.values(counts).reduce<number>((a, n) => a + (n ?? 0), 0);

/** rows = owned by the bucket owner + delete markers + already granted + skipped + planned + held; throws with the figures where it does not hold. */
export function assertPlanConserved(counts: PlanCounts, what: string): void {
  const told =
    counts.ownedByBucketOwner + counts.deleteMarkers + counts.alreadyGranted + counts.skipped + sum(counts.planned) + sum(counts.held);
  if (told === counts.rows) return;
  throw new Error(
    `${what}: ${counts.rows} rows were read but ${told} accounted for (own ${counts.ownedByBucketOwner}, delete markers ${counts.deleteMarkers}, ` +
      `already granted ${counts.alreadyGranted}, skipped ${counts.skipped}, planned ${sum(counts.planned)}, held ${sum(counts.held)}). The plan cannot be trusted.`,
  );
}
