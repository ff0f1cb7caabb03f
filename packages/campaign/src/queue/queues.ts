// The campaign's queues: one for each account that has planned work.
import type { Queue } from "bullmq";
import type { AccountId } from "../identity.ts";
import type { CampaignRedis } from "../redis/connection.ts";
import type { JobData, JobResult } from "./job.ts";
import { queueName } from "./keys.ts";
import { queueOptions } from "./options.ts";

export type BatchQueue = Queue<JobData, JobResult>;

export interface CampaignQueues {
  get(account: AccountId): BatchQueue;
  readonly all: ReadonlyMap<AccountId, BatchQueue>;
  close(): Promise<void>;
}

/** Queues on the command connection: adding, pausing, counting. Workers make their own from `workerOptions`. */
export async function openQueues(redis: CampaignRedis, accounts: readonly AccountId[]): Promise<CampaignQueues> {
  // Loaded here: 160 modules that a command without queues does not wait for.
  const { Queue } = await import("bullmq");
  const all = new Map<AccountId, BatchQueue>();
  for (const account of accounts) {
    const queue: BatchQueue = new Queue(queueName(redis.campaign, account), queueOptions(redis.connection("command")));
    // An error without a listener would end the process; every failed command also rejects where it was given.
    queue.on("error", () => undefined);
    all.set(account, queue);
  }
  return {
    all,
    get(account) {
      const queue = all.get(account);
      if (queue === undefined) throw new Error(`the plan has no work for account ${account}`);
      return queue;
    },
    close: async () => {
      await Promise.all([...all.values()].map((q) => q.close()));
    },
  };
}
