// What must hold after any misfortune, checked batch by batch so that a million objects need no more memory than a thousand, fingerprints
// aside (~50 bytes an object). The witnesses are the sandbox's log and the ACLs that the bucket owner reads back, never our own word.
import type { AccessControlList, AclGrant, Answer } from "@quitclaim/aws";
import {
  type AccountId,
  type BatchRef,
  batchId,
  type CampaignStore,
  openPlanPart,
  type PlanRow,
  type PlanSummary,
  type ResultRow,
  readLedger,
  type StatusJson,
  sum,
} from "@quitclaim/campaign";
import { faultOf } from "./storms-fault.ts";
import { fingerprint, type WriteWitness } from "./witness.ts";

export interface Evidence {
  readonly store: CampaignStore;
  readonly plan: PlanSummary;
  readonly status: StatusJson;
  readonly witness: WriteWitness;
  /** Before the campaign; undefined: not known. */
  formerGrants(row: PlanRow): readonly AclGrant[] | undefined;
  /** As the bucket owner. */
  readAcl(key: string, versionId: string | null): Promise<Answer<AccessControlList>>;
}

export interface Judgement {
  /** One sentence for each broken law; the first few of each kind. */
  readonly broken: readonly string[];
  readonly rows: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Failed rows, by code. */
  readonly failed: Readonly<Record<string, number>>;
  /** Failed for the storm's sake, with their attempts spent: `retry` must bring them home. */
  readonly toRetry: number;
}

const TOLD_MAX = 5;
const READS_AT_ONCE = 32;

export async function judge(evidence: Evidence): Promise<Judgement> {
  const { plan, store, status, witness } = evidence;
  const told = new Map<string, string[]>();
  const broken = (law: string, what: string): void => {
    const list = told.get(law) ?? [];
    told.set(law, [...list, what]);
  };
  const totals = { rows: 0, toRetry: 0, outcomes: {} as Record<string, number>, failed: {} as Record<string, number> };
  const planned = new Set<number>();

  for (const [account, { parts }] of Object.entries(plan.accounts)) {
    const counted = { done: {} as Record<string, number>, failed: {} as Record<string, number>, planned: 0 };
    for (let number = 0; number < parts; number++) {
      const part = await openPlanPart(store, account as AccountId, number);
      for (const ref of part.batches) {
        const rows = await part.read(ref.rowGroup);
        counted.planned += rows.length;
        for (const row of rows) {
          const name = fingerprint(row.key, row.versionId);
          if (planned.has(name)) broken("planned once", `${nameOf(row)} is planned twice`);
          planned.add(name);
        }
        const results = pairUp(ref, rows, (await readLedger(store, ref)) ?? [], broken);
        for (const { row, result } of results) {
          totals.rows++;
          totals.outcomes[result.outcome] = (totals.outcomes[result.outcome] ?? 0) + 1;
          const counts = result.outcome === "failed" ? counted.failed : counted.done;
          const name = result.outcome === "failed" ? result.code : result.outcome;
          counts[name] = (counts[name] ?? 0) + 1;
          if (result.outcome === "failed") totals.failed[result.code] = (totals.failed[result.code] ?? 0) + 1;
          if (judgeResult(row, result, witness, broken)) totals.toRetry++;
        }
        await readBack(results, evidence, broken);
      }
    }
    conserved(account, status, counted, broken);
  }
  if (status.remaining !== 0) broken("conservation", `${status.remaining} objects remain`);
  for (const key of witness.copiedTwice) broken("no object copied twice", key);
  return {
    broken: [...told].flatMap(([law, list]) => [
      ...list.slice(0, TOLD_MAX).map((what) => `${law}: ${what}`),
      ...(list.length > TOLD_MAX ? [`${law}: and ${list.length - TOLD_MAX} more`] : []),
    ]),
    ...totals,
  };
}

type Tell = (law: string, what: string) => void;
interface Pair {
  readonly row: PlanRow;
  readonly result: ResultRow;
}

const nameOf = (row: { key: string; versionId: string | null }): string => JSON.stringify([row.key, row.versionId]);

function pairUp(ref: BatchRef, rows: readonly PlanRow[], ledger: readonly ResultRow[], broken: Tell): Pair[] {
  const law = "one ledger row per planned object";
  if (rows.length !== ledger.length) broken(law, `batch ${batchId(ref)} has ${rows.length} objects and ${ledger.length} ledger rows`);
  return rows.flatMap((row, index) => {
    const result = ledger[index];
    if (result === undefined) return [];
    if (nameOf(result) !== nameOf(row) || result.op !== row.op)
      broken(law, `batch ${batchId(ref)}, row ${index}: planned ${nameOf(row)}, ledger ${nameOf(result)}`);
    return [{ row, result }];
  });
}

