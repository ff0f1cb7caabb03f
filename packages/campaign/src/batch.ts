// A batch is the unit of work: one row group of one plan part, one account, one operation, one job, one ledger file.
//
// Its states, and what moves it from one to the next:
//   planned   the row group exists, plan.json exists; no ledger file
//   queued    a job points at it (Redis; can be lost, and is then made again from the plan)
//   in flight a worker holds the job's lock and the batch's fence; finished objects are noted in Redis
//   finished  its ledger file exists. The only state that counts; nothing leaves it but a retry, which replaces the
//             file by one that is whole again.
import { type AccountId, accountId } from "./identity.ts";
import type { Op } from "./plan/row.ts";

export interface BatchRef {
  readonly account: AccountId;
  /** Number of the part file below plan/account=<id>/. */
  readonly part: number;
  /** Row group within the part. */
  readonly rowGroup: number;
  readonly rows: number;
  readonly op: Op;
}

export type BatchId = string & { readonly __kind: "BatchId" };

const digits = (n: number, width: number): string => String(n).padStart(width, "0");

/** `<account>-<part>-<rowgroup>`, e.g. `222233334444-00000-017`. */
export function batchId(ref: Pick<BatchRef, "account" | "part" | "rowGroup">): BatchId {
  return `${ref.account}-${digits(ref.part, 5)}-${digits(ref.rowGroup, 3)}` as BatchId;
}

/** The inverse of {@link batchId}; undefined for text that is no batch ID. */
export function parseBatchId(text: string): Pick<BatchRef, "account" | "part" | "rowGroup"> | undefined {
  const match = /^(.+)-(\d{5,})-(\d{3,})$/.exec(text);
  if (!match) return undefined;
  return { account: accountId(match[1] as string), part: Number(match[2]), rowGroup: Number(match[3]) };
}

export const planPartPath = (account: AccountId, part: number): string => `plan/account=${account}/part-${digits(part, 5)}.parquet`;
export const ledgerPath = (ref: Pick<BatchRef, "account" | "part" | "rowGroup">): string =>
  `results/account=${ref.account}/${batchId(ref)}.parquet`;
