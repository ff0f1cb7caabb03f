// The switch to BucketOwnerEnforced.
//
// Its stages, each written to the journal before what it announces is done, and what a run finds that comes after a kill there:
//   (none)        nothing was begun: preflight, run afresh, must be ok; then `begun`.
//   begun         confirmed, preflight ok. Nothing changed: a new run starts over.
//   saved         the journal holds the former state. Nothing changed: a new run starts over and saves what is there then.
//   switching     PutBucketOwnershipControls is about to be sent, or was. The bucket itself tells: enforced means that it arrived (go on with
//                 `enforced`), anything else that it did not (start over).
//   enforced      S3 showed the new mode. The probes have not been answered: a new run probes.
//   switched      the probes were read. The end; running again says so and sends nothing.
//   rolling-back  a probe failed, or the operator asked: the former state is being put back. A new run goes on with that, never with the switch.
//   rolled-back   the former state was read back. The end of this attempt; a new run is a new attempt.
// The former state that is saved is never one that this campaign enforced: `saved` refuses to save BucketOwnerEnforced.
import { type CampaignStore, type PlanSummary, readJson } from "@quitclaim/campaign";
import { readOwnership, writeOwnership } from "../bucket/ownership.ts";
import { readBucketState } from "../bucket/state.ts";
import { PLAN_PATH } from "../paths.ts";
import { type Preflight, type PreflightOptions, preflight } from "../preflight/preflight.ts";
import { readUntil, type Waiting } from "../read-back.ts";
import { CallRefused, CutoverRefusal } from "../refusal.ts";
import { type RollbackReport, rollback } from "../rollback/rollback.ts";
import { requireOwnershipControls, type Target } from "../target.ts";
import { advance, readSwitch, type SwitchJournal, type SwitchStage } from "./journal.ts";
import { chooseProbes, type ProbeObject, type ProbeReport, probe } from "./probe.ts";

export interface CutoverOptions extends PreflightOptions, Waiting {
  /** Must be the bucket's name, typed by a person. */
  readonly confirm: string;
  readonly probesPerAccount?: number;
  /** Milliseconds for which a refused probe is tried again. */
  readonly probePatienceMs?: number;
  /** Told after each stage is in the journal, before what it announces is done; what it throws stops the switch there. */
  readonly onStep?: (stage: SwitchStage) => void | Promise<void>;
}

export type CutoverResult =
  | { readonly outcome: "switched"; readonly journal: SwitchJournal; readonly probe: ProbeReport; readonly resumedFrom?: SwitchStage }
  /** It was switched by an earlier run; nothing was sent. */
  | { readonly outcome: "already-switched"; readonly journal: SwitchJournal }
  /** Preflight found something; nothing was changed. */
  | { readonly outcome: "refused"; readonly preflight: Preflight }
  /** A probe failed (or an earlier run was rolling back), and the former state is in place again. */
  | { readonly outcome: "rolled-back"; readonly journal: SwitchJournal; readonly probe?: ProbeReport; readonly rollback: RollbackReport };

export async function cutover(target: Target, store: CampaignStore, options: CutoverOptions): Promise<CutoverResult> {
  requireOwnershipControls(target, "switch");
  if (options.confirm !== target.bucket)
    throw new CutoverRefusal(
      "not-confirmed",
      `The switch must be confirmed with the bucket's name, ${target.bucket}; ${options.confirm === "" ? "nothing was given" : `"${options.confirm}" was given`}. Nothing was changed.`,
    );
  const plan = await readJson<PlanSummary>(store, PLAN_PATH);
  if (plan === undefined)
    throw new CutoverRefusal(
      "no-plan",
      `${store.location} has no plan, so nobody knows what the switch would do. Run \`quitclaim plan\` first.`,
    );
  const [journal, ownership] = await Promise.all([readSwitch(store), readOwnership(target)]);

  if (journal?.stage === "rolling-back") return rolledBack(target, store, options);
  if (ownership === "BucketOwnerEnforced") {
    if (journal?.stage === "switched") return { outcome: "already-switched", journal };
    if (journal?.stage === "switching" || journal?.stage === "enforced") {
      const probes = await chooseProbes(target, store, plan, options.probesPerAccount);
      return prove(target, store, journal, probes, options, journal.stage);
    }
    throw new CutoverRefusal(
      "already-enforced",
      `${target.bucket} is BucketOwnerEnforced already, and not by this campaign: the bucket owner owns everything in it. Nothing was changed, and no former state is known to roll back to.`,
    );
  }

  const verdict = await preflight(target, store, options);
  if (!verdict.ok) return { outcome: "refused", preflight: verdict };
  return prove(target, store, ...(await enforce(target, store, plan, journal, verdict, options)), options);
}

