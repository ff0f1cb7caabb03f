// What no rollback brings back, said plainly (domain.md 0.4, 8.29).
import { type CampaignStore, type PlanSummary, readJson } from "@quitclaim/campaign";
import { PLAN_PATH } from "../paths.ts";
import { count } from "../preflight/evidence.ts";
import { type AccountTotals, workTotals } from "../sample/totals.ts";

/** `enforced`: when the bucket was BucketOwnerEnforced, ISO 8601; undefined where it never was. */
export async function cannotUndo(store: CampaignStore, enforced: { from: string; to: string } | undefined): Promise<string[]> {
  const plan = await readJson<PlanSummary>(store, PLAN_PATH);
  return describeIrreversible(plan === undefined ? [] : await workTotals(store, plan), enforced);
}

export function describeIrreversible(
  totals: readonly Pick<AccountTotals, "done">[],
  enforced: { readonly from: string; readonly to: string } | undefined,
): string[] {
  const done = (outcome: "granted" | "copied" | "reencrypted"): number => totals.reduce((n, t) => n + (t.done[outcome] ?? 0), 0);
  const lines: string[] = [];
  if (done("copied") > 0)
    lines.push(
      `${count(done("copied"), "object was", "objects were")} copied in place: the copies belong to the bucket owner in every mode.`,
    );
  if (done("granted") > 0)
    lines.push(
      `${count(done("granted"), "object's ACL was", "objects' ACLs were")} rewritten by the campaign: the bucket owner keeps that access. The plan's column former_acl has the ACLs that were there before.`,
    );
  if (done("reencrypted") > 0)
    lines.push(`${count(done("reencrypted"), "object is", "objects are")} under the bucket owner's KMS key now, and stay so.`);
  if (enforced !== undefined)
    lines.push(`Whatever was written between ${enforced.from} and ${enforced.to} belongs to the bucket owner, whoever wrote it.`);
  return lines;
}
