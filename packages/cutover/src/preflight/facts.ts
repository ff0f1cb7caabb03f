// Everything that preflight looks at, gathered once; the findings are pure functions of it.
import type { AccountId, CanonicalId, PlanSummary } from "@quitclaim/campaign";
import type { BucketAcl } from "../bucket/acl.ts";
import type { OwnershipMode } from "../bucket/ownership.ts";
import type { PublicAccess } from "../bucket/public-access.ts";
import type { FenceRecord } from "../fence/record.ts";
import { type Statement, statementsOf } from "../policy/document.ts";
import type { CallRefused } from "../refusal.ts";
import type { AccountTotals } from "../sample/totals.ts";
import type { AclUse } from "./access-logs/use.ts";

/** A setting, or why it could not be read. */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refused: CallRefused };

export interface KnownAccount {
  readonly id: AccountId;
  readonly name: string;
  readonly canonicalId: CanonicalId;
  /** Objects of its own in the bucket, by the plan. */
  readonly objects: number;
}

export interface BucketSettings {
  readonly ownership: Reading<OwnershipMode>;
  readonly acl: Reading<BucketAcl>;
  /** Verbatim; null: none. */
  readonly policy: Reading<string | null>;
  readonly publicAccess: Reading<PublicAccess | null>;
  readonly versioning: Reading<"Enabled" | "Suspended" | "never">;
  /** IDs of the rules that are enabled. */
  readonly replication: Reading<readonly string[]>;
  /** What is told of ObjectCreated events, by destination. */
  readonly notifications: Reading<readonly string[]>;
  readonly lifecycle: Reading<readonly string[]>;
  readonly uploads: Reading<UploadsSeen>;
}

export interface UploadsSeen {
  readonly pending: number;
  /** Of those, begun by somebody whose canonical ID is not the bucket owner's. */
  readonly foreign: number;
  readonly examples: readonly string[];
  /** There are more than were listed. */
  readonly more: boolean;
}

/** Versions newer than the inventory report that others own, in a bounded sample of the bucket. */
export interface ArrivalsSeen {
  readonly looked: number;
  /** The sample was the whole bucket. */
  readonly whole: boolean;
  readonly arrived: number;
  readonly owners: Readonly<Record<string, number>>;
  readonly examples: readonly string[];
}

/** Whose keys the objects of a sample are encrypted with, as the bucket owner's HEAD tells. */
export interface KmsSeen {
  /** Rows of the plan under SSE-KMS or DSSE-KMS that were looked at. */
  readonly looked: number;
  readonly ownKey: number;
  /** HEAD was refused, so the key is not known. */
  readonly hidden: number;
  readonly foreign: readonly { readonly keyAccount: string; readonly key: string; readonly objects: number; readonly example: string }[];
}

/** Buckets of the same owner that deliver their server access logs into this one. */
export interface LogSources {
  readonly looked: number;
  readonly buckets: readonly string[];
  /** Why fewer were looked at than there are; empty where all were. */
  readonly limits: string;
}

/** Grants of one kind to one third party, and where the objects lie: a row of grants/third-party.json. */
export interface GrantRow {
  /** Canonical ID or group URI. */
  readonly grantee: string;
  readonly permission: string;
  readonly objects: number;
  /** Objects by first path part with its slash ("" for keys without one); null where there are too many to tell. */
  readonly prefixes: Readonly<Record<string, number>> | null;
  /** Every key; null where there are too many to tell. */
  readonly keys: readonly string[] | null;
}

export interface Facts {
  readonly bucket: string;
  readonly region: string;
  readonly ownerAccountId: AccountId;
  readonly ownerCanonicalId: CanonicalId;
  readonly dialect: "aws" | "rgw";
  /** Epoch milliseconds. */
  readonly at: number;
  readonly inventoryAgeHours: number;
  readonly accounts: readonly KnownAccount[];
  readonly plan: PlanSummary | undefined;
  readonly totals: readonly AccountTotals[];
  readonly fence: FenceRecord | undefined;
  /** quitclaim's own journal says that it switched this bucket. */
  readonly switched: boolean;
  /** Third-party grants by the plan. */
  readonly grants: readonly GrantRow[];
  /** grants/bucket-policy.json: what would replace the third-party grants. */
  readonly grantStatements: readonly Statement[];
  readonly settings: BucketSettings;
  readonly arrivals: Reading<ArrivalsSeen> | undefined;
  readonly kms: KmsSeen;
  /** no: planned rows have no versions. unknown: nothing is planned. */
  readonly reportHasVersions: "yes" | "no" | "unknown";
  readonly logSources: Reading<LogSources>;
  /** undefined: no folder of logs was given. */
  readonly aclUse: AclUse | undefined;
}

/** The value, or `otherwise` where it could not be read: one finding of its own tells of everything that was not. */
export const valueOr = <T, O>(reading: Reading<T>, otherwise: O): T | O => (reading.ok ? reading.value : otherwise);

/** ACLs are disabled: what S3 shows of them is not what is stored. */
export const enforced = (facts: Facts): boolean => valueOr(facts.settings.ownership, undefined) === "BucketOwnerEnforced";

/** None where the policy could not be read. */
export const policyStatements = (facts: Facts): readonly Statement[] =>
  statementsOf(valueOr(facts.settings.policy, null), `the policy of bucket ${facts.bucket}`);
