// The hot calls on one object, as the worker sees them: one interface, with a lean implementation and an SDK one behind it.
// Every answer is data; these methods throw only for a bug.

export interface ObjectAddress {
  readonly bucket: string;
  /** Raw UTF-8; encoded exactly once by the implementation. */
  readonly key: string;
  readonly versionId?: string;
}

export interface AclGrant {
  readonly grantee: { readonly id: string } | { readonly uri: string };
  readonly permission: "FULL_CONTROL" | "READ" | "WRITE" | "READ_ACP" | "WRITE_ACP";
}
export interface AccessControlList {
  readonly ownerId: string;
  readonly grants: readonly AclGrant[];
}

/** What HeadObject tells, with every attribute that a faithful copy must restate (domain.md 4.2). Absent members were absent. */
export interface HeadFacts {
  readonly etag: string;
  readonly size: number;
  /** Epoch milliseconds. */
  readonly lastModified: number;
  readonly versionId?: string;
  /** "STANDARD" where the header is absent. */
  readonly storageClass: string;
  readonly encryption?: {
    readonly algorithm: "AES256" | "aws:kms" | "aws:kms:dsse";
    readonly kmsKeyId?: string;
    readonly bucketKey: boolean;
  };
  readonly sseCustomerAlgorithm?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly contentDisposition?: string;
  readonly cacheControl?: string;
  /** As sent, never parsed. */
  readonly expires?: string;
  readonly websiteRedirect?: string;
  readonly tagCount: number;
  readonly lock?: { readonly mode?: string; readonly retainUntil?: string; readonly legalHold?: "ON" | "OFF" };
  readonly partsCount?: number;
  readonly checksumAlgorithm?: string;
  /** base64; of a COMPOSITE one, followed by `-<parts>`. */
  readonly checksumValue?: string;
  readonly checksumType?: "FULL_OBJECT" | "COMPOSITE";
  /** User metadata that S3 has and HTTP cannot tell: how many (set through SOAP, domain.md 4.2). Absent: none. */
  readonly hiddenMetadata?: number;
  readonly replicationStatus?: string;
  readonly restore?: string;
  readonly archiveStatus?: string;
}

/** What a write says of the object that is to be, apart from its bytes and its keeper: the fields that a REPLACE or a multipart copy restates. */
export type ObjectAttributes = Pick<
  HeadFacts,
  "metadata" | "contentType" | "contentEncoding" | "contentLanguage" | "contentDisposition" | "cacheControl" | "expires"
>;

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface CopyRequest {
  readonly source: ObjectAddress;
  readonly destination: ObjectAddress;
  /** Pins the bytes that are copied. */
  readonly sourceIfMatch: string;
  /** Pins what is replaced: the current version's ETag. */
  readonly destinationIfMatch?: string;
  /** Restated because S3 does not carry them over. */
  readonly storageClass: string;
  readonly encryption?: {
    readonly algorithm: "AES256" | "aws:kms" | "aws:kms:dsse";
    readonly kmsKeyId?: string;
    readonly bucketKey?: boolean;
    /** base64 of a JSON object of strings. */
    readonly context?: string;
  };
  readonly websiteRedirect?: string;
  readonly lock?: HeadFacts["lock"];
  readonly checksumAlgorithm?: string;
  readonly acl: "bucket-owner-full-control";
  /** Sent with the REPLACE directive, which takes nothing from the source; absent: S3 carries them over. */
  readonly replace?: ObjectAttributes;
}

/** What a refusal means for the worker; the one table is in classify.ts (design.md 6). */
export type RefusalKind =
  | "throttled" /* slower, same attempt */
  | "transient" /* 5xx, reset, timeout, 409: backoff with jitter, few attempts */
  | "expired" /* refresh the session, same attempt */
  | "denied" /* counts towards the breaker */
  | "gone" /* NoSuchKey, NoSuchVersion, delete marker: vanished */
  | "precondition" /* 412: changed */
  | "enforced" /* AccessControlListNotSupported: the bucket is switched already, stop as done */
  | "archived" /* must be restored first */
  | "failed"; /* anything else, with its code */

export interface Refusal {
  readonly ok: false;
  readonly kind: RefusalKind;
  /** S3's code; for HEAD and for answers that never came, a word of ours: `Http403`, `ConnectionReset`, `Timeout`. */
  readonly code: string;
  readonly message: string;
  /** 0 where no answer was had. */
  readonly httpStatus: number;
  readonly requestId: string;
  /** The request may have taken effect although no answer was had. */
  readonly unknownOutcome: boolean;
}
export interface Success<T> {
  readonly ok: true;
  readonly value: T;
  readonly httpStatus: number;
  readonly requestId: string;
}
export type Answer<T> = Success<T> | Refusal;

/** Bound to one signer (one account's session) and one expected bucket owner. One attempt per call: retrying is the worker's. */
export interface ObjectCalls {
  putObjectAcl(address: ObjectAddress, acl: "bucket-owner-full-control" | AccessControlList, signal?: AbortSignal): Promise<Answer<void>>;
  getObjectAcl(address: ObjectAddress, signal?: AbortSignal): Promise<Answer<AccessControlList>>;
  headObject(address: ObjectAddress, signal?: AbortSignal): Promise<Answer<HeadFacts>>;
  /** `context`: the encryption context that S3 says it took, base64; undefined: none. */
  copyObject(
    request: CopyRequest,
    signal?: AbortSignal,
  ): Promise<Answer<{ etag: string; versionId?: string; lastModified: number; context?: string }>>;
  updateObjectEncryption(
    address: ObjectAddress,
    to: { kmsKeyArn: string; bucketKey: boolean },
    signal?: AbortSignal,
  ): Promise<Answer<void>>;
}
