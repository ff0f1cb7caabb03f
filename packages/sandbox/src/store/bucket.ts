/**
 * A bucket: who owns it, its settings, its versions and its unfinished uploads. Holds state and answers questions about it;
 * who may change what is decided elsewhere (authorize.ts, ownership/).
 */
import { type Acl, userGrant } from "../acl/acl.ts";
import type { PolicyDocument } from "../iam/document.ts";
import { KeyIndex } from "./key-index.ts";
import type { MultipartUpload } from "./multipart.ts";
import type { CanonicalId, LockMode, ObjectVersion, VersionId } from "./object.ts";

export type ObjectOwnership = "BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter";
export const ownershipModes: readonly ObjectOwnership[] = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"];

export interface PublicAccessBlock {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
}

export const everythingBlocked: PublicAccessBlock = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
};

export interface BucketPolicy {
  /** As given, returned byte for byte. */
  readonly text: string;
  readonly document: PolicyDocument;
  readonly isPublic: boolean;
}

export interface DefaultEncryption {
  readonly kind: "SSE-S3" | "SSE-KMS" | "DSSE-KMS";
  /** As configured: ARN, id or alias; absent: the AWS managed key of whoever writes. */
  readonly keyId?: string | undefined;
  readonly bucketKey: boolean;
  /** Writes with customer-provided keys are refused (the default of new buckets since April 2026). */
  readonly blocksCustomerKeys: boolean;
}

export interface DefaultRetention {
  readonly mode: LockMode;
  readonly days?: number | undefined;
  readonly years?: number | undefined;
}

/** Present: Object Lock is enabled on the bucket. */
export interface BucketLock {
  readonly defaultRetention?: DefaultRetention | undefined;
}

export interface BucketFields {
  readonly name: string;
  readonly owner: CanonicalId;
  readonly accountId: string;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly versioning?: "Enabled" | "Suspended" | undefined;
  /** undefined: no ownership controls set, which behaves as ObjectWriter. */
  readonly ownership?: ObjectOwnership | undefined;
  /** Default: private. */
  readonly acl?: Acl | undefined;
  readonly publicAccessBlock?: PublicAccessBlock | undefined;
  readonly lock?: BucketLock | undefined;
  readonly blocksCustomerKeys?: boolean | undefined;
}

export class Bucket {
  readonly name: string;
  readonly owner: CanonicalId;
  readonly accountId: string;
  readonly region: string;
  readonly createdAt: number;
  /** `arn:aws:s3:::<name>` */
  readonly arn: string;
  readonly versions = new KeyIndex();
  /** By upload id. */
  readonly uploads = new Map<string, MultipartUpload>();
  /** Sub-resources stored as given: `cors`, `lifecycle`, `inventory:<id>` … -> XML. */
  readonly configurations = new Map<string, string>();
  versioning: "Enabled" | "Suspended" | undefined;
  ownership: ObjectOwnership | undefined;
  /** As stored, also while ACLs are disabled. */
  acl: Acl;
  policy: BucketPolicy | undefined;
  publicAccessBlock: PublicAccessBlock | undefined;
  encryption: DefaultEncryption;
  lock: BucketLock | undefined;

  constructor(fields: BucketFields) {
    this.name = fields.name;
    this.owner = fields.owner;
    this.accountId = fields.accountId;
    this.region = fields.region;
    this.createdAt = fields.createdAt;
    this.arn = `arn:aws:s3:::${fields.name}`;
    this.versioning = fields.lock === undefined ? fields.versioning : "Enabled";
    this.ownership = fields.ownership;
    this.acl = fields.acl ?? [userGrant(fields.owner, "FULL_CONTROL")];
    this.policy = undefined;
    this.publicAccessBlock = fields.publicAccessBlock;
    this.encryption = { kind: "SSE-S3", bucketKey: false, blocksCustomerKeys: fields.blocksCustomerKeys ?? false };
    this.lock = fields.lock;
  }

  get enforced(): boolean {
    return this.ownership === "BucketOwnerEnforced";
  }

  /** Puts a version (or delete marker) on top of its key; a null version replaces the former null version. */
  insert(version: ObjectVersion): void {
    this.versions.insert(version);
  }

  /** The current version or delete marker of a key, or the version asked for. */
  find(key: string, versionId: VersionId | undefined): ObjectVersion | undefined {
    return versionId === undefined ? this.versions.newest(key) : this.versions.find(key, versionId);
  }

  remove(key: string, versionId: VersionId): ObjectVersion | undefined {
    return this.versions.remove(key, versionId);
  }
}
