// Annotations travel with CopyObject, and not with a copy in parts (domain.md 4.2): an object that has any is not copied in parts.
import type { HeadFacts } from "@quitclaim/aws";
import { type CopyTask, copier } from "./copy-task.ts";
import { failed, refused, type Verdict } from "./outcome.ts";

/** undefined where there are none, or where the server has no such thing. */
export async function annotationProblem(task: CopyTask, before: HeadFacts, attempts: number): Promise<Verdict | undefined> {
  if (task.dialect === "rgw") return undefined;
  const { bucket, row } = task;
  const at = before.versionId === undefined ? { bucket, key: row.key } : { bucket, key: row.key, versionId: before.versionId };
  const { answer } = await copier(task)((calls, signal) => calls.hasAnnotations(at, signal));
  if (answer.ok)
    return answer.value
      ? failed(
          "Annotated",
          "It has annotations, which a copy in parts would lose. Plan it as acl, or let the switch do it.",
          attempts,
          answer,
        )
      : undefined;
  if (answer.code === "NotImplemented" || answer.code === "MethodNotAllowed") return undefined;
  if (answer.kind !== "denied") return refused(answer, attempts);
  return failed(
    "AnnotationsUnknown",
    "Whether it has annotations, which a copy in parts would lose, may not be asked: allow s3:ListObjectAnnotations to this account's role, then retry.",
    attempts,
    answer,
  );
}
