// Which ownership mode the bucket is in: it decides who owns what the uploading account copies (domain.md 4.3).
import { GetBucketOwnershipControlsCommand } from "@aws-sdk/client-s3";
import { type S3Target, type Session, s3Client } from "@quitclaim/aws";
import type { AccountId } from "@quitclaim/campaign";
import { OWNERSHIP_MODE_FRESH_MS } from "../limits.ts";

/** "none": the bucket has no controls, which S3 treats as ObjectWriter (domain.md 2.1). */
export type OwnershipMode = "BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter" | "none";

export interface OwnershipModeReader {
  /** At most OWNERSHIP_MODE_FRESH_MS old. Throws what the SDK throws. */
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
      if (error instanceof Error && error.name === "OwnershipControlsNotFoundError") return "none";
      throw error;
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
