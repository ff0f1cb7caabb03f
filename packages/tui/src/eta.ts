// When the work ends, as a range, from work that was seen being done in this run and nothing else; or the word that is true
// where a number would lie. A range once shown stays until it turns out wrong, so that it counts down instead of jumping.
import type { AccountProgress, AccountState, CampaignState, ProgressSnapshot } from "@quitclaim/campaign";
import { finishedOf } from "./tally.ts";

const WINDOW_MS = 600_000;
const RECENT_MS = 60_000;
/** Before this much has been watched, the snapshot's own ten-second rate stands in, with a wider range. */
const WATCHED_MS_MIN = 10_000;
const SAMPLE_MS_MIN = 2_000;
/** Longer than this without a first object finished is no longer a start. */
const STARTING_MS_MAX = 60_000;
/** Half the width of a range, as a share of the time left: wide at first, narrow once this much was watched; a steady rate is still no promise. */
const WIDTH_EARLY = 0.25;
const WIDTH_STEADY = 0.04;
const STEADY_MS = 300_000;
/** A share of throttled answers from which the rate says more about S3's mood than about the end. */
const THROTTLED_SHARE = 0.5;

interface Sample {
  at: number;
  finished: number;
}

/** What has been seen of one account, or of the whole. Times are epoch milliseconds of the snapshots' clock. */
export interface Lane {
  readonly samples: readonly Sample[];
  /** Newest observation; not always kept among the samples. */
  readonly last: Sample;
  /** When `finished` last grew. */
  readonly movedAt?: number;
  readonly firstAt: number;
  /** The range on the screen: the moments between which the work ends. */
  readonly shown?: { from: number; to: number };
}

export interface Observation {
  at: number;
  finished: number;
  remaining: number;
  ratePerSecond: number;
}

export type LeftWord = "finished" | "paused" | "throttled" | "starting" | "waiting" | "stopping" | "not running" | "not moving";
/** Seconds, 0 <= from <= to. */
export type Left = { kind: "range"; from: number; to: number } | { kind: "word"; word: LeftWord };

const word = (text: LeftWord): Left => ({ kind: "word", word: text });

/** The lane after one more observation. A count that shrinks (a retry gives work back) starts the watching anew. */
export function observe(lane: Lane | undefined, seen: Observation): Lane {
  const sample: Sample = { at: seen.at, finished: seen.finished };
  if (lane === undefined || seen.finished < lane.last.finished || seen.at < lane.last.at) {
    return withRange({ samples: [sample], last: sample, firstAt: seen.at, ...(seen.ratePerSecond > 0 ? { movedAt: seen.at } : {}) }, seen);
  }
  const newest = lane.samples[lane.samples.length - 1];
  const keep = newest === undefined || seen.at - newest.at >= SAMPLE_MS_MIN;
  const samples = (keep ? [...lane.samples, sample] : lane.samples).filter((one) => seen.at - one.at <= WINDOW_MS);
  const movedAt = seen.finished > lane.last.finished ? seen.at : lane.movedAt;
  return withRange(
    {
      samples,
      last: sample,
      firstAt: lane.firstAt,
      ...(movedAt === undefined ? {} : { movedAt }),
      ...(lane.shown ? { shown: lane.shown } : {}),
    },
    seen,
  );
}

/** Objects a second between the oldest sample within `ms` and now; undefined where too little was watched. */
function rateOver(lane: Lane, ms: number): number | undefined {
  const oldest = lane.samples.find((one) => lane.last.at - one.at <= ms);
  if (oldest === undefined || lane.last.at - oldest.at < WATCHED_MS_MIN) return undefined;
  return ((lane.last.finished - oldest.finished) / (lane.last.at - oldest.at)) * 1000;
}

function freshRange(lane: Lane, seen: Observation): { from: number; to: number } | undefined {
  const long = rateOver(lane, WINDOW_MS);
  const recent = rateOver(lane, RECENT_MS);
  const rates = [long, recent].filter((rate) => rate !== undefined);
  if (rates.length === 0) rates.push(seen.ratePerSecond);
  const slowest = Math.min(...rates);
  if (!(slowest > 0)) return undefined;
  const watchedMs = lane.last.at - (lane.samples[0]?.at ?? lane.last.at);
  const width = WIDTH_EARLY - (WIDTH_EARLY - WIDTH_STEADY) * Math.min(1, watchedMs / STEADY_MS);
  return {
    from: seen.at + (seen.remaining / Math.max(...rates)) * 1000 * (1 - width),
    to: seen.at + (seen.remaining / slowest) * 1000 * (1 + width),
  };
}