/** From `begun` to the answer of PutBucketOwnershipControls. */
async function enforce(
  target: Target,
  store: CampaignStore,
  plan: PlanSummary,
  earlier: SwitchJournal | undefined,
  verdict: Preflight,
  options: CutoverOptions,
): Promise<[SwitchJournal, ProbeObject[]]> {
  const tell = options.onStep ?? (() => {});
  const step = async (
    from: SwitchJournal | undefined,
    stage: SwitchStage,
    note: string,
    facts: Parameters<typeof advance>[4] = {},
  ): Promise<SwitchJournal> => {
    options.signal?.throwIfAborted();
    const next = await advance(store, target.bucket, from, { stage, note, at: iso(options) }, facts);
    await tell(stage);
    return next;
  };
  // Chosen before anything is changed, so that a store that cannot be read stops the switch and not its proof.
  const probes = await chooseProbes(target, store, plan, options.probesPerAccount);
  const accepted = verdict.findings.filter((f) => f.accepted === true).map((f) => f.id);
  let journal = await step(earlier, "begun", `confirmed; preflight ok${accepted.length > 0 ? `, accepted: ${accepted.join(", ")}` : ""}`, {
    accepted,
  });

  const before = await readBucketState(target);
  if (before.ownership === "BucketOwnerEnforced")
    throw new CutoverRefusal(
      "already-enforced",
      `${target.bucket} became BucketOwnerEnforced while preflight ran. Nothing was changed; look who did it.`,
    );
  journal = await step(journal, "saved", `former state saved: ownership controls ${before.ownership}`, { before });
  journal = await step(journal, "switching", "sending PutBucketOwnershipControls BucketOwnerEnforced");
  try {
    await writeOwnership(target, "BucketOwnerEnforced");
  } catch (error) {
    if (!(error instanceof CallRefused)) throw error;
    if (error.code === "InvalidBucketAclWithObjectOwnership")
      throw new CutoverRefusal(
        "preflight",
        `S3 refused the switch: the ACL of bucket ${target.bucket} got a grant to somebody else after preflight. Nothing was changed. Run \`quitclaim preflight\`.`,
        { cause: error },
      );
    throw error;
  }
  return [journal, probes];
}

/** From the sent switch to its proof, or back. */
async function prove(
  target: Target,
  store: CampaignStore,
  sent: SwitchJournal,
  probes: readonly ProbeObject[],
  options: CutoverOptions,
  resumedFrom?: SwitchStage,
): Promise<CutoverResult> {
  const tell = options.onStep ?? (() => {});
  await readUntil(
    `${target.bucket}: ownership controls`,
    () => readOwnership(target),
    (mode) => mode === "BucketOwnerEnforced",
    options,
  );
  const enforced = await advance(store, target.bucket, sent, { stage: "enforced", at: iso(options), note: "S3 shows BucketOwnerEnforced" });
  await tell("enforced");
  const report = await probe(target, probes, {
    ...(options.probePatienceMs === undefined ? {} : { patienceMs: options.probePatienceMs }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.now === undefined ? {} : { now: options.now }),
  });
  if (report.failed.length > 0) return rolledBack(target, store, options, report);
  const note = `${report.read} of ${report.looked} objects read as the bucket owner${report.kms.length > 0 ? `, ${report.kms.length} kept from it by their KMS key` : ""}`;
  const journal = await advance(store, target.bucket, enforced, { stage: "switched", at: iso(options), note }, { probe: report });
  await tell("switched");
  return { outcome: "switched", journal, probe: report, ...(resumedFrom === undefined ? {} : { resumedFrom }) };
}

async function rolledBack(target: Target, store: CampaignStore, options: CutoverOptions, report?: ProbeReport): Promise<CutoverResult> {
  const undone = await rollback(target, store, {
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
    ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
    answers: "keep",
    why: report === undefined ? "an earlier rollback is carried on" : `${report.failed.length} of ${report.looked} probes failed`,
    ...(report === undefined ? {} : { probe: report }),
  });
  return { outcome: "rolled-back", journal: undone.journal, rollback: undone.report, ...(report === undefined ? {} : { probe: report }) };
}

const iso = (options: { readonly now?: () => number }): string => new Date((options.now ?? Date.now)()).toISOString();
