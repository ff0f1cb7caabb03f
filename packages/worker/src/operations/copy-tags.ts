// The tags of a copy, as far as the bucket owner may see them: HEAD leaves their count out for whoever may not read them, which looks like
// none. A faithful copy must not be called different for that.
import type { HeadFacts, ObjectAddress } from "@quitclaim/aws";
import { asOwner } from "./either-account.ts";
import { deniedToOwner, failed, refused, type Verdict } from "./outcome.ts";
import type { Task } from "./task.ts";

/** The facts of the copy with the number of its tags; a verdict where the bucket owner may not ask. */
export async function tagsOfCopy(
  task: Task,
  before: Pick<HeadFacts, "tagCount">,
  seen: HeadFacts,
  at: ObjectAddress,
  attempts: number,
): Promise<HeadFacts | Verdict> {
  if (seen.tagCount > 0 || before.tagCount === 0) return seen;
  const answer = await asOwner(task)((calls, signal) => calls.getObjectTags(at, signal));
  if (answer.ok) return { ...seen, tagCount: answer.value.length };
  if (answer.kind !== "denied") return refused(answer, attempts);
  const permission = at.versionId === undefined ? "s3:GetObjectTagging" : "s3:GetObjectVersionTagging";
  const problem = failed(
    "TagsUnknown",
    `The copy was made, and whether it has its original's tags may not be asked: allow s3:GetObjectTagging and s3:GetObjectVersionTagging to the bucket owner's role, then retry, which does not copy again.`,
    attempts,
    answer,
  );
  return deniedToOwner(problem, answer, permission);
}
