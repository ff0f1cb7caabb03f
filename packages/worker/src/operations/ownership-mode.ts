// Which ownership mode the bucket is in: it decides who owns what the uploading account copies (domain.md 4.3).
import { GetBucketOwnershipControlsCommand } from "@aws-sdk/client-s3";
import { type S3Target, type Session, SessionError, s3Client } from "@quitclaim/aws";
import type { AccountId } from "@quitclaim/campaign";
import { TryLater } from "../halt.ts";
import { OWNERSHIP_MODE_FRESH_MS } from "../limits.ts";

/** none: the bucket has no controls, which S3 treats as ObjectWriter (domain.md 2.1). unknown: the bucket owner may not read them. */
export type OwnershipMode = "BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter" | "none" | "unknown";

export interface OwnershipModeReader {
  /** At most OWNERSHIP_MODE_FRESH_MS old. Throws TryLater where S3 does not answer. */
  read(): Promise<OwnershipMode>;
  close(): void;
}

export function ownershipModeReader(session: Session, target: S3Target, bucket: { name: string; owner: AccountId }): OwnershipModeReader {
  const client = s3Client(session, target);
  let read: Promise<OwnershipMode> | undefined;
  let readAt = 0;

  async function ask(): Promise<OwnershipMode> {
    try {
      const answer = await client.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket.name, ExpectedBucketOwner: bucket.owner }));
      return answer.OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? "none";
    } catch (error) {
      if (error instanceof SessionError || !(error instanceof Error)) throw error;
      if (error.name === "OwnershipControlsNotFoundError") return "none";
      if (error.name === "AccessDenied") return "unknown";
      throw new TryLater(`the bucket's ownership controls cannot be read (${error.name}: ${error.message})`, { cause: error });
    }
  }

  return {
    read() {
      if (read === undefined || Date.now() - readAt > OWNERSHIP_MODE_FRESH_MS) {
        readAt = Date.now();
        read = ask();
        // A failure is told to whoever asked, and not remembered.
        read.catch(() => {
          read = undefined;
        });
      }
      return read;
    },
    close: () => client.destroy(),
  };
}
