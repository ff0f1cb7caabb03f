// Verification: is what the ledger says true of the bucket? A sample for each account and outcome, or every object.
//
// Before the switch the instrument is HEAD and the ACL, as the bucket owner. After it every ACL shows the bucket owner with FULL_CONTROL, whatever
// is stored (domain.md 0.6, 8.23), so objects are read instead, and nothing is claimed about grants.
import { type AccountId, type CampaignStore, jsonBytes, type Outcome, type PlanSummary, readJson, sum } from "@quitclaim/campaign";
import { readOwnership } from "../bucket/ownership.ts";
import { readPublicAccess } from "../bucket/public-access.ts";
import { mapInFlight } from "../in-flight.ts";
import { READS_IN_FLIGHT, VERIFY_PER_OUTCOME, WRONG_LISTED_MAX } from "../limits.ts";
import { PLAN_PATH, RESULTS_FOLDER, VERIFY_PATH } from "../paths.ts";
import { Counting, type OnProgress } from "../progress.ts";
import { CutoverRefusal } from "../refusal.ts";
import { allRows, sampleRows, type WorkRow } from "../sample/rows.ts";
import type { Target } from "../target.ts";
import type { Circumstances } from "./expected.ts";
import { type ObjectVerdict, verifyByAcl, verifyByReading } from "./object.ts";

export interface VerifyOptions {
  /** Objects for each account and outcome, or "all". */
  readonly sample?: number | "all";
  readonly seed?: number;
  readonly now?: () => number;
  readonly onProgress?: OnProgress;
}

export interface WrongObject {
  readonly account: AccountId;
  readonly key: string;
  readonly versionId: string | null;
  readonly outcome: Outcome;
  readonly problems: readonly string[];
}

export interface VerifyCounts {
  checked: number;
  ok: number;
  wrong: number;
  /** Deleted or replaced by a delete marker since the work. */
  gone: number;
  /** Reading only: needs a restore, its key's permission, or the customer's own key. */
  archived: number;
  kms: number;
  customerKey: number;
}

export interface Verification extends Omit<VerifyCounts, "wrong"> {
  readonly version: 1;
  readonly state: "done" | "failed";
  readonly bucket: string;
  /** ISO 8601. */
  readonly at: string;
  /** acl: HEAD and GetObjectAcl. reads: HEAD and a byte of the object, because ACLs are disabled and prove nothing. */
  readonly instrument: "acl" | "reads";
  readonly sample: number | "all";
  /** Whether public grants could be checked: Block Public Access hides them. */
  readonly publicGrantsHidden: boolean;
  readonly accounts: Readonly<Record<AccountId, VerifyCounts>>;
  readonly wrongTotal: number;
  /** At most WRONG_LISTED_MAX of them. */
  readonly wrong: readonly WrongObject[];
}

const VERIFIED: ReadonlySet<Outcome> = new Set<Outcome>(["granted", "already", "copied", "reencrypted"]);
const toVerify = (row: WorkRow): Outcome | undefined =>
  row.result !== undefined && VERIFIED.has(row.result.outcome) ? row.result.outcome : undefined;
const none = (): VerifyCounts => ({ checked: 0, ok: 0, wrong: 0, gone: 0, archived: 0, kms: 0, customerKey: 0 });

