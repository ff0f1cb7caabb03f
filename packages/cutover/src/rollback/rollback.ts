// Back to the exact former state: ownership controls (deleted again where there were none), policy to the byte, bucket ACL.
//
// The ownership mode goes first: it gives the former owners their objects back, and while ACLs are disabled S3 takes no bucket ACL. What is to be
// restored is in the journal before anything is sent, so a rollback that was killed is finished by running it again.
import type { CampaignStore } from "@quitclaim/campaign";
import { readAnswers, writeAnswers } from "../answers/record.ts";
import { readBucketAcl, sameAcl, writeBucketAcl } from "../bucket/acl.ts";
import { readOwnership, writeOwnership } from "../bucket/ownership.ts";
import { readPolicy, writePolicy } from "../bucket/policy.ts";
import { type BucketState, readBucketState } from "../bucket/state.ts";
import { readFence } from "../fence/record.ts";
import type { AnswerId } from "../finding.ts";
import { samePolicy } from "../policy/document.ts";
import { readUntil, type Waiting } from "../read-back.ts";
import { CutoverRefusal } from "../refusal.ts";
import { advance, readSwitch, type SwitchJournal, type SwitchStage } from "../switch/journal.ts";
import type { ProbeReport } from "../switch/probe.ts";
import { requireOwnershipControls, type Target } from "../target.ts";
import { cannotUndo } from "./cannot-undo.ts";
import { type Restoration, restoration } from "./target-state.ts";

export interface RollbackOptions extends Waiting {
  /** undo (the default): fixes that were ordered for the switch are taken back with it. keep: only the switch is. */
  readonly answers?: "undo" | "keep";
  /** For the journal: "asked by the operator" unless given. */
  readonly why?: string;
  readonly probe?: ProbeReport;
  readonly now?: () => number;
  readonly onStep?: (stage: SwitchStage) => void | Promise<void>;
}

export interface RollbackReport {
  readonly to: BucketState;
  readonly restored: readonly ("ownership" | "policy" | "acl")[];
  readonly undone: readonly AnswerId[];
  /** Parts of fixes that stay, and why. */
  readonly kept: readonly string[];
  /** Changed by somebody else since the switch, and replaced; the journal keeps it. */
  readonly replaced: readonly ("policy" | "acl")[];
  readonly cannotUndo: readonly string[];
  /** The state that is restored has the fence in it; `quitclaim fence --lift` takes it down. */
  readonly fenceUp: boolean;
}

export async function rollback(
  target: Target,
  store: CampaignStore,
  options: RollbackOptions = {},
): Promise<{ readonly journal: SwitchJournal; readonly report: RollbackReport }> {
  requireOwnershipControls(target, "roll back");
  const now = (): string => new Date((options.now ?? Date.now)()).toISOString();
  const whose = `the policy of bucket ${target.bucket}`;
  const [journal, current] = await Promise.all([readSwitch(store), readBucketState(target)]);
  const wanted =
    journal?.stage === "rolling-back" && journal.restoring !== undefined
      ? journal.restoring
      : await decide(target, store, journal, current, options);

  // Only what the state before the fixes cannot explain was changed by somebody else.
  const expected = journal !== undefined && SWITCHED.includes(journal.stage) ? journal.before : undefined;
  const replaced: Partial<BucketState> = {
    ...(expected !== undefined && current.policy !== expected.policy && current.policy !== wanted.to.policy
      ? { policy: current.policy }
      : {}),
    ...(current.ownership !== "BucketOwnerEnforced" &&
    expected !== undefined &&
    !sameAcl(current.acl, expected.acl) &&
    !sameAcl(current.acl, wanted.to.acl)
      ? { acl: current.acl }
      : {}),
  };
  const begun = await advance(
    store,
    target.bucket,
    journal,
    { stage: "rolling-back", at: now(), note: options.why ?? "asked by the operator" },
    {
      restoring: wanted,
      replaced: { ...journal?.replaced, ...replaced },
      ...(options.probe === undefined ? {} : { probe: options.probe }),
    },
  );
  await options.onStep?.("rolling-back");

  const restored: ("ownership" | "policy" | "acl")[] = [];
  if (current.ownership !== wanted.to.ownership) {
    await writeOwnership(target, wanted.to.ownership);
    restored.push("ownership");
  }
  await readUntil(
    `${target.bucket}: ownership controls`,
    () => readOwnership(target),
    (mode) => mode === wanted.to.ownership,
    options,
  );
  if (current.policy !== wanted.to.policy) {
    await writePolicy(target, wanted.to.policy);
    restored.push("policy");
  }
  await readUntil(
    whose,
    () => readPolicy(target),
    (text) => samePolicy(text, wanted.to.policy, whose),
    options,
  );
  if (!sameAcl(await readBucketAcl(target), wanted.to.acl)) {
    await writeBucketAcl(target, wanted.to.acl);
    restored.push("acl");
  }
  await readUntil(
    `the ACL of bucket ${target.bucket}`,
    () => readBucketAcl(target),
    (acl) => sameAcl(acl, wanted.to.acl),
    options,
  );

  if (wanted.undone.length > 0)
    await writeAnswers(
      store,
      (await readAnswers(store)).map((a) => ({ ...a, stage: "undone" as const })),
    );
  const done = await advance(store, target.bucket, begun, {
    stage: "rolled-back",
    at: now(),
    note: `restored and read back: ownership controls ${wanted.to.ownership}${wanted.to.policy === null ? ", no policy" : ", the policy"}, the bucket ACL`,
  });
  await options.onStep?.("rolled-back");
  const from = journal?.steps.findLast((s) => s.stage === "switching")?.at;
  const wasEnforced =
    current.ownership === "BucketOwnerEnforced" && from !== undefined ? { from, to: done.steps.at(-1)?.at ?? now() } : undefined;
  return {
    journal: done,
    report: {
      to: wanted.to,
      restored,
      undone: wanted.undone,
      kept: wanted.kept,
      replaced: Object.keys(replaced) as ("policy" | "acl")[],
      cannotUndo: await cannotUndo(store, wasEnforced),
      fenceUp: (await readFence(store))?.stage === "up",
    },
  };
}

const SWITCHED: readonly SwitchStage[] = ["switching", "enforced", "switched", "rolling-back"];

/** Throws CutoverRefusal where there is nothing of this campaign's to take back. */
async function decide(
  target: Target,
  store: CampaignStore,
  journal: SwitchJournal | undefined,
  current: BucketState,
  options: RollbackOptions,
): Promise<Restoration> {
  const switched = journal?.before !== undefined && SWITCHED.includes(journal.stage) ? journal.before : undefined;
  const answers = options.answers === "keep" ? [] : (await readAnswers(store)).filter((a) => a.stage !== "undone");
  if (switched === undefined && current.ownership === "BucketOwnerEnforced")
    throw new CutoverRefusal(
      "already-enforced",
      `${target.bucket} is BucketOwnerEnforced, but this campaign did not switch it and knows no former state. Set another mode by hand if it must go back.`,
    );
  if (switched === undefined && answers.length === 0)
    throw new CutoverRefusal(
      "nothing-to-roll-back",
      journal?.stage === "rolled-back"
        ? `${target.bucket} was rolled back already, at ${journal.steps.at(-1)?.at}.`
        : `${target.bucket}: this campaign has neither switched the bucket nor ordered a fix, so there is nothing to roll back.`,
    );
  return restoration(switched ?? current, answers, `the policy of bucket ${target.bucket}`);
}