function withRange(lane: Lane, seen: Observation): Lane {
  const { shown, ...rest } = lane;
  const fresh = freshRange(lane, seen);
  if (fresh === undefined) return rest;
  const middle = (fresh.from + fresh.to) / 2;
  const fits = shown !== undefined && middle >= shown.from && middle <= shown.to;
  const tooWide = shown !== undefined && shown.to - shown.from > 2.5 * (fresh.to - fresh.from);
  return { ...rest, shown: shown !== undefined && fits && !tooWide ? shown : fresh };
}

/** What to say of a lane that is not held up by its state: its range, or why there is none. */
function rangeOf(lane: Lane | undefined): Left {
  if (lane === undefined) return word("starting");
  const { at } = lane.last;
  if (lane.shown !== undefined) {
    const from = Math.max(0, (lane.shown.from - at) / 1000);
    return { kind: "range", from, to: Math.max(from, (lane.shown.to - at) / 1000) };
  }
  return word(lane.movedAt === undefined && at - lane.firstAt <= STARTING_MS_MAX ? "starting" : "not moving");
}

const ACCOUNT_WORDS: Partial<Record<AccountState, LeftWord>> = { finished: "finished", paused: "paused", waiting: "waiting" };
const CAMPAIGN_WORDS: Partial<Record<CampaignState, LeftWord>> = {
  finished: "finished",
  switched: "finished",
  paused: "paused",
  draining: "stopping",
  planned: "not running",
};

/** What has been seen of a campaign since this dashboard began to watch it. */
export interface Watched {
  readonly total?: Lane;
  readonly accounts: ReadonlyMap<string, Lane>;
}

/** Work that can go on now: what paused accounts hold back is no part of when the rest ends. */
const movable = (snapshot: ProgressSnapshot): number =>
  snapshot.accounts.length === 0
    ? snapshot.remaining
    : snapshot.accounts.filter((one) => one.state !== "paused").reduce((sum, one) => sum + one.remaining, 0);

export function watch(watched: Watched, snapshot: ProgressSnapshot): Watched {
  const { at } = snapshot;
  const accounts = new Map<string, Lane>();
  for (const one of snapshot.accounts) {
    const seen = { at, finished: finishedOf(one), remaining: one.remaining, ratePerSecond: one.ratePerSecond };
    accounts.set(one.account, observe(watched.accounts.get(one.account), seen));
  }
  const total = { at, finished: finishedOf(snapshot), remaining: movable(snapshot), ratePerSecond: snapshot.ratePerSecond };
  return { total: observe(watched.total, total), accounts };
}

export function accountLeft(watched: Watched, account: AccountProgress): Left {
  const fixed = ACCOUNT_WORDS[account.state];
  if (fixed !== undefined) return word(fixed);
  if (account.remaining === 0) return word("finished");
  if (account.throttledShare >= THROTTLED_SHARE) return word("throttled");
  return rangeOf(watched.accounts.get(account.account));
}

/**
 * The whole ends when its slowest account does: no sooner than all work at the present rate, no later than the slowest account at its own
 * present rate (it speeds up once others finish and leave it their share of the bucket's budget).
 */
export function campaignLeft(watched: Watched, snapshot: ProgressSnapshot): Left {
  const fixed = CAMPAIGN_WORDS[snapshot.state];
  if (fixed !== undefined) return word(fixed);
  if (snapshot.remaining === 0) return word("finished");
  if (snapshot.throttledShare >= THROTTLED_SHARE) return word("throttled");
  const total = rangeOf(watched.total);
  if (total.kind === "word") return total;
  let { to } = total;
  for (const one of snapshot.accounts) {
    const left = accountLeft(watched, one);
    if (left.kind === "range") to = Math.max(to, left.to);
  }
  return { kind: "range", from: total.from, to };
}
