// Jobs that are missing from a running campaign: work is open, and nothing in Redis will ever do it. Whatever took them (attempts that ran
// out, an order that reached the store while Redis was away), reconcile makes them anew; this only tells when.
import { type AccountId, type AccountProgress, type CampaignQueues, STALLED_INTERVAL_MS } from "@quitclaim/campaign";

export interface MissingJobs {
  /** For the log. */
  readonly why: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export class JobWatch {
  readonly #queues: CampaignQueues;
  #lookedAt = Date.now();
  /** Accounts that had no job at all at the last look. */
  #idle: ReadonlySet<AccountId> = new Set();

  constructor(queues: CampaignQueues) {
    this.#queues = queues;
  }

  /** To be asked at every tick; looks once in STALLED_INTERVAL_MS. `open`: accounts with work left that are not paused. Throws what Redis throws. */
  async missing(open: readonly AccountId[]): Promise<MissingJobs | undefined> {
    if (Date.now() - this.#lookedAt < STALLED_INTERVAL_MS) return undefined;
    let failed = 0;
    for (const queue of this.#queues.all.values()) failed += await queue.getFailedCount();
    const idle = new Set<AccountId>();
    for (const account of open) if (!(await this.#hasJobs(account))) idle.add(account);
    const before = this.#idle;
    this.#lookedAt = Date.now();
    this.#idle = idle;
    // A job that BullMQ gave up, out of attempts or stalled too often, would leave its batch unfinished for good.
    if (failed > 0) return { why: "jobs out of attempts; their batches get new ones", facts: { failed } };
    // One look may fall between a job's end and the counters that follow it.
    const lasting = [...idle].filter((account) => before.has(account));
    if (lasting.length === 0) return undefined;
    return { why: "accounts have work left and no job; their batches get new ones", facts: { accounts: lasting } };
  }

  /** A batch that was handed back keeps its notes, and with them its place among those in flight; whether somebody works on it, its job tells. */
  async nobodyWorksOn(accounts: readonly AccountProgress[]): Promise<boolean> {
    const active = await Promise.all(accounts.map(({ account }) => this.#queues.get(account).getActiveCount()));
    return active.every((jobs) => jobs === 0);
  }

  async #hasJobs(account: AccountId): Promise<boolean> {
    return (await this.#queues.get(account).getJobCountByTypes("waiting", "active", "delayed", "prioritized")) > 0;
  }
}
