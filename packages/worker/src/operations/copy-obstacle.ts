// What keeps an object from being copied without loss, told before anything is sent.
import type { HeadFacts } from "@quitclaim/aws";
import { annotationProblem } from "./annotations.ts";
import { archived } from "./copy-request.ts";
import { type CopyTask, isLarge } from "./copy-task.ts";
import { contextProblem } from "./encryption-context.ts";
import { failed, type Verdict } from "./outcome.ts";

/** undefined where nothing is in the way. */
export async function obstacleToCopy(task: CopyTask, before: HeadFacts, attempts: number): Promise<Verdict | undefined> {
  const rgw = task.dialect === "rgw";
  if (before.sseCustomerAlgorithm !== undefined) return customerKey(attempts);
  if (archived(before))
    return failed("InvalidObjectState", `Archived (${before.storageClass}): restore it first, then retry, or plan it as acl.`, attempts);
  // Tried on Ceph 16: a copy onto itself loses its tags whatever it is sent. Its copies of parts ignore their preconditions, and in their
  // source a percent sign names another object.
  if (rgw && before.tagCount > 0)
    return failed("TagsNotCarried", `This server's copies lose an object's tags, and it has ${before.tagCount}. Plan it as acl.`, attempts);
  if (rgw && isLarge(task))
    return failed(
      "TooLargeToCopy",
      "A copy of more than 5 GB is made in parts, which this server neither pins to the original nor gives its tags. Plan it as acl.",
      attempts,
    );
  if (before.hiddenMetadata !== undefined && (rgw || isLarge(task)))
    return failed(
      "HiddenMetadata",
      `${before.hiddenMetadata} of its metadata entries cannot be told over HTTP, so a copy that restates them would lose them. Plan it as acl.`,
      attempts,
    );
  const context = rgw ? undefined : contextProblem(task, before, attempts);
  if (context !== undefined) return context;
  return isLarge(task) ? annotationProblem(task, before, attempts) : undefined;
}

export const customerKey = (attempts: number): Verdict =>
  failed("SseCustomerKey", "Encrypted under a key that only its holder has (SSE-C): nobody else can copy it.", attempts);