/** True where the row failed for the storm's sake, fairly. */
function judgeResult(row: PlanRow, result: ResultRow, witness: WriteWitness, broken: Tell): boolean {
  const what = `${nameOf(result)} is ${result.outcome}`;
  switch (result.outcome) {
    case "granted":
      if (!witness.granted(result.key, result.versionId)) broken("nothing said done without an accepted write", what);
      return false;
    case "copied":
      if (!witness.made(result.key, result.newVersionId)) broken("nothing said done without an accepted write", what);
      return false;
    case "vanished":
    case "changed":
      broken("nobody touched the bucket", `${what}: ${result.detail}`);
      return false;
    case "failed": {
      const fault = faultOf(row, result);
      if (fault === "unfair")
        broken(
          "a storm fails nothing before its attempts are spent",
          `${what}: ${result.code} after ${result.attempts} attempts; ${result.detail}`,
        );
      return fault !== "object";
    }
    default:
      return false;
  }
}

function conserved(
  account: string,
  status: StatusJson,
  counted: { done: Record<string, number>; failed: Record<string, number>; planned: number },
  broken: Tell,
): void {
  const said = status.accounts[account];
  if (said === undefined) {
    if (counted.planned > 0) broken("conservation", `status does not know account ${account}`);
    return;
  }
  const told = sum(said.done) + sum(said.failed) + said.remaining;
  if (said.planned !== told || said.planned !== counted.planned)
    broken(
      "conservation",
      `account ${account}: planned ${said.planned} (${counted.planned} in the plan), done + failed + remaining ${told}`,
    );
  for (const [kind, ledger, redis] of [
    ["done", counted.done, said.done],
    ["failed", counted.failed, said.failed],
  ] as const)
    for (const name of new Set([...Object.keys(ledger), ...Object.keys(redis)])) {
      const counts = [ledger[name] ?? 0, (redis as Record<string, number>)[name] ?? 0];
      if (counts[0] !== counts[1])
        broken("counters are the ledger's", `account ${account}: ${kind} ${name}, ledger ${counts[0]}, counter ${counts[1]}`);
    }
}

/** What the bucket owner reads must hold its own FULL_CONTROL and every grant that was there before. */
async function readBack(pairs: readonly Pair[], evidence: Evidence, broken: Tell): Promise<void> {
  const left = pairs.filter(({ result }) => result.outcome !== "failed");
  const law = "ACLs right on every object read back";
  const lane = async (): Promise<void> => {
    for (let pair = left.pop(); pair !== undefined; pair = left.pop()) {
      const { row, result } = pair;
      const copied = result.outcome === "copied";
      const answer = await evidence.readAcl(row.key, copied ? result.newVersionId : row.versionId);
      if (!answer.ok) {
        broken(law, `${nameOf(row)} (${result.outcome}): the bucket owner is told ${answer.code}`);
        continue;
      }
      const { bucketOwner } = evidence.plan;
      const now = answer.value;
      const owner = copied ? bucketOwner : row.owner;
      if (now.ownerId !== owner) broken(law, `${nameOf(row)} (${result.outcome}) is owned by ${now.ownerId}`);
      const former = evidence.formerGrants(row) ?? [];
      // A copy is the bucket owner's: what its former owner could do ends with that.
      const kept = copied ? former.filter((g) => !("id" in g.grantee && g.grantee.id === row.owner)) : former;
      const wanted: AclGrant[] = [...kept, { grantee: { id: bucketOwner }, permission: "FULL_CONTROL" }];
      const missing = wanted.filter((grant) => !covers(now.grants, grant));
      if (missing.length > 0) broken(law, `${nameOf(row)} (${result.outcome}) lacks ${JSON.stringify(missing)}`);
    }
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, lane));
}

const grantee = (grant: AclGrant): string => ("id" in grant.grantee ? grant.grantee.id : grant.grantee.uri);

const covers = (grants: readonly AclGrant[], wanted: AclGrant): boolean =>
  grants.some((g) => grantee(g) === grantee(wanted) && (g.permission === wanted.permission || g.permission === "FULL_CONTROL"));
