// `quitclaim fence`: nothing new may arrive foreign-owned; `--lift` takes it down again, exactly as it was before.
import { fenceLines, unfence as lower, fence as raise, unfenceLines } from "@quitclaim/cutover";
import { EXIT, type ExitCode } from "../exit.ts";
import { type Invocation, openCampaign } from "../invocation.ts";
import { FINISHED_FIRST } from "../stopping.ts";
import { openTarget } from "../target.ts";

export async function fence(invocation: Invocation): Promise<ExitCode> {
  invocation.signals.announce(FINISHED_FIRST);
  const campaign = await openCampaign(invocation);
  const target = await openTarget(campaign);
  const fenced = await invocation.signals.until("leaveNow", raise(target, campaign.store));
  invocation.output.result(fenced, fenceLines(target.bucket, fenced));
  return EXIT.done;
}

export async function unfence(invocation: Invocation): Promise<ExitCode> {
  invocation.signals.announce(FINISHED_FIRST);
  const campaign = await openCampaign(invocation);
  const target = await openTarget(campaign);
  const unfenced = await invocation.signals.until("leaveNow", lower(target, campaign.store));
  invocation.output.result(unfenced, unfenceLines(target.bucket, unfenced));
  return EXIT.done;
}
