// `quitclaim verify`: reads back, as the bucket owner, what the ledger says was granted and copied.
import { verify as verifyBucket, verifyLines } from "@quitclaim/cutover";
import { EXIT, type ExitCode } from "../exit.ts";
import { type Invocation, openCampaign } from "../invocation.ts";
import { narrated } from "../step.ts";
import { openTarget } from "../target.ts";

export interface VerifyFlags {
  readonly sample: number;
  readonly all: boolean;
}

export async function verify(invocation: Invocation, flags: VerifyFlags): Promise<ExitCode> {
  const campaign = await openCampaign(invocation);
  const target = await openTarget(campaign);
  const verification = await narrated(invocation.output, (onProgress) =>
    invocation.signals.until("drain", verifyBucket(target, campaign.store, { sample: flags.all ? "all" : flags.sample, onProgress })),
  );
  invocation.output.result(verification, verifyLines(verification));
  return verification.state === "done" ? EXIT.done : EXIT.failedObjects;
}
