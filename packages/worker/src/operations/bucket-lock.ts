// Whether the bucket has Object Lock: only then HEAD may leave out a lock that a copy has to restate (object-lock.ts).
import { GetObjectLockConfigurationCommand } from "@aws-sdk/client-s3";
import { type S3Target, type Session, SessionError, s3Client } from "@quitclaim/aws";
import type { AccountId } from "@quitclaim/campaign";
import { TryLater } from "../halt.ts";
import { BUCKET_LOCK_FRESH_MS } from "../limits.ts";

/** unknown: the bucket owner may not ask (s3:GetBucketObjectLockConfiguration). */
export type BucketLock = "enabled" | "none" | "unknown";

export interface BucketLockReader {
  /** At most BUCKET_LOCK_FRESH_MS old; first asked where a copy needs it. Throws TryLater where S3 does not answer. */
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
  let read: Promise<BucketLock> | undefined;
  let readAt = 0;

  async function ask(): Promise<BucketLock> {
    try {
      const answer = await client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket.name, ...expected }));
      return answer.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled" ? "enabled" : "none";
    } catch (error) {
      if (error instanceof SessionError || !(error instanceof Error)) throw error;
      if (/^(ObjectLockConfigurationNotFoundError|NotImplemented|MethodNotAllowed)$/.test(error.name)) return "none";
      if (error.name === "AccessDenied") return "unknown";
      throw new TryLater(`the bucket's Object Lock cannot be read (${error.name}: ${error.message})`, { cause: error });
    }
  }

  return {
    read() {
      if (read === undefined || Date.now() - readAt > BUCKET_LOCK_FRESH_MS) {
        readAt = Date.now();
        const asked = ask();
        read = asked;
        // A failure is told to whoever asked, and not remembered.
        asked.catch(() => {
          if (read === asked) read = undefined;
        });
      }
      return read;
    },
    close: () => client.destroy(),
  };
}
