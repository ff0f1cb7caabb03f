// What a person or a program sees of a campaign at one moment. The dashboard is a pure function of these; `status --json` prints one.
import type { AccountId } from "../identity.ts";
import type { DoneOutcome, ResultRow } from "../ledger/result.ts";
import type { Op, PlanRow } from "../plan/row.ts";

/**
 * planned: nothing runs and work is left. running: workers hold batches. paused: an operator or the breaker paused every account that has work left.
 * draining: asked to stop, finishing what is in flight. finished: nothing remains. switched: the bucket is BucketOwnerEnforced.
 */
export type CampaignState = "planned" | "running" | "paused" | "draining" | "finished" | "switched";

export type PhaseName = "check" | "plan" | "fence" | "run" | "verify" | "preflight" | "switch";
export interface Phase {
  name: PhaseName;
  state: "waiting" | "running" | "done" | "failed";
}

export type AccountState = "waiting" | "running" | "throttled" | "paused" | "finished";

export interface Pause {
  by: "operator" | "breaker";
  /** enforced: S3 says that ACLs are switched off already, so the campaign is over. Left out where there is no more to say than the cause. */
  kind?: "enforced";
  /** One sentence: why, and what to do. */
  cause: string;
  /** Epoch milliseconds. */
  at: number;
}

export interface Tally {
  planned: number;
  done: Partial<Record<DoneOutcome, number>>;
  /** By S3 error code. */
  failed: Record<string, number>;
  remaining: number;
  held: number;
}

export interface AccountProgress extends Tally {
  account: AccountId;
  name: string;
  state: AccountState;
  pause?: Pause;
  /** Objects a second over the last ten seconds or so; 0 when nothing moves. */
  ratePerSecond: number;
  /** Share of this account's recent requests that S3 answered with SlowDown, 0 to 1. */
  throttledShare: number;
  batchesInFlight: number;
  plannedByOp: Partial<Record<Op, number>>;
}

export interface WorkerSeen {
  /** `<host>/<pid>`. */
  id: string;
  host: string;
  pid: number;
  startedAt: number;
  seenAt: number;
  batchesInFlight: number;
}

/** The process that keeps workers at work. */
export interface EngineSeen {
  readonly host: string;
  readonly pid: number;
}

export interface ProgressSnapshot extends Tally {
  campaign: string;
  bucket: string;
  owner: AccountId;
  state: CampaignState;
  phases: Phase[];
  /** Epoch milliseconds of the snapshot, by the clock of Redis or of the store's machine. */
  at: number;
  /** Of the first work of this campaign; undefined before it. */
  startedAt?: number;
  ratePerSecond: number;
  /** What the limiter permits now, and the operator's ceiling: requests a second. */
  permittedPerSecond: number;
  ceilingPerSecond: number;
  throttledShare: number;
  /** Objects finished in each slot of `historySlotSeconds`, oldest first, the last one still filling. */
  history: number[];
  historySlotSeconds: number;
  accounts: AccountProgress[];
  workers: WorkerSeen[];
  /** Absent: nobody starts workers that die. */
  engine?: EngineSeen;
  /** Round trip in ms; undefined where Redis is not running and the figures are the store's. */
  redisMs?: number;
  /** Age of the newest checkpoint in ms; undefined where nothing is in flight. */
  checkpointAgeMs?: number;
  /** A line that must be seen: paused by whom and why, stopped by what. */
  banner?: string;
}

export interface FailureQuery {
  account?: AccountId;
  code?: string;
  /** Substring of the key. */
  match?: string;
  offset: number;
  limit: number;
}

/** Everything known of one object, from its plan row to its ledger row. */
export interface ObjectFacts {
  account: AccountId;
  batch: string;
  plan: PlanRow;
  result?: ResultRow;
}

/** Reads; never changes anything. */
export interface CampaignView {
  snapshot(): Promise<ProgressSnapshot>;
  /** Failed and changed objects of the ledger, in ledger order. */
  failures(query: FailureQuery): Promise<{ total: number; rows: (ResultRow & { account: AccountId; batch: string })[] }>;
  batchesInFlight(account: AccountId): Promise<{ batch: string; op: Op; rows: number; finished: number; worker: string; since: number }[]>;
  object(account: AccountId, batch: string, key: string, versionId: string | null): Promise<ObjectFacts | undefined>;
}

/** Commands that change a running campaign; each is safe to give twice. */
export interface CampaignControl {
  /** One account, or all of them. Survives restarts. */
  pause(account: AccountId | undefined, pause: Pause): Promise<void>;
  resume(account: AccountId | undefined): Promise<void>;
  /** Put failed objects to work again; answers how many. */
  retry(selection: { account?: AccountId; code?: string }): Promise<number>;
  /** The operator's ceiling in requests a second; live. */
  setCeiling(requestsPerSecond: number): Promise<void>;
}
