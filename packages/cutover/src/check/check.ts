// `quitclaim check`: every problem with its fix, before anything is planned. Reads only.
import { type AccountId, type CampaignStore, jsonBytes, openPlanPart, type PlanRow, type PlanSummary, readJson } from "@quitclaim/campaign";
import { bySeverity, type Finding } from "../finding.ts";
import { CHECK_PATH, PLAN_PATH } from "../paths.ts";
import type { Target } from "../target.ts";
import { bucketProblems } from "./bucket.ts";
import { type Claimed, identityProblems, type Proof, proveAll } from "./identities.ts";
import { permissionProblems } from "./permissions.ts";

/** Something else that must work: what is wrong with it, or nothing. Of the one named "store" check makes use itself, where it works. */
export interface Probe {
  readonly name: string;
  readonly run: () => Promise<readonly Finding[]>;
}

export interface CheckInput {
  /** The bucket owner, proven before anything else. */
  readonly owner: Claimed;
  readonly accounts: readonly Claimed[];
  /** As the campaign file has it. */
  readonly region: string;
  /** Made once the owner is proven; its canonical ID is the proven one. */
  readonly target: (ownerCanonicalId: string) => Target;
  readonly probes: readonly Probe[];
  readonly now?: () => number;
}

export interface Check {
  readonly version: 1;
  readonly state: "done" | "failed";
  /** ISO 8601. */
  readonly at: string;
  /** Nothing keeps the campaign from working. */
  readonly ok: boolean;
  readonly identities: readonly Proof[];
  readonly findings: readonly Finding[];
}

/** Writes check.json to the store, where that works. */
export async function check(store: CampaignStore, input: CheckInput): Promise<Check> {
  const claims = [input.owner, ...input.accounts];
  const proving = proveAll(claims);
  const probing = Promise.all(input.probes.map((probe) => probe.run()));
  const proofs = await proving;
  const owner = proofs[0];
  const target = owner !== undefined && "identity" in owner ? input.target(owner.identity.canonicalId) : undefined;
  const probed = await probing;
  const storeWorks = input.probes.every(({ name }, i) => name !== "store" || probed[i]?.length === 0);
  const plan = storeWorks ? await readJson<PlanSummary>(store, PLAN_PATH) : undefined;
  const rows = plan === undefined ? new Map<AccountId, PlanRow>() : await oneRowEach(store, plan);
  const bucket = target === undefined ? [] : await bucketProblems(target, input.region, [...rows.values()][0]);
  const proven = new Set(proofs.flatMap((p) => ("identity" in p ? [p.id] : [])));
  const permissions = await Promise.all(
    input.accounts.map(async (account) => {
      const row = rows.get(account.id);
      if (target === undefined || row === undefined || account.client === undefined || !proven.has(account.id)) return [];
      return permissionProblems(target, account, account.client(), row);
    }),
  );
  const findings = bySeverity([...identityProblems(claims, proofs), ...bucket, ...permissions.flat(), ...probed.flat()]);
  const ok = !findings.some((f) => f.severity === "blocking");
  const result: Check = {
    version: 1,
    state: ok ? "done" : "failed",
    at: new Date((input.now ?? Date.now)()).toISOString(),
    ok,
    identities: proofs,
    findings,
  };
  if (storeWorks) await store.write(CHECK_PATH, jsonBytes(result));
  return result;
}

async function oneRowEach(store: CampaignStore, plan: PlanSummary): Promise<Map<AccountId, PlanRow>> {
  const rows = new Map<AccountId, PlanRow>();
  for (const [id, counts] of Object.entries(plan.accounts) as [AccountId, PlanSummary["accounts"][AccountId]][]) {
    const row = counts.parts === 0 ? undefined : (await (await openPlanPart(store, id, 0)).read(0))[0];
    if (row !== undefined) rows.set(id, row);
  }
  return rows;
}
