// One account of reconcile: its ledger files settle its counters, its unfinished batches get their jobs.
import { type BatchId, type BatchRef, batchId, ledgerPath } from "../batch.ts";
import { pendingRetry, type RetryRequest } from "../control/retries.ts";
import type { AccountId } from "../identity.ts";
import { inParallel } from "../in-parallel.ts";
import { FOOTERS_AT_ONCE, listLedgers } from "../ledger/catalog.ts";
import { selects } from "../ledger/checkpoint.ts";
import { ledgerEntry, parseEntry } from "../ledger/entry.ts";
import { readLedgerSummary } from "../ledger/ledger.ts";
import type { LedgerSummary } from "../ledger/result.ts";
import { AUDIT } from "../ledger/scripts/audit.ts";
import { REOPEN, SETTLE } from "../ledger/scripts/finish.ts";
import { script } from "../ledger/scripts/script.ts";
import { openPlanPart } from "../plan/dataset.ts";
import { type PlanSummary, sum } from "../plan/summary.ts";
import type { CampaignRedis } from "../redis/connection.ts";
import { type CampaignStore, StoreError } from "../store/store.ts";
import { ensureJobs, type WantedJob } from "./ensure-jobs.ts";
import { campaignKeys } from "./keys.ts";
import type { BatchQueue } from "./queues.ts";
import type { ReconcileReport } from "./reconcile.ts";

export interface AccountWork {
  readonly redis: CampaignRedis;
  readonly store: CampaignStore;
  readonly plan: PlanSummary;
  readonly account: AccountId;
  readonly queue: BatchQueue;
  /** Batch id -> requests. */
  readonly retries: ReadonlyMap<string, readonly RetryRequest[]>;
  readonly report: ReconcileReport;
}

export async function reconcileAccount(work: AccountWork): Promise<void> {
  const refs = await plannedBatches(work.store, work.plan, work.account);
  // Redis first, store second: a batch that is settled while we look has its file before it is settled.
  const settled = await work.redis.connection("command").hgetall(campaignKeys(work.redis.campaign).settled(work.account));
  const ledgers = await listLedgers(work.store, work.account);
  for (const id of ledgers)
    if (!refs.has(id))
      throw new StoreError(
        `${work.store.location}: results/account=${work.account}/${id}.parquet belongs to no batch of the plan: another plan was made after work had begun. Give the new plan a store of its own, or restore plan/ as it was.`,
      );
  await reopenLost(work, refs, settled, new Set(ledgers));
  const summaries = await settle(work, refs, settled, ledgers);
  await audit(work);
  await ensureWork(work, refs, summaries);
}

/** Batch id -> batch, for all of an account's parts. Throws where they do not add up to what plan.json promises. */
export async function plannedBatches(store: CampaignStore, plan: PlanSummary, account: AccountId): Promise<Map<BatchId, BatchRef>> {
  const promised = plan.accounts[account];
  if (promised === undefined) throw new StoreError(`${store.location}: plan/plan.json does not know account ${account}`);
  const parts = Array.from({ length: promised.parts }, (_, part) => part);
  const opened = await inParallel(parts, FOOTERS_AT_ONCE, (part) => openPlanPart(store, account, part));
  const refs = new Map(opened.flatMap((part) => part.batches.map((ref) => [batchId(ref), ref] as const)));
  let rows = 0;
  for (const ref of refs.values()) rows += ref.rows;
  if (refs.size !== promised.batches || rows !== sum(promised.planned))
    throw new StoreError(
      `${store.location}: plan.json promises ${promised.batches} batches of ${sum(promised.planned)} objects for account ${account}, its parts hold ${refs.size} of ${rows}. Restore plan/ or plan again.`,
    );
  return refs;
}

/** Redis thinks these are finished, but somebody removed the file: they are to be done again. */
async function reopenLost(
  { redis, store, account, report }: AccountWork,
  refs: ReadonlyMap<BatchId, BatchRef>,
  settled: Readonly<Record<string, string>>,
  ledgers: ReadonlySet<BatchId>,
): Promise<void> {
  const keys = campaignKeys(redis.campaign);
  const reopen = script(redis.connection("command"), REOPEN);
  for (const id of Object.keys(settled) as BatchId[]) {
    if (ledgers.has(id)) continue;
    const ref = refs.get(id);
    if (ref !== undefined && (await store.size(ledgerPath(ref))) !== undefined) continue;
    if ((await reopen([keys.batch(id), keys.settled(account), keys.tally(account)], [id])) === 1) {
      report.batchesReopened++;
      report.mended.push(`batch ${id} counted as finished but has no ledger file; it is worked on again`);
    }
  }
}

