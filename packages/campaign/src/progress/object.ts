// Everything known of one object: its plan row, and its result from the ledger or, while its batch is in flight, from Redis.
import { batchId, parseBatchId } from "../batch.ts";
import type { AccountId } from "../identity.ts";
import { readLedger } from "../ledger/ledger.ts";
import type { ResultRow } from "../ledger/result.ts";
import { openPlanPart } from "../plan/dataset.ts";
import type { Op } from "../plan/row.ts";
import type { CampaignStore } from "../store/store.ts";
import type { ObjectFacts } from "./snapshot.ts";

/** `noted`: the result of a row of a batch that is in flight. undefined where the batch or the object is not in the plan. */
export async function objectFacts(
  store: CampaignStore,
  account: AccountId,
  batch: string,
  key: string,
  versionId: string | null,
  noted: (batch: string, op: Op, index: number) => Promise<ResultRow | undefined>,
): Promise<ObjectFacts | undefined> {
  const ref = parseBatchId(batch);
  if (ref === undefined || ref.account !== account) return undefined;
  const part = await openPlanPart(store, account, ref.part);
  if (part.batches[ref.rowGroup] === undefined) return undefined;
  const rows = await part.read(ref.rowGroup);
  const index = rows.findIndex((r) => r.key === key && r.versionId === versionId);
  const plan = rows[index];
  if (plan === undefined) return undefined;
  const result = (await noted(batch, plan.op, index)) ?? (await readLedger(store, ref))?.[index];
  return { account, batch: batchId(ref), plan, ...(result === undefined ? {} : { result }) };
}
