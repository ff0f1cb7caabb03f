// What copying one object has at hand, and what one try of it can come to.
import type { VersionId } from "@quitclaim/campaign";
import { COPY_SETTLE_BASE_MS, COPY_SETTLE_BYTES_PER_MS, COPY_SETTLE_MS_MAX } from "../limits.ts";
import type { AclRecords } from "./acl-record.ts";
import type { AnnotationRecords } from "./annotation-record.ts";
import type { BucketLockReader } from "./bucket-lock.ts";
import type { Intent } from "./intent.ts";
import type { Verdict } from "./outcome.ts";
import type { Send, Task } from "./task.ts";
import type { UploadRecords } from "./upload-record.ts";

export interface CopyTask extends Task {
  readonly intent: Intent;
  readonly uploads: UploadRecords;
  readonly annotations: AnnotationRecords;
  readonly acls: AclRecords;
  readonly bucketLock: Pick<BucketLockReader, "read">;
  /** Bytes that one CopyObject takes; what is larger goes in parts. */
  readonly copyBytesMax: number;
  /** A pause that a stop cuts short by throwing Stopped. */
  readonly pause: (ms: number) => Promise<void>;
}

export const isLarge = (task: CopyTask): boolean => task.row.size > task.copyBytesMax;

/** The copy is made; whether it is what it should be is still to be seen. */
export interface Copied {
  readonly kind: "copied";
  readonly newVersionId: VersionId | undefined;
  readonly attempts: number;
  /** The encryption context that S3 said it took, base64; absent: it said nothing of it. */
  readonly context?: string;
  readonly said: { readonly httpStatus: number; readonly requestId: string };
}

/** Nobody knows what came of it. The verdict is the one to give where no further look is allowed. */
export interface LookAgain {
  readonly kind: "look again";
  readonly attempts: number;
  readonly verdict: Verdict;
}

/** The uploading account; where a server has no ownership modes, the bucket owner, whom it let in first. */
export const copier = (task: Task): Send => (task.dialect === "rgw" ? task.owner : task.uploader);

/** How long a copy of this many bytes may still run at S3 after its answer was lost. */
export const settleMs = (bytes: number): number => Math.min(COPY_SETTLE_MS_MAX, COPY_SETTLE_BASE_MS + bytes / COPY_SETTLE_BYTES_PER_MS);
