// Operation `acl`: the uploading account lets the bucket owner in. It grants access and never changes the owner (domain.md 0.2).
//
// One request where the plan knows the ACL: the canned ACL where that is exact, the full policy with every other grant kept otherwise. One look
// before it where no version ID says that the object is still the report's (unpinned.ts).
// Where the plan does not know it, where the object is younger than the report, or where the look finds another ACL, it is read, merged, written
// and read back: PutObjectAcl takes no precondition, so only the second look can tell that nobody else wrote it at the same time (domain.md 3).
import type { AclGrant } from "@quitclaim/aws";
import { ACL_GRANTS_MAX } from "@quitclaim/campaign";
import { MERGE_ROUNDS_MAX } from "../limits.ts";
import { isYoungerThanReport, publicGrantsProblem, readBase } from "./base-acl.ts";
import { describeGrant, mergeAcl, missingGrants } from "./merge.ts";
import { done, failed, grantsFull, refused, type Verdict } from "./outcome.ts";
import { plannedGrants } from "./planned-grants.ts";
import { isPublic } from "./public-access.ts";
import { address, type Task } from "./task.ts";
import { lookAtUnpinned, needsNoLook } from "./unpinned.ts";

type Granted = "granted" | "reencrypted";

/** `outcome`: what success is called; `reencrypt` grants too, and has its own word. `attempts`: already spent on the object. */
export async function grantAccess(task: Task, outcome: Granted = "granted", attempts = 0): Promise<Verdict> {
  const { row } = task;
  if (row.formerAcl === null || isYoungerThanReport(task)) return readAndMerge(task, outcome, attempts);
  const look = needsNoLook(task) ? "as planned" : await lookAtUnpinned(task);
  if (look === "other") return readAndMerge(task, outcome, attempts);
  if (look !== "as planned") return refused(look.refusal, attempts + look.attempts);
  if (row.grants === null) return write(task, outcome, attempts);
  const grants = plannedGrants(row.grants);
  if (grants.length > ACL_GRANTS_MAX) return grantsFull(attempts);
  return (await publicGrantsProblem(task, grants, attempts)) ?? write(task, outcome, attempts, grants);
}

async function write(task: Task, outcome: Granted, attempts: number, grants?: readonly AclGrant[]): Promise<Verdict> {
  const acl = grants === undefined ? "bucket-owner-full-control" : { ownerId: task.row.owner, grants };
  const sent = await task.uploader((calls, signal) => calls.putObjectAcl(address(task), acl, signal));
  const all = attempts + sent.attempts;
  return sent.answer.ok ? done(outcome, all, sent.answer) : deniedAsPublic(task, grants ?? [], refused(sent.answer, all), all);
}

/** A denial of an ACL with public grants says nothing about the account where they have been blocked meanwhile. */
async function deniedAsPublic(task: Task, grants: readonly AclGrant[], verdict: Verdict, attempts: number): Promise<Verdict> {
  if (verdict.kind !== "denied") return verdict;
  return (await publicGrantsProblem(task, grants, attempts, true)) ?? verdict;
}

async function readAndMerge(task: Task, outcome: Granted, attempts: number): Promise<Verdict> {
  const at = address(task);
  let spent = attempts;
  for (let round = 1; ; round++) {
    const base = await readBase(task, spent);
    if (!("acl" in base)) return base;
    const merge = mergeAcl(base.acl, task.bucketOwner);
    if (merge.kind === "already") return done(outcome === "reencrypted" || spent > attempts ? outcome : "already", spent, base.answer);
    if (merge.kind === "full") return grantsFull(spent);
    if (base.blind !== undefined) return base.blind;
    const merged = merge.kind === "canned" ? [] : merge.acl.grants;
    const problem = await publicGrantsProblem(task, merged, spent);
    if (problem !== undefined) return problem;
    const acl = merge.kind === "canned" ? "bucket-owner-full-control" : merge.acl;
    const sent = await task.uploader((calls, signal) => calls.putObjectAcl(at, acl, signal));
    spent += sent.attempts;
    if (!sent.answer.ok) return deniedAsPublic(task, merged, refused(sent.answer, spent), spent);
    const after = await task.uploader((calls, signal) => calls.getObjectAcl(at, signal));
    if (!after.answer.ok) return refused(after.answer, spent);
    const wanted = [...base.acl.grants, ...merged, { grantee: { id: task.bucketOwner }, permission: "FULL_CONTROL" as const }];
    const missing = missingGrants(
      after.answer.value,
      wanted.filter((grant) => !(base.hides && isPublic(grant))),
    );
    if (missing.length === 0) return done(outcome, spent, sent.answer);
    if (round < MERGE_ROUNDS_MAX) continue;
    return failed(
      "AclNotKept",
      `Read back after writing, the ACL lacks ${missing.map(describeGrant).join(", ")}: somebody else writes it at the same time. Retry when they are done.`,
      spent,
      after.answer,
    );
  }
}
