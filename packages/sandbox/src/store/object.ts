/**
 * One version of one object, or one delete marker. A million of them fit in memory because what repeats (ACL, attributes,
 * encryption, tags) is shared: take those from the store's `intern` pools. `owner` is the owner as written; who owns it *now*
 * also depends on the bucket's mode (ownership/owner.ts).
 */
import type { Acl } from "../acl/acl.ts";
import type { Annotations } from "./annotation.ts";
import type { Content } from "./content.ts";

export type CanonicalId = string;
/** `null` is the null version's id, as on the wire. */
export type VersionId = string;

/** Headers that travel with an object. */
export interface ObjectAttributes {
  readonly contentType: string;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly cacheControl?: string | undefined;
  /** As sent; S3 does not read it. */
  readonly expires?: string | undefined;
  readonly websiteRedirect?: string | undefined;
  /** `x-amz-meta-*`, names in lower case without the prefix, values as on the wire. */
  readonly metadata: ReadonlyMap<string, string>;
}

export type Encryption =
  | { readonly kind: "NOT-SSE" }
  | { readonly kind: "SSE-S3" }
  | {
      readonly kind: "SSE-KMS" | "DSSE-KMS";
      readonly keyArn: string;
      /** base64 JSON as sent. */
      readonly context?: string | undefined;
      readonly bucketKey: boolean;
    }
  | { readonly kind: "SSE-C"; readonly keyMd5: string };

export type LockMode = "GOVERNANCE" | "COMPLIANCE";

export interface ObjectLock {
  readonly mode?: LockMode | undefined;
  /** Epoch milliseconds; set exactly when `mode` is. */
  readonly retainUntil?: number | undefined;
  /** undefined: never set. */
  readonly legalHold?: boolean | undefined;
}

export type ChecksumAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256";

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** base64; composite values end in `-<parts>`. */
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

/** A part of a completed multipart upload. */
export interface ObjectPart {
  readonly number: number;
  readonly size: number;
  readonly checksum?: Checksum | undefined;
}

export type Tags = ReadonlyMap<string, string>;

/** What a temporary restore of an archived object left: readable until then (epoch milliseconds). */
export interface Restore {
  readonly expiresAt: number;
}

export interface ObjectFields {
  readonly key: string;
  readonly versionId: VersionId;
  readonly owner: CanonicalId;
  readonly acl: Acl;
  readonly content: Content;
  /** Without quotes. */
  readonly etag: string;
  /** Epoch milliseconds; S3 shows whole seconds in headers. */
  readonly lastModified: number;
  readonly attributes: ObjectAttributes;
  readonly storageClass: string;
  /** INTELLIGENT_TIERING only: the archive tier that needs a restore. */
  readonly archiveTier?: "ARCHIVE_ACCESS" | "DEEP_ARCHIVE_ACCESS" | undefined;
  readonly encryption: Encryption;
  readonly tags: Tags;
  readonly checksum?: Checksum | undefined;
  readonly lock?: ObjectLock | undefined;
  readonly parts?: readonly ObjectPart[] | undefined;
  readonly replicationStatus?: string | undefined;
  readonly annotations?: Annotations | undefined;
}

export class ObjectVersion {
  readonly key: string;
  readonly versionId: VersionId;
  readonly owner: CanonicalId;
  readonly isDeleteMarker: boolean;
  readonly content: Content;
  readonly etag: string;
  readonly lastModified: number;
  readonly attributes: ObjectAttributes;
  readonly storageClass: string;
  readonly archiveTier: ObjectFields["archiveTier"];
  readonly checksum: Checksum | undefined;
  readonly parts: readonly ObjectPart[] | undefined;
  readonly replicationStatus: string | undefined;
  /** As stored; empty for a delete marker. */
  acl: Acl;
  encryption: Encryption;
  tags: Tags;
  lock: ObjectLock | undefined;
  restore: Restore | undefined;
  annotations: Annotations | undefined;
  /** The next older version of the same key. Kept by the key index; nobody else writes it. */
  older: ObjectVersion | undefined;

  constructor(fields: ObjectFields, isDeleteMarker = false) {
    this.key = fields.key;
    this.versionId = fields.versionId;
    this.owner = fields.owner;
    this.isDeleteMarker = isDeleteMarker;
    this.content = fields.content;
    this.etag = fields.etag;
    this.lastModified = fields.lastModified;
    this.attributes = fields.attributes;
    this.storageClass = fields.storageClass;
    this.archiveTier = fields.archiveTier;
    this.checksum = fields.checksum;
    this.parts = fields.parts;
    this.replicationStatus = fields.replicationStatus;
    this.acl = fields.acl;
    this.encryption = fields.encryption;
    this.tags = fields.tags;
    this.lock = fields.lock;
    this.restore = undefined;
    this.annotations = fields.annotations;
    this.older = undefined;
  }

  get size(): number {
    return this.content.size;
  }
}
