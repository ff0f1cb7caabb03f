// Preflight: everything between the bucket and the switch, each finding with its evidence, its consequence and its fix (design.md 7).
import { type CampaignStore, jsonBytes, readJson } from "@quitclaim/campaign";
import { accept, bySeverity, type Finding, stands } from "../finding.ts";
import { PREFLIGHT_PATH } from "../paths.ts";
import type { Target } from "../target.ts";
import type { Facts } from "./facts.ts";
import { FINDERS } from "./findings/index.ts";
import { type GatherOptions, gatherFacts } from "./gather.ts";

export interface PreflightOptions extends GatherOptions {
  /** IDs of blocking findings that the operator takes as they are. */
  readonly accept?: readonly string[];
}

export interface Preflight {
  readonly version: 1;
  /** The phase as the dashboard knows it. */
  readonly state: "done" | "failed";
  readonly bucket: string;
  /** ISO 8601. */
  readonly at: string;
  /** No blocking finding stands. */
  readonly ok: boolean;
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** What was accepted although nothing of that name stands in the way, or it cannot be accepted. */
  readonly acceptedInVain: readonly string[];
}

/** Reads, judges and writes cutover/preflight.json. Changes nothing in S3. */
export async function preflight(target: Target, store: CampaignStore, options: PreflightOptions): Promise<Preflight> {
  const verdict = judge(await gatherFacts(target, store, options), options.accept ?? []);
  await store.write(PREFLIGHT_PATH, jsonBytes(verdict));
  return verdict;
}

/** The pure part: the same facts, the same verdict. */
export function judge(facts: Facts, accepted: readonly string[]): Preflight {
  const findings = bySeverity(
    accept(
      FINDERS.flatMap((find) => find(facts)),
      accepted,
    ),
  );
  const ok = !findings.some(stands);
  return {
    version: 1,
    state: ok ? "done" : "failed",
    bucket: facts.bucket,
    at: new Date(facts.at).toISOString(),
    ok,
    findings,
    acceptedInVain: accepted.filter((id) => !findings.some((f) => f.id === id && f.accepted === true)),
  };
}

/** The last verdict; undefined where preflight was never run. */
export const readPreflight = (store: CampaignStore): Promise<Preflight | undefined> => readJson<Preflight>(store, PREFLIGHT_PATH);