/** Writes verify.json. Throws CutoverRefusal where there is no plan, or a plan of which nothing is done. */
export async function verify(target: Target, store: CampaignStore, options: VerifyOptions = {}): Promise<Verification> {
  const plan = await readJson<PlanSummary>(store, PLAN_PATH);
  if (plan === undefined)
    throw new CutoverRefusal("no-plan", `${store.location} has no plan, so there is nothing to verify. Run \`quitclaim plan\` first.`);
  if (sum(plan.planned) > 0 && !(await hasResults(store)))
    throw new CutoverRefusal(
      "no-results",
      `Of the ${sum(plan.planned).toLocaleString("en-US")} planned objects the ledger in ${store.location} has none yet, so there is nothing to verify. Run \`quitclaim run\` first.`,
    );
  const sample = options.sample ?? VERIFY_PER_OUTCOME;
  const aws = target.dialect === "aws";
  const [ownership, publicAccess] = await Promise.all([aws ? readOwnership(target) : "absent", aws ? readPublicAccess(target) : null]);
  const instrument = ownership === "BucketOwnerEnforced" ? "reads" : "acl";
  const circumstances: Circumstances = {
    bucketOwner: target.ownerCanonicalId,
    publicGrantsHidden: publicAccess?.ignorePublicAcls === true,
  };
  const counting = new Counting("verifying as the bucket owner", options.onProgress);
  const accounts: Record<AccountId, VerifyCounts> = {};
  const wrong: WrongObject[] = [];
  let wrongTotal = 0;

  for (const [id, counts] of Object.entries(plan.accounts) as [AccountId, PlanSummary["accounts"][AccountId]][]) {
    const tally = none();
    accounts[id] = tally;
    for await (const rows of rowsOf(store, id, counts, sample, options.seed)) {
      const verdicts = await mapInFlight(rows, READS_IN_FLIGHT, async (row) => {
        const verdict = instrument === "acl" ? await verifyByAcl(target, row, circumstances) : await verifyByReading(target, row);
        counting.add(1);
        return verdict;
      });
      for (const [index, verdict] of verdicts.entries()) {
        count(tally, verdict);
        if (verdict.kind !== "wrong") continue;
        wrongTotal++;
        const row = rows[index] as WorkRow;
        if (wrong.length < WRONG_LISTED_MAX && row.result !== undefined)
          wrong.push({
            account: id,
            key: row.plan.key,
            versionId: row.plan.versionId,
            outcome: row.result.outcome,
            problems: verdict.problems,
          });
      }
    }
  }
  const total = Object.values(accounts).reduce((sum, c) => add(sum, c), none());
  if (total.checked !== total.ok + total.wrong + total.gone + total.archived + total.kms + total.customerKey)
    throw new Error(`verify: ${total.checked} objects were checked but their verdicts do not add up`);
  const { wrong: wrongCount, ...rest } = total;
  const verification: Verification = {
    version: 1,
    state: wrongCount === 0 ? "done" : "failed",
    bucket: target.bucket,
    at: new Date((options.now ?? Date.now)()).toISOString(),
    instrument,
    sample,
    publicGrantsHidden: circumstances.publicGrantsHidden,
    accounts,
    ...rest,
    wrongTotal,
    wrong,
  };
  await store.write(VERIFY_PATH, jsonBytes(verification));
  return verification;
}

async function hasResults(store: CampaignStore): Promise<boolean> {
  for await (const _ of store.list(RESULTS_FOLDER)) return true;
  return false;
}

async function* rowsOf(
  store: CampaignStore,
  account: AccountId,
  counts: { readonly parts: number },
  sample: number | "all",
  seed: number | undefined,
): AsyncGenerator<WorkRow[]> {
  if (counts.parts === 0) return;
  if (sample === "all") {
    for await (const rows of allRows(store, account, counts)) yield rows.filter((row) => toVerify(row) !== undefined);
    return;
  }
  yield await sampleRows(store, account, counts, { group: toVerify, perGroup: sample, ...(seed === undefined ? {} : { seed }) });
}

function count(tally: VerifyCounts, verdict: ObjectVerdict): void {
  tally.checked++;
  if (verdict.kind === "customer-key") tally.customerKey++;
  else tally[verdict.kind]++;
}

function add(a: VerifyCounts, b: VerifyCounts): VerifyCounts {
  return {
    checked: a.checked + b.checked,
    ok: a.ok + b.ok,
    wrong: a.wrong + b.wrong,
    gone: a.gone + b.gone,
    archived: a.archived + b.archived,
    kms: a.kms + b.kms,
    customerKey: a.customerKey + b.customerKey,
  };
}
