// A campaign seen over Redis: what moves comes from there in one round trip, what is finished from the ledger.

import type { BatchId } from "../batch.ts";
import type { CampaignConfig } from "../config/model.ts";
import type { AccountId } from "../identity.ts";
import { parseEntry, splitCounts } from "../ledger/entry.ts";
import { readInFlight } from "../ledger/in-flight.ts";
import { decodeNotes } from "../ledger/noted.ts";
import type { LedgerSummary } from "../ledger/result.ts";
import { HISTORY_SLOT_S } from "../ledger/scripts/note.ts";
import { type PlanSummary, sum } from "../plan/summary.ts";
import { planMark } from "../queue/epoch.ts";
import { campaignKeys } from "../queue/keys.ts";
import { type CampaignRedis, explainRedisError } from "../redis/connection.ts";
import type { CampaignStore } from "../store/store.ts";
import { FailureReader } from "./failures.ts";
import { objectFacts } from "./object.ts";
import { orderedPhases, readPhases } from "./phases.ts";
import { historyOf, ratesOf, throttledShare } from "./rates.ts";
import { type AccountReading, HistoryReader, type Reading, readRedis } from "./redis-reading.ts";
import type { AccountProgress, CampaignView, ProgressSnapshot } from "./snapshot.ts";
import { ALIVE_MS, accountState, bannerOf, campaignState, isSwitched, totals, unconserved } from "./state.ts";
import { storeOnlyView } from "./store-view.ts";

/** Phases change rarely, and may lie in S3. */
const PHASES_MS = 2_000;
/** A settled hash has an entry for each batch: not to be fetched at every tick of a drill-down. */
const SUMMARIES_MS = 2_000;

export function redisView(redis: CampaignRedis, store: CampaignStore, plan: PlanSummary, config: CampaignConfig): CampaignView {
  const connection = redis.connection("command");
  const keys = campaignKeys(redis.campaign);
  const accounts = Object.keys(plan.accounts) as AccountId[];
  const mark = planMark(plan);
  const fromStore = storeOnlyView(store, plan, config);
  const history = new HistoryReader(connection, keys.history);
  const phasesOf = kept(PHASES_MS, () => readPhases(store));
  const summariesOf = new Map(
    accounts.map((account) => [
      account,
      kept(SUMMARIES_MS, async (): Promise<ReadonlyMap<BatchId, LedgerSummary>> => {
        const settled = await connection.hgetall(keys.settled(account));
        return new Map(Object.entries(settled).map(([id, entry]) => [id as BatchId, parseEntry(entry)]));
      }),
    ]),
  );
  const failures = new FailureReader(store, accounts, (account) => summariesOf.get(account)?.() ?? Promise.resolve(new Map()));

  async function snapshot(): Promise<ProgressSnapshot> {
    const reading = await readRedis(connection, keys, accounts);
    // Its figures would be wrong until the engine has taught it again; the ledger's are right, if a little behind.
    if (reading.epoch === null || (JSON.parse(reading.epoch) as { plan?: unknown }).plan !== mark)
      return {
        ...(await fromStore.snapshot()),
        redisMs: reading.roundTripMs,
        banner: "Redis came back empty: these figures are the ledger's, until `quitclaim run` has rebuilt it",
      };
    const [slots, phases] = await Promise.all([history.read(reading.now), phasesOf()]);
    return compose(reading, plan, config, slots, phases);
  }

  return {
    snapshot: () => explained(redis, snapshot),
    failures: (query) => explained(redis, () => failures.read(query)),
    batchesInFlight: (account) => explained(redis, () => readInFlight(connection, keys, account)),
    object: (account, batch, key, versionId) =>
      explained(redis, () =>
        objectFacts(store, account, batch, key, versionId, async (id, op, index) =>
          decodeNotes(Object.entries(await connection.hgetall(keys.results(id))), op).get(index),
        ),
      ),
  };
}

function compose(
  reading: Reading,
  plan: PlanSummary,
  config: CampaignConfig,
  slots: ReadonlyMap<number, number>,
  phases: Awaited<ReturnType<typeof readPhases>>,
): ProgressSnapshot {
  const { now, meta, control } = reading;
  // An engine that lives starts a dead worker again within moments: the campaign still runs.
  const alive = reading.engine !== undefined || reading.workers.some((w) => now - w.seenAt < ALIVE_MS);
  const accounts: AccountProgress[] = [];
  const rates = { objects: 0, requests: 0, throttled: 0 };
  for (const [account, read] of reading.accounts) {
    const own = ratesOf(read.samples, now);
    for (const kind of ["objects", "requests", "throttled"] as const) rates[kind] += own[kind];
    accounts.push(accountProgress(plan, account, read, own, alive));
  }
  const stop = control.stop === undefined ? undefined : (JSON.parse(control.stop) as { by: string });
  const state = campaignState({ switched: isSwitched(phases), accounts, stopAsked: stop !== undefined, alive });
  const banner = unconserved(accounts) ?? bannerOf(accounts, state === "draining" ? stop?.by : undefined);
  const ceilingPerSecond = Number(control.ceiling ?? config.limits.requestsPerSecond);
  const inFlight = accounts.some((a) => a.batchesInFlight > 0);
  return {
    campaign: plan.campaign,
    bucket: plan.bucket,
    owner: config.bucket.owner,
    state,
    phases: orderedPhases(phases, state, meta.startedAt !== undefined),
    at: now,
    ...(meta.startedAt === undefined ? {} : { startedAt: Number(meta.startedAt) }),
    ...totals(accounts, sum(plan.held)),
    ratePerSecond: rates.objects,
    permittedPerSecond: Math.min(ceilingPerSecond, Number(reading.limiter.permitted ?? ceilingPerSecond)),
    ceilingPerSecond,
    throttledShare: throttledShare(rates),
    history: historyOf(slots, now),
    historySlotSeconds: HISTORY_SLOT_S,
    accounts,
    workers: reading.workers,
    ...(reading.engine === undefined ? {} : { engine: reading.engine }),
    redisMs: reading.roundTripMs,
    ...(inFlight && meta.checkpointAt !== undefined ? { checkpointAgeMs: Math.max(0, now - Number(meta.checkpointAt)) } : {}),
    ...(banner === undefined ? {} : { banner }),
  };
}

function accountProgress(
  plan: PlanSummary,
  account: AccountId,
  read: AccountReading,
  rates: ReturnType<typeof ratesOf>,
  alive: boolean,
): AccountProgress {
  const planned = plan.accounts[account];
  const remaining = Number(read.tally.remaining ?? 0);
  const share = throttledShare(rates);
  const { batchesInFlight, pause } = read;
  return {
    account,
    name: planned?.name ?? account,
    state: accountState({ remaining, batchesInFlight, throttledShare: share, paused: pause !== undefined, alive }),
    planned: Number(read.tally.planned ?? 0),
    plannedByOp: planned?.planned ?? {},
    ...splitCounts(read.tally),
    remaining,
    held: sum(planned?.held ?? {}),
    ratePerSecond: rates.objects,
    throttledShare: share,
    batchesInFlight,
    ...(pause === undefined ? {} : { pause }),
  };
}

/** The last answer, for a while. */
function kept<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { at: number; answer: T } | undefined;
  return async () => {
    if (last === undefined || performance.now() - last.at > ms) last = { at: performance.now(), answer: await ask() };
    return last.answer;
  };
}

async function explained<T>(redis: CampaignRedis, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw explainRedisError(error, redis);
  }
}
