// A fix that the operator ordered by name. In this order: decide what to do (or refuse, with nothing changed), save the former state, the policy, the
// bucket ACL, read both back. The policy comes first, so that nobody loses access in between. Killed anywhere, it is finished by ordering it again.
import type { CampaignStore } from "@quitclaim/campaign";
import { makeBucketAclPrivate, readBucketAcl } from "../bucket/acl.ts";
import { readOwnership } from "../bucket/ownership.ts";
import { readPolicy, writePolicy } from "../bucket/policy.ts";
import type { AnswerId } from "../finding.ts";
import type { Statement } from "../policy/document.ts";
import { holdsStatements, withStatements } from "../policy/merge.ts";
import { readUntil, type Waiting } from "../read-back.ts";
import { CutoverRefusal } from "../refusal.ts";
import { requireOwnershipControls, type Target } from "../target.ts";
import { bucketAclStatements } from "./bucket-acl-grants.ts";
import { putAnswer, readAnswers } from "./record.ts";
import { thirdPartyStatements } from "./third-party-grants.ts";

export interface ApplyOptions extends Waiting {
  readonly now?: () => number;
}

export interface Applied {
  readonly id: AnswerId;
  /** false: there was nothing to do, and nothing was sent. */
  readonly changed: boolean;
  /** The statements that the policy now has because of it. */
  readonly statements: readonly Statement[];
}

export async function applyAnswer(target: Target, store: CampaignStore, id: AnswerId, options: ApplyOptions = {}): Promise<Applied> {
  requireOwnershipControls(target, `fix ${id} of`);
  const now = options.now ?? Date.now;
  const whose = `the policy of bucket ${target.bucket}`;
  const [ownership, policy, acl, answers] = await Promise.all([
    readOwnership(target),
    readPolicy(target),
    readBucketAcl(target),
    readAnswers(store),
  ]);
  if (ownership === "BucketOwnerEnforced")
    throw new CutoverRefusal("already-enforced", `${target.bucket} is BucketOwnerEnforced already; ${id} is about the time before it.`);
  const statements =
    id === "bucket-acl-grants" ? bucketAclStatements(target, acl, await target.client.config.region()) : await thirdPartyStatements(store);
  const resetAcl = id === "bucket-acl-grants" && acl.grants.some((g) => !("id" in g && g.id === acl.owner));
  const wanted = statements.length === 0 ? policy : withStatements(policy, statements, whose);
  const interrupted = answers.find((a) => a.id === id && a.stage === "applying");
  if (wanted === policy && !resetAcl && interrupted === undefined) return { id, changed: false, statements };

  const record = {
    id,
    at: new Date(now()).toISOString(),
    before: interrupted?.before ?? { policy, acl },
    statements: statements.length === 0 ? (interrupted?.statements ?? []) : statements,
  };
  await putAnswer(store, { ...record, stage: "applying" });
  if (wanted !== policy && wanted !== null) await writePolicy(target, wanted);
  const seenPolicy = await readUntil(
    whose,
    () => readPolicy(target),
    (text) => holdsStatements(text, record.statements, whose),
    options,
  );
  if (resetAcl) await makeBucketAclPrivate(target);
  const seenAcl = await readUntil(
    `the ACL of bucket ${target.bucket}`,
    () => readBucketAcl(target),
    (seen) => !resetAcl || seen.grants.every((g) => "id" in g && g.id === seen.owner),
    options,
  );
  await putAnswer(store, { ...record, stage: "applied", after: { policy: seenPolicy, acl: seenAcl } });
  return { id, changed: true, statements: record.statements };
}
