// The ACL that a new one is made from: the inventory's, which shows every grant; a read of it where the object is younger than the report.
// A read alone may lack grants that Block Public Access hides, and writing it back would end them for good (domain.md 3).
import type { AccessControlList, AclGrant, Success } from "@quitclaim/aws";
import { done, failed, refused, type Verdict } from "./outcome.ts";
import { plannedGrants } from "./planned-grants.ts";
import { isPublic } from "./public-access.ts";
import { address, type Task } from "./task.ts";

export interface BaseAcl {
  readonly acl: AccessControlList;
  /** A later read shows no public grants, whether there are any or not. */
  readonly hides: boolean;
  /** A public grant may be hidden that nobody has seen: to write this ACL may lose it. */
  readonly blind: Verdict | undefined;
  readonly answer: Success<unknown>;
}

/** The report may have been written before the object, or while it was: its ACL is to be checked. */
export const isYoungerThanReport = ({ row, reportCreated }: Task): boolean =>
  row.lastModified !== null && row.lastModified >= reportCreated;

/** By the uploading account. A verdict where it cannot be read, or the object is somebody else's by now. */
export async function readBase(task: Task, attempts: number): Promise<BaseAcl | Verdict> {
  const { row, bucketOwner } = task;
  const { answer } = await task.uploader((calls, signal) => calls.getObjectAcl(address(task), signal));
  if (!answer.ok) return refused(answer, attempts);
  const read = answer.value;
  if (read.ownerId !== row.owner && read.ownerId !== bucketOwner)
    return done("changed", attempts, answer, { detail: "It belongs to another account than the inventory says; a new plan will see it." });
  const access = await task.publicAccess.read();
  const hides = access.kind === "unknown" || access.hides;
  if (task.dropsOthers) {
    const own = read.grants.filter((g) => "id" in g.grantee && (g.grantee.id === read.ownerId || g.grantee.id === bucketOwner));
    return { acl: { ownerId: read.ownerId, grants: own }, hides, blind: undefined, answer };
  }
  if (row.formerAcl === null) {
    const why =
      access.kind === "unknown"
        ? `whether Block Public Access hides grants cannot be seen without ${access.permission}`
        : "IgnorePublicAcls hides them";
    return { acl: read, hides, blind: hides ? hiddenGrants(why, attempts) : undefined, answer };
  }
  const hidden = hides ? plannedGrants(row.formerAcl).filter(isPublic) : [];
  return { acl: { ownerId: read.ownerId, grants: [...read.grants, ...hidden] }, hides, blind: undefined, answer };
}

const hiddenGrants = (why: string, attempts: number): Verdict =>
  failed(
    "HiddenGrants",
    `The inventory does not tell its ACL, and a read may lack public grants (${why}); writing it back would end them for good. Plan from a report with ObjectAccessControlList, or give them up by thirdPartyGrants: drop.`,
    attempts,
  );

/** undefined where an ACL with these grants may be written; otherwise the failure, before anything is sent. `again`: asked of S3 now. */
export async function publicGrantsProblem(
  task: Task,
  grants: readonly AclGrant[],
  attempts: number,
  again = false,
): Promise<Verdict | undefined> {
  if (!grants.some(isPublic)) return undefined;
  const access = await task.publicAccess.read(again);
  if (access.kind === "unknown" || !access.blocks) return undefined;
  return failed(
    "PublicGrants",
    "Its ACL grants access to everybody, and BlockPublicAcls lets no such ACL be written, not even to add the bucket owner. Give those grants up by thirdPartyGrants: drop, or let the switch do it.",
    attempts,
  );
}
