/** A multipart upload in progress: everything the object will be, fixed when the upload was created, and the parts so far. */
import type { RequestedAcl } from "../acl/requested.ts";
import type { Content } from "./content.ts";
import type { CanonicalId, Checksum, ChecksumAlgorithm, Encryption, ObjectAttributes, ObjectLock, Tags } from "./object.ts";

export interface UploadedPart {
  readonly number: number;
  readonly content: Content;
  /** Hexadecimal MD5, without quotes. */
  readonly etag: string;
  readonly lastModified: number;
  readonly checksum: Checksum | undefined;
}

export interface MultipartUpload {
  readonly id: string;
  readonly key: string;
  /** Who created it; the object's writer, whoever completes it. */
  readonly initiator: { readonly canonicalId: CanonicalId; readonly arn: string; readonly accountId: string | undefined };
  readonly initiatedAt: number;
  /** The ACL asked for at creation; its canned name decides ownership under BucketOwnerPreferred. */
  readonly requested: RequestedAcl;
  /** Condition keys of the creating request that parts and completion are judged by too: `s3:x-amz-acl` and its like. */
  readonly context: ReadonlyMap<string, readonly string[]>;
  readonly attributes: ObjectAttributes;
  readonly storageClass: string;
  readonly encryption: Encryption;
  readonly tags: Tags;
  readonly lock: ObjectLock | undefined;
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: "FULL_OBJECT" | "COMPOSITE" | undefined;
  readonly parts: Map<number, UploadedPart>;
}