/** Footers of the files that Redis does not follow yet, or that a retry may have replaced. Answers every batch's summary. */
async function settle(
  { redis, store, account, retries, report }: AccountWork,
  refs: ReadonlyMap<BatchId, BatchRef>,
  settled: Readonly<Record<string, string>>,
  ledgers: readonly BatchId[],
): Promise<Map<BatchId, LedgerSummary>> {
  const keys = campaignKeys(redis.campaign);
  const settleBatch = script(redis.connection("command"), SETTLE);
  const summaries = new Map<BatchId, LedgerSummary>();
  await inParallel(ledgers, FOOTERS_AT_ONCE, async (id) => {
    const entry = settled[id];
    const known = entry === undefined ? undefined : parseEntry(entry);
    if (known !== undefined && pendingRetry(retries.get(id), known.retry) === undefined) {
      summaries.set(id, known);
      return;
    }
    const ref = refs.get(id) as BatchRef;
    const summary = await readLedgerSummary(store, ref);
    // Removed since the listing: the batch is unfinished.
    if (summary === undefined) return;
    if (summary.rows !== ref.rows)
      throw new StoreError(
        `${store.location}: ${ledgerPath(ref)} has ${summary.rows} rows, the plan ${ref.rows}: another plan was made after work had begun. Give the new plan a store of its own, or restore plan/ as it was.`,
      );
    summaries.set(id, summary);
    const answer = await settleBatch(
      [keys.batch(id), keys.bits(id), keys.results(id), keys.inFlight(account), keys.settled(account), keys.tally(account)],
      [id, ledgerEntry(summary)],
    );
    if (answer === "settled" || answer === "mended") report.batchesSettled++;
    if (answer === "mended") report.mended.push(`the counters of batch ${id} did not agree with its ledger file; they do now`);
  });
  return summaries;
}

/** planned = done + failed + remaining, and done and failed are what the batches say; asserted by counting again. */
async function audit({ redis, plan, account, report }: AccountWork): Promise<void> {
  const keys = campaignKeys(redis.campaign);
  const planned = sum(plan.accounts[account]?.planned ?? {});
  const wrong = (await script(redis.connection("command"), AUDIT)(
    [keys.tally(account), keys.settled(account), keys.inFlight(account)],
    [planned, keys.batch("")],
  )) as string[];
  // Settling before the first audit has moved `remaining` below zero; that is how a new tally begins, not a fault.
  for (let i = 0; i < wrong.length; i += 3)
    report.mended.push(`account ${account}: the counter ${wrong[i]} said ${wrong[i + 1]}, its batches say ${wrong[i + 2]}; it does now`);
}

async function ensureWork(
  { redis, store, queue, retries, report }: AccountWork,
  refs: ReadonlyMap<BatchId, BatchRef>,
  summaries: ReadonlyMap<BatchId, LedgerSummary>,
): Promise<void> {
  const first: WantedJob[] = [];
  const again: WantedJob[] = [];
  for (const [id, ref] of refs) {
    const summary = summaries.get(id);
    if (summary === undefined) {
      first.push({ ref, retry: 0, stillWanted: async () => (await store.size(ledgerPath(ref))) === undefined });
      continue;
    }
    const pending = pendingRetry(retries.get(id), summary.retry);
    if (pending !== undefined && Object.keys(summary.failed).some((code) => selects(pending.selections, code)))
      again.push({
        ref,
        retry: pending.number,
        stillWanted: async () => ((await readLedgerSummary(store, ref))?.retry ?? 0) < pending.number,
      });
  }
  const firstJobs = await ensureJobs(queue, redis.campaign, first);
  const retryJobs = await ensureJobs(queue, redis.campaign, again);
  report.jobsAdded += firstJobs.added;
  report.retryJobsAdded += retryJobs.added;
  report.jobsReplaced += firstJobs.replaced + retryJobs.replaced;
}
