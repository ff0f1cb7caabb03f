// Block Public Access of the bucket. It hides public grants from ACL reads and refuses public ACLs and policies (domain.md 3).
import { GetPublicAccessBlockCommand } from "@aws-sdk/client-s3";
import { call, unlessAbsent } from "../call.ts";
import { addressed, type Target } from "../target.ts";

export interface PublicAccess {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
}

/** null: the bucket has no block of its own. The account's block is not visible from here. */
export async function readPublicAccess(target: Target): Promise<PublicAccess | null> {
  const answer = await unlessAbsent(
    ["NoSuchPublicAccessBlockConfiguration"],
    call("GetPublicAccessBlock", target.bucket, () => target.client.send(new GetPublicAccessBlockCommand(addressed(target)))),
  );
  if (answer === undefined) return null;
  const block = answer.PublicAccessBlockConfiguration;
  return {
    blockPublicAcls: block?.BlockPublicAcls === true,
    ignorePublicAcls: block?.IgnorePublicAcls === true,
    blockPublicPolicy: block?.BlockPublicPolicy === true,
    restrictPublicBuckets: block?.RestrictPublicBuckets === true,
  };
}
