// What is done, failed and left, from the ledger's footers alone: no row is read. planned = done + failed + remaining, for each account.
import {
  type AccountId,
  type BatchRef,
  type CampaignStore,
  type DoneOutcome,
  type Op,
  openPlanPart,
  type PlanSummary,
  readLedgerSummary,
  sum,
} from "@quitclaim/campaign";
import { mapInFlight } from "../in-flight.ts";
import { LEDGERS_IN_FLIGHT } from "../limits.ts";
import { Counting, type OnProgress } from "../progress.ts";

export interface AccountTotals {
  readonly account: AccountId;
  readonly name: string;
  readonly planned: number;
  readonly done: Partial<Record<DoneOutcome, number>>;
  readonly failed: Record<string, number>;
  /** Failed objects by what was to be done with them. */
  readonly failedByOp: Partial<Record<Op, number>>;
  readonly remaining: number;
  readonly remainingByOp: Partial<Record<Op, number>>;
}

/** Throws where the ledger and plan.json contradict each other. */
export async function workTotals(store: CampaignStore, plan: PlanSummary, onProgress?: OnProgress): Promise<AccountTotals[]> {
  const accounts = Object.entries(plan.accounts) as [AccountId, PlanSummary["accounts"][AccountId]][];
  const counting = new Counting(
    "counting what is done",
    onProgress,
    accounts.reduce((n, [, a]) => n + a.batches, 0),
  );
  const totals: AccountTotals[] = [];
  for (const [account, counts] of accounts) {
    const batches: BatchRef[] = [];
    for (let part = 0; part < counts.parts; part++) batches.push(...(await openPlanPart(store, account, part)).batches);
    const done: AccountTotals["done"] = {};
    const failed: AccountTotals["failed"] = {};
    const failedByOp: AccountTotals["failedByOp"] = {};
    const remainingByOp: AccountTotals["remainingByOp"] = {};
    await mapInFlight(batches, LEDGERS_IN_FLIGHT, async (ref) => {
      const summary = await readLedgerSummary(store, ref);
      counting.add(1);
      if (summary === undefined) {
        remainingByOp[ref.op] = (remainingByOp[ref.op] ?? 0) + ref.rows;
        return;
      }
      for (const [outcome, n] of Object.entries(summary.done) as [DoneOutcome, number][]) done[outcome] = (done[outcome] ?? 0) + n;
      for (const [code, n] of Object.entries(summary.failed)) failed[code] = (failed[code] ?? 0) + n;
      if (sum(summary.failed) > 0) failedByOp[ref.op] = (failedByOp[ref.op] ?? 0) + sum(summary.failed);
    });
    const planned = sum(counts.planned);
    const remaining = sum(remainingByOp);
    if (sum(done) + sum(failed) + remaining !== planned)
      throw new Error(
        `${store.location}: account ${account} has ${planned} planned objects, but the ledger tells of ${sum(done)} done, ${sum(failed)} failed and ${remaining} left. ` +
          "The plan was replaced after work had begun, or files are missing; the switch cannot be judged on it.",
      );
    totals.push({ account, name: counts.name, planned, done, failed, failedByOp, remaining, remainingByOp });
  }
  return totals;
}
