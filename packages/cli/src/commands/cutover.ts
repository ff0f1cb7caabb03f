// `quitclaim cutover` and `quitclaim rollback`: the switch, and the way back.

import { cutoverLines, rollback as rollBack, rollbackLines, stands, cutover as switchBucket } from "@quitclaim/cutover";
import { runningEngine } from "../engine/lease.ts";
import { CommandError, EXIT, type ExitCode } from "../exit.ts";
import { type Campaign, type Invocation, openCampaign } from "../invocation.ts";
import { narrated } from "../step.ts";
import { FINISHED_FIRST } from "../stopping.ts";
import { openTarget } from "../target.ts";

export interface CutoverFlags {
  readonly confirm?: string;
  readonly accept: readonly string[];
}

export async function cutover(invocation: Invocation, flags: CutoverFlags): Promise<ExitCode> {
  const { output, signals } = invocation;
  signals.announce(FINISHED_FIRST);
  const campaign = await openCampaign(invocation);
  await assertNobodyWorks(campaign);
  const target = await openTarget(campaign);
  const result = await narrated(output, (onProgress) =>
    signals.until(
      "leaveNow",
      switchBucket(target, campaign.store, {
        confirm: flags.confirm ?? "",
        accept: flags.accept,
        inventoryAgeHours: campaign.config.limits.inventoryAgeHours,
        onProgress,
      }),
    ),
  );
  output.result(result, cutoverLines(target.bucket, result));
  switch (result.outcome) {
    case "switched":
    case "already-switched":
      return EXIT.done;
    case "refused":
    case "rolled-back":
      return EXIT.preflightRefused;
  }
}

/** The switch as the dashboard orders it, after the bucket's name was typed there; one sentence about how it went. */
export async function cutoverFromDashboard(campaign: Campaign): Promise<string> {
  await assertNobodyWorks(campaign);
  const target = await openTarget(campaign);
  const { inventoryAgeHours } = campaign.config.limits;
  const result = await switchBucket(target, campaign.store, { confirm: target.bucket, accept: [], inventoryAgeHours });
  if (result.outcome === "refused") {
    const standing = result.preflight.findings.filter(stands).map((f) => f.id);
    return `not switched: ${standing.join(", ")} in the way; \`quitclaim preflight\` says what to do`;
  }
  return cutoverLines(target.bucket, result).at(result.outcome === "switched" ? -2 : -1) ?? result.outcome;
}

/** Requests in flight would all fail at the switch, and what they were about would be unknown. */
async function assertNobodyWorks(campaign: Campaign): Promise<void> {
  const holder = await runningEngine(campaign.config);
  if (holder !== undefined)
    throw new CommandError(
      EXIT.preflightRefused,
      `the campaign is running (process ${holder.pid} on ${holder.host}). Let it finish, or stop it with Ctrl-C in its dashboard, before the switch.`,
    );
}

export async function rollback(invocation: Invocation, flags: { confirm?: string }): Promise<ExitCode> {
  invocation.signals.announce(FINISHED_FIRST);
  const campaign = await openCampaign(invocation);
  const target = await openTarget(campaign);
  if (flags.confirm !== target.bucket)
    throw new CommandError(
      EXIT.usage,
      `the way back must be confirmed with the bucket's name: quitclaim rollback --confirm ${target.bucket}. Nothing was changed.`,
    );
  const { report } = await invocation.signals.until("leaveNow", rollBack(target, campaign.store));
  invocation.output.result(report, rollbackLines(target.bucket, report));
  return EXIT.done;
}
