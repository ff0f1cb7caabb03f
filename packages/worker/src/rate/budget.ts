// This process's part of the bucket-wide rate: tokens leased from Redis for the next slice, spent without asking anybody.
//
// While Redis does not answer, tokens go on coming at the last lease's share and no faster (slower where S3 says SlowDown), for as long as
// a lock could still be held; then none come.
import type { Redis } from "ioredis";
import { LEASE_FALLBACK_MS_MAX, LEASE_HELD_MS_MAX, LEASE_INTERVAL_MS } from "../limits.ts";
import { LEASE, LEAVE, RATE } from "./lease.lua.ts";
import { Script } from "./script.ts";

export interface Lease {
  readonly granted: number;
  readonly permittedPerSecond: number;
  readonly sharePerSecond: number;
}

export interface LeaseRequest {
  readonly want: number;
  readonly demandPerSecond: number;
  readonly answers: number;
  readonly throttled: number;
  readonly ceilingPerSecond: number;
}

/** Where leases come from: Redis, or a test's own model of it. */
export interface LeaseSource {
  /** Throws where it cannot be reached. */
  lease(request: LeaseRequest): Promise<Lease>;
  leave(): Promise<void>;
}

const leaseScript = new Script(LEASE);
const leaveScript = new Script(LEAVE);

/** `now` replaces Redis's clock in tests. */
export function redisLeases(redis: Redis, key: string, process: string, now?: () => number): LeaseSource {
  return {
    async lease(r) {
      const answer = await leaseScript.run(
        redis,
        [key],
        [now?.() ?? "", process, r.want, r.demandPerSecond, r.answers, r.throttled, r.ceilingPerSecond],
      );
      const [granted, permitted, share] = answer as [number, string, string];
      return { granted, permittedPerSecond: Number(permitted), sharePerSecond: Number(share) };
    },
    async leave() {
      await leaveScript.run(redis, [key], [process]);
    },
  };
}

export class Budget {
  readonly #source: LeaseSource;
  readonly #now: () => number;
  /** Tokens at hand. */
  #tokens = 0;
  #spent = 0;
  #starved = false;
  #answers = 0;
  #throttled = 0;
  #share = 0;
  #permitted = 0;
  #leasedAt: number;
  #filledAt: number;
  ceilingPerSecond: number;

  constructor(source: LeaseSource, ceilingPerSecond: number, now: () => number = Date.now) {
    this.#source = source;
    this.ceilingPerSecond = ceilingPerSecond;
    this.#now = now;
    this.#leasedAt = this.#filledAt = now();
  }

  /** What all processes together may send now, as the last lease had it; 0 before the first. */
  get permittedPerSecond(): number {
    return this.#permitted;
  }

  /** One request's token; false: wait for the next lease. */
  take(): boolean {
    if (this.#tokens < 1) {
      this.#starved = true;
      return false;
    }
    this.#tokens -= 1;
    this.#spent += 1;
    return true;
  }

  /** One answer was had. */
  answered(throttled: boolean): void {
    this.#answers += 1;
    if (throttled) this.#throttled += 1;
  }

  /**
   * Fetches the next slice; never throws. False where Redis did not answer and the process lives on its last share.
   * To be called every LEASE_INTERVAL_MS, one call at a time.
   */
  async refill(): Promise<boolean> {
    const now = this.#now();
    const elapsed = Math.max(1, now - this.#filledAt);
    this.#filledAt = now;
    const [answers, throttled] = [this.#answers, this.#throttled];
    this.#answers = this.#throttled = 0;
    // A process that ran dry could use anything; otherwise what it used, with room to grow. An idle one leaves its share to the others.
    const room = this.#spent === 0 ? 0 : 1_000 / LEASE_INTERVAL_MS;
    const demandPerSecond = this.#starved ? this.ceilingPerSecond : Math.min(this.ceilingPerSecond, (this.#spent * 1_500) / elapsed + room);
    const full = Math.max(1, ((this.#share > 0 ? this.#share : this.ceilingPerSecond) * LEASE_HELD_MS_MAX) / 1_000);
    const want = Math.max(0, Math.ceil(full - this.#tokens));
    this.#spent = 0;
    this.#starved = false;
    try {
      const lease = await this.#source.lease({ want, demandPerSecond, answers, throttled, ceilingPerSecond: this.ceilingPerSecond });
      this.#tokens += lease.granted;
      this.#share = lease.sharePerSecond;
      this.#permitted = lease.permittedPerSecond;
      this.#leasedAt = this.#now();
      return true;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // Redis is away: its own clients report it; the rate goes on as it was.
      if (throttled > 0) this.#share *= RATE.decrease_min;
      if (now - this.#leasedAt < LEASE_FALLBACK_MS_MAX)
        this.#tokens = Math.min(Math.max(1, (this.#share * LEASE_HELD_MS_MAX) / 1_000), this.#tokens + (this.#share * elapsed) / 1_000);
      return false;
    }
  }

  /** Gives this process's share back to the others; never throws. */
  async leave(): Promise<void> {
    try {
      await this.#source.leave();
    } catch (error) {
      // A Redis out of reach takes the absent out of the sharing by itself.
      if (!(error instanceof Error)) throw error;
    }
  }
}
