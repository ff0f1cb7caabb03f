// The grants of others that a copy has to carry over: CopyObject makes an ACL of its own, so they are put back after it, by the
// bucket owner, who owns the copy (domain.md 4.2, 4.3).
import type { AclGrant } from "@quitclaim/aws";
import { plannedGrants } from "./acl.ts";
import { holds } from "./merge.ts";
import { failed, refused, type Verdict } from "./outcome.ts";
import { address, type Task } from "./task.ts";

/** Empty where the canned ACL of the copy says all; a verdict where the ACL cannot be read. */
export async function grantsToKeep(task: Task): Promise<readonly AclGrant[] | Verdict> {
  const { row, bucketOwner } = task;
  if (row.formerAcl !== null) return row.grants === null ? [] : plannedGrants(row.grants);
  const { answer } = await task.uploader((calls, signal) => calls.getObjectAcl(address(task), signal));
  if (!answer.ok) return refused(answer, 0);
  const owners = new Set<string>([answer.value.ownerId, bucketOwner]);
  const others = answer.value.grants.filter((g) => !("id" in g.grantee && owners.has(g.grantee.id)));
  return others.length === 0 ? [] : answer.value.grants;
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
  const own: AclGrant = { grantee: { id: bucketOwner }, permission: "FULL_CONTROL" };
  const acl = { ownerId: bucketOwner, grants: holds(grants, own) ? grants : [...grants, own] };
  const at = versionId === undefined ? { bucket, key: row.key } : { bucket, key: row.key, versionId };
  const { answer } = await task.owner((calls, signal) => calls.putObjectAcl(at, acl, signal));
  // ACLs that are switched off keep nothing and deny nothing: the copy itself is all that was asked.
  if (answer.ok || answer.kind === "enforced") return undefined;
  return failed(
    "GrantsNotRestored",
    `The copy was made, but its former grants could not be put back (${answer.code}: ${answer.message}). Retry does only that.`,
    attempts + 1,
    answer,
  );
}
