// Which ownership mode the bucket is in: it decides who owns what the uploading account copies (domain.md 4.3).
import { GetBucketOwnershipControlsCommand } from "@aws-sdk/client-s3";
import { type S3Target, type Session, s3Client } from "@quitclaim/aws";
import type { AccountId } from "@quitclaim/campaign";
import { OWNERSHIP_MODE_FRESH_MS } from "../limits.ts";
import { freshSetting } from "./bucket-setting.ts";

/** none: the bucket has no controls, which S3 treats as ObjectWriter (domain.md 2.1). unknown: the bucket owner may not read them. */
export type OwnershipMode = "BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter" | "none" | "unknown";

export interface OwnershipModeReader {
  /** At most OWNERSHIP_MODE_FRESH_MS old. Throws TryLater where S3 does not answer, PauseAccount where it never will. */
  read(): Promise<OwnershipMode>;
  close(): void;
}

export function ownershipModeReader(session: Session, target: S3Target, bucket: { name: string; owner: AccountId }): OwnershipModeReader {
  const client = s3Client(session, target);

  async function ask(): Promise<OwnershipMode> {
    try {
      const answer = await client.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket.name, ExpectedBucketOwner: bucket.owner }));
      return answer.OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? "none";
    } catch (error) {
      if (error instanceof Error && error.name === "OwnershipControlsNotFoundError") return "none";
      if (error instanceof Error && error.name === "AccessDenied") return "unknown";
      throw error;
    }
  }

  return {
    read: freshSetting(session, "The bucket's object ownership", OWNERSHIP_MODE_FRESH_MS, ask),
    close: () => client.destroy(),
  };
}
