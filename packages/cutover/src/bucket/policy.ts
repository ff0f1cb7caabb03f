// The bucket policy as text, exactly as S3 gives it, so that restoring it is a matter of sending the same bytes.
import { DeleteBucketPolicyCommand, GetBucketPolicyCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { call, unlessAbsent } from "../call.ts";
import { addressed, type Target } from "../target.ts";

/** null: the bucket has no policy. */
export async function readPolicy(target: Target): Promise<string | null> {
  const answer = await unlessAbsent(
    ["NoSuchBucketPolicy"],
    call("GetBucketPolicy", target.bucket, () => target.client.send(new GetBucketPolicyCommand(addressed(target)))),
  );
  return answer?.Policy ?? null;
}

/** Puts the text, or deletes the policy for null. */
export async function writePolicy(target: Target, policy: string | null): Promise<void> {
  if (policy === null) {
    await call("DeleteBucketPolicy", target.bucket, () => target.client.send(new DeleteBucketPolicyCommand(addressed(target))));
    return;
  }
  await call("PutBucketPolicy", target.bucket, () =>
    target.client.send(new PutBucketPolicyCommand({ ...addressed(target), Policy: policy })),
  );
}
