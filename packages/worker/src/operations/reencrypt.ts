// Operation `reencrypt`: UpdateObjectEncryption to the bucket owner's key, which moves no data and restores no archive
// (domain.md 4.9), then the ACL. Who may call it is not documented; a refusal fails the object with S3's own code.
import { grantAccess } from "./acl.ts";
import { failed, refused, type Verdict } from "./outcome.ts";
import { address, type Task } from "./task.ts";

export async function reencrypt(task: Task): Promise<Verdict> {
  const { kmsKey } = task;
  if (kmsKey === undefined)
    return failed(
      "NoKmsKey",
      "The plan says reencrypt, but the campaign names no key: set actions.kmsKey to the ARN of a key of the bucket owner.",
      0,
    );
  const sent = await task.uploader((calls, signal) =>
    calls.updateObjectEncryption(address(task), { kmsKeyArn: kmsKey, bucketKey: true }, signal),
  );
  if (!sent.answer.ok) return refused(sent.answer, sent.attempts);
  return grantAccess(task, "reencrypted", sent.attempts);
}
