// campaign.yaml as the rooms see it: validated, with every default filled in (design.md 9). Nothing secret is ever in it.
import type { AccountId, CanonicalId } from "../identity.ts";
import type { Op } from "../plan/row.ts";

/** Where an account's (or the bucket owner's) credentials come from. Secrets are referred to, never written. */
export type CredentialSource =
  | { readonly kind: "role"; readonly roleArn: string /** Resolved from `from-env:NAME` when used. */; readonly externalId?: string }
  | { readonly kind: "profile"; readonly profile: string }
  /** The SDK's default chain. */
  | { readonly kind: "default" }
  /** Names of environment variables that hold keys, for accounts without roles and for S3-compatible servers. */
  | { readonly kind: "keys"; readonly accessKeyIdEnv: string; readonly secretAccessKeyEnv: string; readonly sessionTokenEnv?: string };

export interface AccountConfig {
  readonly id: AccountId;
  readonly name: string;
  readonly credentials: CredentialSource;
  /** Where given, `plan` needs no network for it; a worker still proves it before its first write. */
  readonly canonicalId?: CanonicalId;
}

export interface BucketConfig {
  readonly name: string;
  readonly owner: AccountId;
  readonly ownerCanonicalId?: CanonicalId;
  /** How the bucket owner's own calls are signed. */
  readonly credentials: CredentialSource;
  readonly region: string;
  readonly endpoint?: string;
  readonly stsEndpoint?: string;
  readonly forcePathStyle: boolean;
  /** Servers that know no AssumeRole, ownership controls or expected-bucket-owner (e.g. RADOS Gateway). */
  readonly dialect: "aws" | "rgw";
}

export type Action = Op | "hold" | "skip";

/** Conditions are and-ed; the members of a list are or-ed. */
export interface RuleCondition {
  readonly account?: readonly AccountId[];
  readonly prefix?: readonly string[];
  readonly glob?: readonly string[];
  readonly storageClass?: readonly string[];
  readonly encryption?: readonly string[];
  /** Bytes. */
  readonly largerThan?: number;
  readonly smallerThan?: number;
  /** Days, measured from the report's creation. */
  readonly olderThanDays?: number;
  readonly newerThanDays?: number;
  readonly latest?: boolean;
}

export interface Rule {
  readonly when: RuleCondition;
  readonly do: Action;
  /** Line in the campaign file, for explanations. */
  readonly line: number;
}

/** The KMS encryption context of the objects whose keys begin with `prefix`; {}: they have none. */
export interface ContextRule {
  readonly prefix: string;
  readonly context: Readonly<Record<string, string>>;
}

/** Dollars of one storage class; what is left out is the built-in table's. */
export interface ClassPrices {
  /** PUT, COPY, POST, LIST, PutObjectAcl. */
  readonly putPer1000?: number;
  /** GET, HEAD and all others. */
  readonly getPer1000?: number;
  readonly retrievalPerGb?: number;
  readonly storagePerGbMonth?: number;
}

/** What the forecast reckons with instead of the built-in prices; what is left out is the built-in table's. */
export interface PriceSettings {
  /** For people: when, and of which Region. */
  readonly asOf: string;
  readonly storageClasses?: Readonly<Record<string, ClassPrices>>;
  readonly kmsPer10000?: number;
  readonly cloudTrailPer100000?: number;
  readonly batchOperationsPerJob?: number;
  readonly batchOperationsPerMillion?: number;
}

export interface CampaignConfig {
  /** The file it came from, absolute. */
  readonly file: string;
  readonly campaign: string;
  readonly bucket: BucketConfig;
  readonly inventory: {
    readonly manifest: string /** Folder that stands for the root of the inventory's destination bucket. */;
    readonly root?: string;
  };
  readonly accounts: readonly AccountConfig[];
  readonly actions: {
    readonly default: Action;
    readonly thirdPartyGrants: "keep" | "drop" | "hold";
    readonly rules: readonly Rule[] /** Key of the bucket owner for `reencrypt` and `copy`. */;
    readonly kmsKey?: string;
    /** What becomes of an object that S3 does not re-encrypt: a copy under the same key, or (absent too) a failure that says so. */
    readonly reencryptFallback?: "copy" | "hold";
    /** Which encryption contexts copies have, the first matching entry first; absent: nobody said whether they are in use. */
    readonly encryptionContext?: readonly ContextRule[];
  };
  readonly limits: {
    readonly requestsPerSecond: number;
    readonly batchRows: number;
    readonly inventoryAgeHours: number;
    /** Worker processes that `run` starts. */
    readonly processes: number;
    /** S3 requests in flight in one process. */
    readonly concurrency: number;
  };
  /** Only the forecast depends on them. */
  readonly prices?: PriceSettings;
  /** Absolute folder, or s3://bucket/prefix. */
  readonly store: string;
  /** "embedded", or a redis:// or rediss:// URL (with `from-env:NAME` resolved). */
  readonly redis: string;
}
