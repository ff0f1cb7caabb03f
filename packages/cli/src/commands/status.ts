// `quitclaim status`: the campaign's figures now, from Redis where it runs and from the ledger where it does not.
import { statusJson } from "@quitclaim/campaign";
import { finalSummary } from "@quitclaim/tui";
import { EXIT, type ExitCode } from "../exit.ts";
import { type Invocation, openCampaign, readPlan } from "../invocation.ts";
import { ledgerNote, openLive } from "../live.ts";

export async function status(invocation: Invocation): Promise<ExitCode> {
  const campaign = await openCampaign(invocation);
  const live = await openLive(campaign, await readPlan(campaign), {
    say: invocation.output.say,
    orLedger: true,
    patienceMs: 3_000,
    signal: invocation.signals.drain,
  });
  try {
    const snapshot = await invocation.signals.until("drain", live.view.snapshot());
    const note = await ledgerNote(campaign, live, snapshot.remaining);
    if (note !== undefined) invocation.output.say(note);
    invocation.output.result(statusJson(snapshot), finalSummary(snapshot));
  } finally {
    await live.close();
  }
  return EXIT.done;
}
