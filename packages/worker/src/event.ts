// What a worker tells its log: structured, no secrets, no keys of objects beyond what the ledger holds anyway.
import type { AccountId, BatchId } from "@quitclaim/campaign";

export type WorkerEvent =
  | { readonly kind: "started"; readonly worker: string; readonly accounts: readonly AccountId[] }
  | { readonly kind: "identity-proven"; readonly account: AccountId; readonly arn: string }
  | {
      readonly kind: "batch-finished";
      readonly account: AccountId;
      readonly batch: BatchId;
      readonly rows: number;
      readonly failed: number;
    }
  /** Given back without costing an attempt; `noted` rows will not be done again. */
  | {
      readonly kind: "batch-handed-back";
      readonly account: AccountId;
      readonly batch: BatchId;
      readonly why: string;
      readonly noted: number;
      readonly rows: number;
    }
  /** An error of Redis or of this program; its queue tries it again, a few times. */
  | {
      readonly kind: "batch-error";
      readonly account: AccountId;
      readonly batch: BatchId;
      readonly why: string;
      readonly noted: number;
      readonly rows: number;
    }
  /** Another worker holds it, or may: nothing was changed. */
  | { readonly kind: "batch-lost"; readonly account: AccountId; readonly batch: BatchId; readonly why: string }
  | { readonly kind: "account-paused"; readonly account: AccountId; readonly cause: string }
  /** S3 says that ACLs are switched off already: the campaign's work is done by the switch. */
  | { readonly kind: "enforced" }
  | { readonly kind: "store-error"; readonly account: AccountId; readonly message: string }
  | { readonly kind: "redis"; readonly message: string }
  | { readonly kind: "worker-rebuilt"; readonly account: AccountId }
  | { readonly kind: "stop-asked"; readonly how: "drain" | "now"; readonly by: string }
  | { readonly kind: "stopped" };
