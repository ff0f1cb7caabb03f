// `quitclaim preflight`: everything between the bucket and the switch; `--fix` mends a finding, `--accept` takes it as it is.
import { ANSWERS, type AnswerId, answerLines, applyAnswer, preflight, preflightLines } from "@quitclaim/cutover";
import { CommandError, EXIT, type ExitCode } from "../exit.ts";
import { type Invocation, openCampaign } from "../invocation.ts";
import { narrated } from "../step.ts";
import { openTarget } from "../target.ts";

export interface PreflightFlags {
  readonly fix: readonly string[];
  readonly accept: readonly string[];
  readonly accessLogs?: string;
}

export async function preflightCommand(invocation: Invocation, flags: PreflightFlags): Promise<ExitCode> {
  const { output, signals } = invocation;
  const answers = flags.fix.map(answerId);
  const campaign = await openCampaign(invocation);
  const target = await openTarget(campaign);
  for (const id of answers)
    for (const line of answerLines(await signals.until("leaveNow", applyAnswer(target, campaign.store, id)))) output.say(line);
  const verdict = await narrated(output, (onProgress) =>
    signals.until(
      "drain",
      preflight(target, campaign.store, {
        inventoryAgeHours: campaign.config.limits.inventoryAgeHours,
        accept: flags.accept,
        onProgress,
        ...(flags.accessLogs === undefined ? {} : { accessLogs: flags.accessLogs }),
      }),
    ),
  );
  output.result(verdict, preflightLines(verdict));
  return verdict.ok ? EXIT.done : EXIT.preflightRefused;
}

function answerId(name: string): AnswerId {
  const id = ANSWERS.find((a) => a === name);
  if (id === undefined)
    throw new CommandError(
      EXIT.usage,
      `--fix ${name}: only these findings can be fixed by command: ${ANSWERS.join(", ")}. The others say in their fix what to do.`,
    );
  return id;
}
