// The grants of others that a copy has to carry over: CopyObject makes an ACL of its own, so they are put back after it, by the
// bucket owner, who owns the copy (domain.md 4.2, 4.3).
import type { AclGrant } from "@quitclaim/aws";
import { ACL_GRANTS_MAX } from "@quitclaim/campaign";
import { isYoungerThanReport, publicGrantsProblem, readBase } from "./base-acl.ts";
import type { CopyTask } from "./copy-task.ts";
import { holds } from "./merge.ts";
import { deniedToOwner, failed, grantsFull, type Verdict } from "./outcome.ts";
import { plannedGrants } from "./planned-grants.ts";
import type { Task } from "./task.ts";

/** The report tells no ACL, or one that may be older than the object's: it is read before the copy. */
export const aclIsRead = (task: Task): boolean => task.row.formerAcl === null || isYoungerThanReport(task);

/**
 * Empty where the canned ACL of the copy says all; a verdict where they cannot be known, or could not be put back. `originalRemains`: its
 * ACL can still be read; otherwise what was read of it before the copy is in the store. Throws StoreError.
 */
export async function grantsToKeep(task: CopyTask, originalRemains = true): Promise<readonly AclGrant[] | Verdict> {
  const { row, bucketOwner } = task;
  const saved = originalRemains || !aclIsRead(task) ? undefined : await task.acls.find(row);
  if (saved !== undefined) return keep(task, saved);
  if (row.formerAcl !== null && !(originalRemains && isYoungerThanReport(task)))
    return keep(task, row.grants === null ? [] : plannedGrants(row.grants));
  if (!originalRemains) return task.dropsOthers ? [] : grantsUnknown();
  const base = await readBase(task, 0);
  if (!("acl" in base)) return base;
  if (base.blind !== undefined) return base.blind;
  const owners = new Set<string>([base.acl.ownerId, bucketOwner]);
  const others = base.acl.grants.filter((g) => !("id" in g.grantee && owners.has(g.grantee.id)));
  return others.length === 0 ? [] : keep(task, base.acl.grants);
}

const grantsUnknown = (): Verdict =>
  failed(
    "GrantsUnknown",
    "The copy has replaced its original, whose ACL the report does not tell, and what was read of it is not in the store: grants to others, if it had any, are lost. Grant them again by hand; a retry cannot know them.",
    0,
  );

/** What could not be put back, for BlockPublicAcls or for its number, must not be lost by a copy either. */
async function keep(task: Task, grants: readonly AclGrant[]): Promise<readonly AclGrant[] | Verdict> {
  if (withOwn(task, grants).length > ACL_GRANTS_MAX) return grantsFull(0);
  return (await publicGrantsProblem(task, grants, 0)) ?? grants;
}

/** With the bucket owner's FULL_CONTROL, as they are put on the copy. */
function withOwn({ bucketOwner }: Pick<Task, "bucketOwner">, grants: readonly AclGrant[]): readonly AclGrant[] {
  const own: AclGrant = { grantee: { id: bucketOwner }, permission: "FULL_CONTROL" };
  return grants.length === 0 || holds(grants, own) ? grants : [...grants, own];
}

/** undefined where they hold; otherwise why the object failed. Safe to do twice. */
export async function putBackGrants(
  task: Task,
  grants: readonly AclGrant[],
  versionId: string | undefined,
  attempts: number,
): Promise<Verdict | undefined> {
  if (grants.length === 0) return undefined;
  const { bucket, row, bucketOwner } = task;
  const acl = { ownerId: bucketOwner, grants: withOwn(task, grants) };
  const at = versionId === undefined ? { bucket, key: row.key } : { bucket, key: row.key, versionId };
  const { answer } = await task.owner((calls, signal) => calls.putObjectAcl(at, acl, signal));
  // ACLs that are switched off keep nothing and deny nothing: the copy itself is all that was asked.
  if (answer.ok || answer.kind === "enforced") return undefined;
  const problem = failed(
    "GrantsNotRestored",
    `The copy was made, but its former grants could not be put back (${answer.code}: ${answer.message}). Retry does only that.`,
    attempts + 1,
    answer,
  );
  return deniedToOwner(problem, answer, versionId === undefined ? "s3:PutObjectAcl" : "s3:PutObjectVersionAcl");
}
