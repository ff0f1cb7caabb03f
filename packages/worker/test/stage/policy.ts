// What a bucket's policy denies for a while.
import { PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import type { AccountSpec, Sandbox } from "@quitclaim/sandbox";
import { clientOf, owner } from "./bucket.ts";

/** Runs `act` while the bucket's policy denies these actions, on its objects and on itself, to these accounts. */
export async function denying<T>(
  sandbox: Sandbox,
  bucket: string,
  accounts: readonly AccountSpec[],
  Action: readonly string[],
  act: () => Promise<T>,
): Promise<T> {
  const s3 = clientOf(sandbox, owner(sandbox));
  const before = sandbox.store.bucket(bucket)?.policy?.text ?? "";
  const policy = JSON.parse(before);
  const Principal = { AWS: accounts.map((a) => `arn:aws:iam::${a.accountId}:root`) };
  const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  policy.Statement.push({ Effect: "Deny", Principal, Action, Resource });
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(policy) }));
  try {
    return await act();
  } finally {
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: before }));
    s3.destroy();
  }
}
