// cutover/switch.json: the journal of the switch. Rewritten whole before each step that cannot be taken back by forgetting it.
import { type CampaignStore, jsonBytes, readJson } from "@quitclaim/campaign";
import type { BucketState } from "../bucket/state.ts";
import { SWITCH_PATH } from "../paths.ts";
import type { Restoration } from "../rollback/target-state.ts";
import type { ProbeReport } from "./probe.ts";

/** What each stage means, and what follows it: see cutover.ts. */
export type SwitchStage = "begun" | "saved" | "switching" | "enforced" | "switched" | "rolling-back" | "rolled-back";

export interface SwitchStep {
  readonly stage: SwitchStage;
  /** ISO 8601. */
  readonly at: string;
  /** One sentence. */
  readonly note: string;
}

export interface SwitchJournal {
  readonly version: 1;
  readonly bucket: string;
  /** The phase as the dashboard knows it; follows from `stage`. */
  readonly state: "running" | "switched" | "rolled-back";
  readonly stage: SwitchStage;
  /** Every step of every attempt, oldest first. */
  readonly steps: readonly SwitchStep[];
  /** Findings that the operator accepted for this attempt. */
  readonly accepted: readonly string[];
  /** The bucket before this attempt; what rollback restores. */
  readonly before?: BucketState;
  readonly probe?: ProbeReport;
  /** What a rollback puts back, from its first moment on. */
  readonly restoring?: Restoration;
  /** What somebody else had changed between the switch and the rollback, which the rollback replaced. */
  readonly replaced?: Partial<BucketState>;
}

export const readSwitch = (store: CampaignStore): Promise<SwitchJournal | undefined> => readJson<SwitchJournal>(store, SWITCH_PATH);

export interface JournalEntry {
  readonly stage: SwitchStage;
  readonly note: string;
  readonly at: string;
}

/** The journal with one more step. `facts` replaces members of it. */
export async function advance(
  store: CampaignStore,
  bucket: string,
  journal: SwitchJournal | undefined,
  entry: JournalEntry,
  facts: Partial<Pick<SwitchJournal, "accepted" | "before" | "probe" | "restoring" | "replaced">> = {},
): Promise<SwitchJournal> {
  assertFollows(journal?.stage, entry.stage);
  const state = entry.stage === "switched" || entry.stage === "rolled-back" ? entry.stage : "running";
  const kept = entry.stage === "begun" ? { accepted: [] } : { ...journal, accepted: journal?.accepted ?? [] };
  const next: SwitchJournal = {
    ...kept,
    ...facts,
    version: 1,
    bucket,
    state,
    stage: entry.stage,
    steps: [...(journal?.steps ?? []), { stage: entry.stage, at: entry.at, note: entry.note }],
  };
  await store.write(SWITCH_PATH, jsonBytes(next));
  return next;
}

const FOLLOWS: Record<SwitchStage, readonly (SwitchStage | "nothing")[]> = {
  // An attempt that changed nothing is simply begun anew; so is one whose switch somebody else has taken back.
  begun: ["nothing", "begun", "saved", "switching", "enforced", "switched", "rolled-back"],
  saved: ["begun"],
  switching: ["saved"],
  enforced: ["switching", "enforced"],
  switched: ["enforced"],
  "rolling-back": ["nothing", "begun", "saved", "switching", "enforced", "switched", "rolling-back", "rolled-back"],
  "rolled-back": ["rolling-back"],
};

function assertFollows(from: SwitchStage | undefined, to: SwitchStage): void {
  if (!FOLLOWS[to].includes(from ?? "nothing")) throw new Error(`the switch cannot go from ${from ?? "nothing"} to ${to}`);
}
