// Rows of the plan with what became of them, a seeded sample or all of them. A sample is drawn from a bounded number of batches, chosen so that
// rare outcomes are among them: reading a plan of a billion rows to look at two hundred of them would help nobody.
import {
  type AccountId,
  type BatchRef,
  type CampaignStore,
  openPlanPart,
  type PlanAccount,
  type PlanPart,
  type PlanRow,
  type ResultRow,
  readLedger,
  readLedgerSummary,
} from "@quitclaim/campaign";
import { mapInFlight } from "../in-flight.ts";
import { LEDGERS_IN_FLIGHT, SAMPLED_BATCHES_MAX } from "../limits.ts";
import { random, seedOf, shuffled } from "./random.ts";

export interface WorkRow {
  readonly account: AccountId;
  readonly plan: PlanRow;
  /** undefined: not worked on yet. */
  readonly result: ResultRow | undefined;
}

export interface SampleRequest {
  /** Which of the groups a row belongs to; undefined leaves it out. */
  readonly group: (row: WorkRow) => string | undefined;
  readonly perGroup: number;
  readonly seed?: number;
}

/** Parts whose footers are read for a sample. */
const PARTS_MAX = 8;
/** Batches whose ledger footers are read to find the rare outcomes. */
const CANDIDATES_MAX = 200;

/** At most `perGroup` rows of each group. */
export async function sampleRows(
  store: CampaignStore,
  account: AccountId,
  counts: Pick<PlanAccount, "parts">,
  request: SampleRequest,
): Promise<WorkRow[]> {
  const next = random((request.seed ?? 1) ^ seedOf(account));
  const parts = shuffled(
    Array.from({ length: counts.parts }, (_, part) => part),
    next,
  ).slice(0, PARTS_MAX);
  const opened = new Map(
    (await mapInFlight(parts, LEDGERS_IN_FLIGHT, (part) => openPlanPart(store, account, part))).map((p) => [p.part, p]),
  );
  const batches = [...opened.values()].flatMap((p) => p.batches);
  const chosen = await chooseBatches(store, shuffled(batches, next).slice(0, CANDIDATES_MAX));
  const groups = new Map<string, WorkRow[]>();
  for (const batch of chosen)
    for (const row of await batchRows(store, opened.get(batch.part) as PlanPart, batch)) {
      const group = request.group(row);
      if (group === undefined) continue;
      const members = groups.get(group);
      if (members === undefined) groups.set(group, [row]);
      else members.push(row);
    }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, members]) => shuffled(members, next).slice(0, request.perGroup));
}

/** Those with outcomes and operations that no batch chosen before has, then the others as they come. */
async function chooseBatches(store: CampaignStore, candidates: readonly BatchRef[]): Promise<BatchRef[]> {
  if (candidates.length <= SAMPLED_BATCHES_MAX) return [...candidates];
  const kinds = await mapInFlight(candidates, LEDGERS_IN_FLIGHT, async (ref) => {
    const summary = await readLedgerSummary(store, ref);
    const outcomes =
      summary === undefined ? ["unfinished"] : [...Object.keys(summary.done), ...Object.keys(summary.failed).map(() => "failed")];
    return outcomes.map((outcome) => `${ref.op}/${outcome}`);
  });
  const seen = new Map<string, number>();
  const rarity = (index: number): number => Math.min(...(kinds[index] as string[]).map((kind) => seen.get(kind) ?? 0));
  const left = new Set(candidates.keys());
  const chosen: BatchRef[] = [];
  while (chosen.length < SAMPLED_BATCHES_MAX) {
    let best = -1;
    for (const index of left) if (best < 0 || rarity(index) < rarity(best)) best = index;
    left.delete(best);
    for (const kind of kinds[best] as string[]) seen.set(kind, (seen.get(kind) ?? 0) + 1);
    chosen.push(candidates[best] as BatchRef);
  }
  return chosen;
}

/** Every row of an account, batch by batch. */
export async function* allRows(store: CampaignStore, account: AccountId, counts: Pick<PlanAccount, "parts">): AsyncGenerator<WorkRow[]> {
  for (let part = 0; part < counts.parts; part++) {
    const opened = await openPlanPart(store, account, part);
    for (const batch of opened.batches) yield batchRows(store, opened, batch);
  }
}

async function batchRows(store: CampaignStore, part: PlanPart, ref: BatchRef): Promise<WorkRow[]> {
  const [rows, results] = await Promise.all([part.read(ref.rowGroup), readLedger(store, ref)]);
  return rows.map((plan, index) => {
    const result = results?.[index];
    // Plan and ledger lie side by side in the same order; a row that is not its neighbour's means that one of them was replaced.
    if (result !== undefined && (result.key !== plan.key || result.versionId !== plan.versionId))
      throw new Error(
        `${store.location}: row ${index} of batch ${ref.account}/${ref.part}/${ref.rowGroup} is ${plan.key} in the plan and ${result.key} in the ledger. ` +
          "The plan was replaced after work had begun; plan into a new store.",
      );
    return { account: ref.account, plan, result };
  });
}
