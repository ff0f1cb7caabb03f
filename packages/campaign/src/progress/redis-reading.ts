// One pipeline that fetches what a snapshot needs of Redis, and the half-slow things around it: history and heartbeats.
import type { Redis } from "ioredis";
import type { AccountId } from "../identity.ts";
import { HISTORY_SLOT_S } from "../ledger/scripts/note.ts";
import type { CampaignKeys } from "../queue/keys.ts";
import type { EngineSeen, Pause, WorkerSeen } from "./snapshot.ts";

type Hash = Readonly<Record<string, string>>;

export interface AccountReading {
  readonly tally: Hash;
  readonly samples: Hash;
  readonly batchesInFlight: number;
  readonly pause: Pause | undefined;
}

export interface Reading {
  /** Redis's clock, epoch milliseconds. */
  readonly now: number;
  readonly roundTripMs: number;
  readonly epoch: string | null;
  readonly meta: Hash;
  readonly control: Hash;
  readonly limiter: Hash;
  readonly workers: WorkerSeen[];
  readonly engine: EngineSeen | undefined;
  readonly accounts: ReadonlyMap<AccountId, AccountReading>;
}

/** All that changes, in one round trip. */
export async function readRedis(redis: Redis, keys: CampaignKeys, accounts: readonly AccountId[]): Promise<Reading> {
  const pipeline = redis.pipeline();
  pipeline.time();
  pipeline.get(keys.epoch);
  for (const key of [keys.meta, keys.control, keys.workers, keys.pauses]) pipeline.hgetall(key);
  pipeline.hmget(keys.limiter, "permitted");
  pipeline.get(keys.engine);
  for (const account of accounts) {
    pipeline.hgetall(keys.tally(account));
    pipeline.hgetall(keys.samples(account));
    pipeline.zcard(keys.inFlight(account));
  }
  const from = performance.now();
  const answers = (await pipeline.exec()) ?? [];
  const roundTripMs = performance.now() - from;
  const values = answers.map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
  const [time, epoch, meta, control, workers, pauses, limiter, engine] = values as [
    [string, string],
    string | null,
    Hash,
    Hash,
    Hash,
    Hash,
    (string | null)[],
    string | null,
  ];
  const perAccount = accounts.map((account, i): [AccountId, AccountReading] => {
    const [tally, samples, inFlight] = values.slice(8 + i * 3) as [Hash, Hash, number];
    const pause = pauses[account];
    return [account, { tally, samples, batchesInFlight: inFlight, pause: pause === undefined ? undefined : (JSON.parse(pause) as Pause) }];
  });
  return {
    now: Number(time[0]) * 1_000 + Math.floor(Number(time[1]) / 1_000),
    roundTripMs,
    epoch,
    meta,
    control,
    limiter: typeof limiter[0] === "string" ? { permitted: limiter[0] } : {},
    engine: engine === null ? undefined : (JSON.parse(engine) as EngineSeen),
    workers: Object.values(workers)
      .map((text) => JSON.parse(text) as WorkerSeen)
      .sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1)),
    accounts: new Map(perAccount),
  };
}

/** Slots older than these do not change any more. */
const FRESH_SLOTS = 3;
const WHOLE_MS = 60_000;

/** Keeps the night's history, and asks only for its end. */
export class HistoryReader {
  readonly #redis: Redis;
  readonly #key: string;
  #slots = new Map<number, number>();
  #wholeAt = Number.NEGATIVE_INFINITY;

  constructor(redis: Redis, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  /** Slot number -> objects. `now`: Redis's clock, epoch milliseconds. */
  async read(now: number): Promise<ReadonlyMap<number, number>> {
    if (Math.abs(now - this.#wholeAt) > WHOLE_MS) {
      const all = await this.#redis.hgetall(this.#key);
      this.#slots = new Map(Object.entries(all).map(([slot, n]) => [Number(slot), Number(n)]));
      this.#wholeAt = now;
      return this.#slots;
    }
    const last = Math.floor(now / 1_000 / HISTORY_SLOT_S);
    const wanted = Array.from({ length: FRESH_SLOTS }, (_, i) => last - i);
    const counts = await this.#redis.hmget(this.#key, ...wanted.map(String));
    wanted.forEach((slot, i) => {
      const n = counts[i];
      if (typeof n === "string") this.#slots.set(slot, Number(n));
    });
    return this.#slots;
  }
}
