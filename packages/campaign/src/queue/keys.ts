// Every name this product has in Redis. BullMQ's keys begin with `qc:quitclaim-…`, ours with `qc:campaign:…`, so the two never meet.
import { type BatchRef, batchId } from "../batch.ts";
import type { AccountId } from "../identity.ts";

export const QUEUE_PREFIX = "qc";

/** `quitclaim-<campaign>-<account>`: BullMQ refuses `:` in names, and neither part can hold one (config/schema.ts). */
export const queueName = (campaign: string, account: AccountId): string => `quitclaim-${campaign}-${account}`;

/** `b-<batchId>`, and `b-<batchId>-r<n>` for the n-th retry. Deterministic, so that adding a job twice adds it once. */
export const jobId = (ref: Pick<BatchRef, "account" | "part" | "rowGroup">, retry = 0): string =>
  `b-${batchId(ref)}${retry === 0 ? "" : `-r${retry}`}`;

export interface CampaignKeys {
  /** Names the plan that Redis was built for; written last, so that its absence means: rebuild. */
  readonly epoch: string;
  /** startedAt, checkpointAt: epoch milliseconds. */
  readonly meta: string;
  /** Stop request and ceiling, which workers poll. */
  readonly control: string;
  /** The shared rate limiter; the worker's field `permitted` (requests a second) is what the dashboard shows. */
  readonly limiter: string;
  /** Worker id -> WorkerSeen as JSON. */
  readonly workers: string;
  /** Who runs the campaign (EngineSeen as JSON), for as long as it renews. */
  readonly engine: string;
  /** 10-second slot -> objects finished. */
  readonly history: string;
  /** Account -> Pause as JSON. */
  readonly pauses: string;
  /** planned, remaining, done:<outcome>, failed:<code>, requests, throttled, … */
  tally(account: AccountId): string;
  /** `<second>`: objects, `r<second>`: requests, `t<second>`: throttled ones. */
  samples(account: AccountId): string;
  /** Batches that a worker holds, scored by the time of the claim. */
  inFlight(account: AccountId): string;
  /** Batch id -> what its ledger file counts, for every batch whose counters have been settled. */
  settled(account: AccountId): string;
  /** Fence and tallies of one batch in flight. */
  batch(id: string): string;
  /** Bit per row that is finished. */
  bits(id: string): string;
  /** Number -> the results of one note (ledger/noted.ts), until the ledger file is written. */
  results(id: string): string;
  /** Matches all of the above. */
  readonly pattern: string;
}

export function campaignKeys(campaign: string): CampaignKeys {
  const base = `${QUEUE_PREFIX}:campaign:${campaign}`;
  return {
    epoch: `${base}:epoch`,
    meta: `${base}:meta`,
    control: `${base}:control`,
    limiter: `${base}:limiter`,
    workers: `${base}:workers`,
    engine: `${base}:engine`,
    history: `${base}:history`,
    pauses: `${base}:pauses`,
    tally: (account) => `${base}:tally:${account}`,
    samples: (account) => `${base}:samples:${account}`,
    inFlight: (account) => `${base}:inflight:${account}`,
    settled: (account) => `${base}:settled:${account}`,
    batch: (id) => `${base}:batch:${id}`,
    bits: (id) => `${base}:bits:${id}`,
    results: (id) => `${base}:results:${id}`,
    pattern: `${base}:*`,
  };
}
