// Rows whose bytes no version ID pins (none in the report, or "null"): the owner may have uploaded anew since, with other grants, and an ACL
// made from the report's would end those. So the ACL that is there now is compared with the one that the plan would write.
import type { AccessControlList, AclGrant, Refusal } from "@quitclaim/aws";
import { missingGrants } from "./merge.ts";
import { plannedGrants } from "./planned-grants.ts";
import { address, type Task } from "./task.ts";

/** Is there nothing to look for? Its version ID says for certain that the object is the report's, or the campaign gives others' grants up. */
export const needsNoLook = ({ row, dropsOthers }: Task): boolean => dropsOthers || (row.versionId !== null && row.versionId !== "null");

/** The look failed, after so many attempts: they are all that was tried for the object. */
interface Unseen {
  readonly refusal: Refusal;
  readonly attempts: number;
}

/**
 * May the planned ACL be written unseen? "other": it would end a grant that is there now, bring back one that is gone, or the object is somebody
 * else's; then it has to be read and merged. To be asked unless {@link needsNoLook}.
 */
export async function lookAtUnpinned(task: Task): Promise<"as planned" | "other" | Unseen> {
  const { answer, attempts } = await task.uploader((calls, signal) => calls.getObjectAcl(address(task), signal));
  if (!answer.ok) return { refusal: answer, attempts };
  return isAsPlanned(task, answer.value) ? "as planned" : "other";
}

/** Before the grant, or after it: an earlier run may have made it already. */
function isAsPlanned({ row, bucketOwner }: Task, current: AccessControlList): boolean {
  if (current.ownerId !== row.owner) return false;
  const letIn: AclGrant = { grantee: { id: bucketOwner }, permission: "FULL_CONTROL" };
  const planned = row.grants === null ? [{ ...letIn, grantee: { id: row.owner } }, letIn] : plannedGrants(row.grants);
  const kept = missingGrants({ ownerId: row.owner, grants: [...planned] }, current.grants).length === 0;
  return kept && missingGrants({ ownerId: row.owner, grants: [...current.grants, letIn] }, planned).length === 0;
}
