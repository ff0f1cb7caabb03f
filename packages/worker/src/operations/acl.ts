// Operation `acl`: the uploading account lets the bucket owner in. It grants access and never changes the owner (domain.md 0.2).
//
// One request where the plan knows the ACL: the canned ACL where that is exact, the full policy with every other grant kept otherwise.
// Where it does not (formerAcl null), the ACL is read, merged, written and read back: PutObjectAcl takes no precondition, so only the
// second look can tell that nobody else wrote it at the same time (domain.md 3).
import type { AccessControlList, AclGrant } from "@quitclaim/aws";
import { ACL_GRANTS_MAX, parseGrants } from "@quitclaim/campaign";
import { MERGE_ROUNDS_MAX, PARSED_ACLS_MAX } from "../limits.ts";
import { aclGrant, describeGrant, mergeAcl, missingGrants } from "./merge.ts";
import { done, failed, refused, type Verdict } from "./outcome.ts";
import { address, type Task } from "./task.ts";

/** `outcome`: what success is called; `reencrypt` grants too, and has its own word. `attempts`: already spent on the object. */
export async function grantAccess(task: Task, outcome: "granted" | "reencrypted" = "granted", attempts = 0): Promise<Verdict> {
  const { row } = task;
  if (row.formerAcl === null) return readAndMerge(task, outcome, attempts);
  const acl = row.grants === null ? "bucket-owner-full-control" : { ownerId: row.owner, grants: plannedGrants(row.grants) };
  if (acl !== "bucket-owner-full-control" && acl.grants.length > ACL_GRANTS_MAX) return grantsFull(attempts);
  const sent = await task.uploader((calls, signal) => calls.putObjectAcl(address(task), acl, signal));
  const all = attempts + sent.attempts;
  return sent.answer.ok ? done(outcome, all, sent.answer) : refused(sent.answer, all);
}

async function readAndMerge(task: Task, outcome: "granted" | "reencrypted", attempts: number): Promise<Verdict> {
  const at = address(task);
  let spent = attempts;
  for (let round = 1; ; round++) {
    const before = await task.uploader((calls, signal) => calls.getObjectAcl(at, signal));
    if (!before.answer.ok) return refused(before.answer, spent);
    const merge = mergeAcl(before.answer.value, task.bucketOwner);
    if (merge.kind === "already") return done(outcome === "reencrypted" || spent > attempts ? outcome : "already", spent, before.answer);
    if (merge.kind === "full") return grantsFull(spent);
    const acl = merge.kind === "canned" ? "bucket-owner-full-control" : merge.acl;
    const sent = await task.uploader((calls, signal) => calls.putObjectAcl(at, acl, signal));
    spent += sent.attempts;
    if (!sent.answer.ok) return refused(sent.answer, spent);
    const after = await task.uploader((calls, signal) => calls.getObjectAcl(at, signal));
    if (!after.answer.ok) return refused(after.answer, spent);
    const missing = missingGrants(after.answer.value, wanted(before.answer.value, merge.kind === "canned" ? [] : merge.acl.grants, task));
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

function wanted(before: AccessControlList, merged: readonly AclGrant[], task: Task): AclGrant[] {
  return [...before.grants, ...merged, { grantee: { id: task.bucketOwner }, permission: "FULL_CONTROL" }];
}

const grantsFull = (attempts: number): Verdict =>
  failed(
    "GrantsFull",
    `The ACL holds ${ACL_GRANTS_MAX} grants, as many as S3 allows, and none of them is the bucket owner's. Remove one, or let the switch do it.`,
    attempts,
  );

/** ACL strings repeat across millions of rows; each distinct one is parsed once. */
const parsed = new Map<string, readonly AclGrant[]>();

export function plannedGrants(text: string): readonly AclGrant[] {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const grants = parseGrants(text).map(aclGrant);
  if (parsed.size >= PARSED_ACLS_MAX) parsed.clear();
  parsed.set(text, grants);
  return grants;
}
