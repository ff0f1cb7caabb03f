// The calls of a copy in parts, as the worker sees them: same answers and refusals as the hot calls, one attempt per call.
import type { Answer, CopyRequest, ObjectAddress, ObjectAttributes, Tag } from "./object-calls.ts";

/** Fixes all that the object will be except its bytes: a copy in parts carries nothing over (domain.md 4.5). */
export interface UploadRequest
  extends Pick<CopyRequest, "acl" | "storageClass" | "encryption" | "lock" | "websiteRedirect" | "checksumAlgorithm"> {
  readonly destination: ObjectAddress;
  readonly attributes: ObjectAttributes;
  readonly tags: readonly Tag[];
  /** Only where the algorithm allows a choice (CRC32, CRC32C); absent: S3's own choice. */
  readonly checksumType?: "FULL_OBJECT" | "COMPOSITE";
}

export interface PartRequest {
  readonly source: ObjectAddress;
  /** Pins the bytes of every part. */
  readonly sourceIfMatch: string;
  readonly destination: ObjectAddress;
  readonly uploadId: string;
  /** From 1. */
  readonly number: number;
  /** Bytes, both included. */
  readonly first: number;
  readonly last: number;
}

/** A part that S3 has: its number, ETag, and where the upload has an algorithm, its checksum in S3's own element name. */
export interface CopiedPart {
  readonly number: number;
  readonly etag: string;
  /** `ChecksumSHA256` and the like, as S3 told it and as the completion must repeat it. */
  readonly checksum?: { readonly element: string; readonly value: string };
}

export interface ListedPart extends CopiedPart {
  readonly size: number;
}

export interface CompletionRequest {
  readonly destination: ObjectAddress;
  readonly uploadId: string;
  /** In ascending order. */
  readonly parts: readonly CopiedPart[];
  /** Pins what is replaced: the current version's ETag. */
  readonly destinationIfMatch?: string;
  /** Bytes of the whole object: S3 refuses a completion that comes to another size. */
  readonly size: number;
}

export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
  /** Who began it: an ARN for a role session or a user, a canonical ID for an account's own keys. */
  readonly initiator: string;
  /** Epoch milliseconds. */
  readonly initiated: number;
}

/** What copies need beside the hot calls. Bound to one signer, like ObjectCalls. `uploadId`s are S3's. */
export interface MultipartCalls {
  /** Size of one part of an object that was uploaded in parts, and how many there are (undefined: it was not). */
  headPart(address: ObjectAddress, number: number, signal?: AbortSignal): Promise<Answer<{ size: number; partsCount: number | undefined }>>;
  getObjectTags(address: ObjectAddress, signal?: AbortSignal): Promise<Answer<readonly Tag[]>>;
  /** Object Lock, which HEAD leaves out for whoever may not read it. An object without one is refused, as NoSuchObjectLockConfiguration. */
  getRetention(address: ObjectAddress, signal?: AbortSignal): Promise<Answer<{ mode: string; retainUntil: string }>>;
  getLegalHold(address: ObjectAddress, signal?: AbortSignal): Promise<Answer<"ON" | "OFF">>;
  /** `context`: the encryption context that S3 says it took, base64; undefined: none. */
  createUpload(request: UploadRequest, signal?: AbortSignal): Promise<Answer<{ uploadId: string; context?: string }>>;
  copyPart(request: PartRequest, signal?: AbortSignal): Promise<Answer<CopiedPart>>;
  /** One page, up to 1,000 parts above `after`; `next` is the marker of the page behind it. */
  listParts(
    address: ObjectAddress,
    uploadId: string,
    after: number,
    signal?: AbortSignal,
  ): Promise<Answer<{ parts: readonly ListedPart[]; next: number | undefined }>>;
  completeUpload(request: CompletionRequest, signal?: AbortSignal): Promise<Answer<{ versionId?: string }>>;
  abortUpload(address: ObjectAddress, uploadId: string, signal?: AbortSignal): Promise<Answer<void>>;
  /** Uploads in progress to exactly this key, up to 1,000. */
  listUploads(address: ObjectAddress, signal?: AbortSignal): Promise<Answer<readonly OpenUpload[]>>;
}
