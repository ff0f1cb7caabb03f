// Whether the bucket has Object Lock: only then HEAD may leave out a lock that a copy has to restate (object-lock.ts).
import { GetObjectLockConfigurationCommand } from "@aws-sdk/client-s3";
import { type S3Target, type Session, s3Client } from "@quitclaim/aws";
import type { AccountId } from "@quitclaim/campaign";
import { BUCKET_LOCK_FRESH_MS } from "../limits.ts";
import { freshSetting } from "./bucket-setting.ts";

/** unknown: the bucket owner may not ask (s3:GetBucketObjectLockConfiguration). */
export type BucketLock = "enabled" | "none" | "unknown";

export interface BucketLockReader {
  /** At most BUCKET_LOCK_FRESH_MS old; first asked where a copy needs it. Throws TryLater where S3 does not answer, PauseAccount where it never will. */
  read(): Promise<BucketLock>;
  close(): void;
}

export function bucketLockReader(
  session: Session,
  target: S3Target,
  bucket: { readonly name: string; readonly owner: AccountId; readonly dialect: "aws" | "rgw" },
): BucketLockReader {
  const client = s3Client(session, target);
  const expected = bucket.dialect === "aws" ? { ExpectedBucketOwner: bucket.owner } : {};

  async function ask(): Promise<BucketLock> {
    try {
      const answer = await client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket.name, ...expected }));
      return answer.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled" ? "enabled" : "none";
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (/^(ObjectLockConfigurationNotFoundError|NotImplemented|MethodNotAllowed)$/.test(error.name)) return "none";
      if (error.name === "AccessDenied") return "unknown";
      throw error;
    }
  }

  return {
    read: freshSetting(session, "The bucket's Object Lock", BUCKET_LOCK_FRESH_MS, ask),
    close: () => client.destroy(),
  };
}
