// A campaign seen without Redis: every figure from the ledger, nothing in flight, no rates.

import type { CampaignConfig } from "../config/model.ts";
import { readCeiling } from "../control/ceiling.ts";
import { readPauses } from "../control/pauses.ts";
import type { AccountId } from "../identity.ts";
import { LedgerCatalog } from "../ledger/catalog.ts";
import type { DoneOutcome, LedgerSummary } from "../ledger/result.ts";
import { HISTORY_SLOT_S } from "../ledger/scripts/note.ts";
import { type PlanSummary, sum } from "../plan/summary.ts";
import { STARTED_PATH, type Started } from "../queue/started.ts";
import { type CampaignStore, readJson, StoreError } from "../store/store.ts";
import { FailureReader } from "./failures.ts";
import { objectFacts } from "./object.ts";
import { orderedPhases, readPhases } from "./phases.ts";
import type { AccountProgress, CampaignView, Pause, ProgressSnapshot } from "./snapshot.ts";
import { accountState, bannerOf, campaignState, isSwitched, totals, unconserved } from "./state.ts";

export function storeOnlyView(store: CampaignStore, plan: PlanSummary, config: CampaignConfig): CampaignView {
  const accounts = Object.keys(plan.accounts) as AccountId[];
  const catalog = new LedgerCatalog(store);
  const failures = new FailureReader(store, accounts, (account) => catalog.summaries(account));
  return {
    async snapshot() {
      const pauses = await readPauses(store);
      const rows: AccountProgress[] = [];
      for (const account of accounts) rows.push(ledgerProgress(plan, account, await catalog.summaries(account), pauses.get(account)));
      const wrong = unconserved(rows);
      if (wrong !== undefined)
        throw new StoreError(`${store.location}: ${wrong}. The results and the plan in this store do not belong together.`);
      return storeSnapshot(store, plan, config, rows);
    },
    failures: (query) => failures.read(query),
    batchesInFlight: () => Promise.resolve([]),
    object: (account, batch, key, versionId) => objectFacts(store, account, batch, key, versionId, () => Promise.resolve(undefined)),
  };
}

function ledgerProgress(
  plan: PlanSummary,
  account: AccountId,
  summaries: ReadonlyMap<string, LedgerSummary>,
  pause: Pause | undefined,
): AccountProgress {
  const planned = plan.accounts[account];
  const done: Partial<Record<DoneOutcome, number>> = {};
  const failed: Record<string, number> = {};
  let rows = 0;
  for (const summary of summaries.values()) {
    rows += summary.rows;
    for (const [outcome, n] of Object.entries(summary.done) as [DoneOutcome, number][]) done[outcome] = (done[outcome] ?? 0) + n;
    for (const [code, n] of Object.entries(summary.failed)) failed[code] = (failed[code] ?? 0) + n;
  }
  const total = sum(planned?.planned ?? {});
  const remaining = total - rows;
  return {
    account,
    name: planned?.name ?? account,
    planned: total,
    plannedByOp: planned?.planned ?? {},
    done,
    failed,
    remaining,
    held: sum(planned?.held ?? {}),
    ratePerSecond: 0,
    throttledShare: 0,
    batchesInFlight: 0,
    state: accountState({ remaining, batchesInFlight: 0, throttledShare: 0, paused: pause !== undefined, alive: false }),
    ...(pause === undefined ? {} : { pause }),
  };
}

async function storeSnapshot(
  store: CampaignStore,
  plan: PlanSummary,
  config: CampaignConfig,
  accounts: AccountProgress[],
): Promise<ProgressSnapshot> {
  const [phases, ceiling, started] = await Promise.all([readPhases(store), readCeiling(store), readJson<Started>(store, STARTED_PATH)]);
  const state = campaignState({ switched: isSwitched(phases), accounts, stopAsked: false, alive: false });
  const banner = bannerOf(accounts, undefined);
  const ceilingPerSecond = ceiling ?? config.limits.requestsPerSecond;
  return {
    campaign: plan.campaign,
    bucket: plan.bucket,
    owner: config.bucket.owner,
    state,
    phases: orderedPhases(phases, state, started !== undefined),
    at: Date.now(),
    ...(started === undefined ? {} : { startedAt: started.at }),
    ...totals(accounts, sum(plan.held)),
    ratePerSecond: 0,
    permittedPerSecond: ceilingPerSecond,
    ceilingPerSecond,
    throttledShare: 0,
    history: [],
    historySlotSeconds: HISTORY_SLOT_S,
    accounts,
    workers: [],
    ...(banner === undefined ? {} : { banner }),
  };
}
