// The seven phases of a campaign, read from the files that each leaves in the store.
import { type CampaignStore, readJson } from "../store/store.ts";
import type { CampaignState, Phase, PhaseName } from "./snapshot.ts";

/** Where each phase leaves its word. `run` leaves none: its state is the ledger's. */
export const PHASE_FILES: Readonly<Record<Exclude<PhaseName, "run">, string>> = {
  check: "check.json",
  plan: "plan/plan.json",
  fence: "cutover/fence.json",
  verify: "verify.json",
  preflight: "cutover/preflight.json",
  switch: "cutover/switch.json",
};

/**
 * What those files have in common; each may hold much more. No `state` means done. `switched` and `done` are done, `rolled-back` and
 * `lifted` (a fence taken down) count as waiting, because the campaign stands where it stood before.
 */
export interface PhaseFile {
  readonly state?: "running" | "done" | "failed" | "switched" | "rolled-back" | "lifted";
}

function phaseState(file: PhaseFile | undefined): Phase["state"] {
  if (file === undefined) return "waiting";
  switch (file.state) {
    case "running":
    case "failed":
      return file.state;
    case "rolled-back":
    case "lifted":
      return "waiting";
    default:
      return "done";
  }
}

const ORDER: readonly PhaseName[] = ["check", "plan", "fence", "run", "verify", "preflight", "switch"];

/** Every phase but `run`, by name. Whoever has a campaign open has its plan. */
export async function readPhases(store: CampaignStore): Promise<Map<PhaseName, Phase["state"]>> {
  const named = (Object.entries(PHASE_FILES) as [Exclude<PhaseName, "run">, string][]).filter(([name]) => name !== "plan");
  const read = await Promise.all(named.map(async ([name, path]) => [name, phaseState(await readJson<PhaseFile>(store, path))] as const));
  return new Map<PhaseName, Phase["state"]>([["plan", "done"], ...read]);
}

/** All seven in order, `run` taken from the campaign's state. */
export function orderedPhases(read: ReadonlyMap<PhaseName, Phase["state"]>, run: CampaignState, started: boolean): Phase[] {
  const running: Phase["state"] = run === "finished" || run === "switched" ? "done" : started && run !== "planned" ? "running" : "waiting";
  return ORDER.map((name) => ({ name, state: name === "run" ? running : (read.get(name) ?? "waiting") }));
}
