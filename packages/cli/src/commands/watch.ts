// `quitclaim watch`: attaches to a campaign. The dashboard on a terminal; lines, or JSON lines, elsewhere. Leaving changes nothing.
import { explain } from "@quitclaim/aws";
import type { PlanSummary, ProgressSnapshot } from "@quitclaim/campaign";
import { finalSummary, plainReporter, renderDashboard } from "@quitclaim/tui";
import { engineHolder } from "../engine/lease.ts";
import { logPath } from "../engine/log.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { type Campaign, type Invocation, openCampaign, readPlan } from "../invocation.ts";
import { openLive } from "../live.ts";

export interface WatchFlags {
  readonly readonly?: boolean;
  /** Leave when the campaign is finished, instead of waiting for `q`. */
  readonly leaveWhenFinished?: boolean;
  /** Seconds between lines where there is no terminal. */
  readonly every?: number;
}

export async function watch(invocation: Invocation, flags: WatchFlags): Promise<ExitCode> {
  const campaign = await openCampaign(invocation);
  const plan = await readPlan(campaign);
  return isTerminal(invocation) ? showDashboard(invocation, campaign, plan, flags) : showLines(invocation, campaign, plan, flags);
}

export const isTerminal = (invocation: Invocation): boolean =>
  process.stdin.isTTY === true && invocation.output.stdout.isTTY === true && !invocation.output.json;

/** 0, or 3 where objects failed; what is unfinished is no failure of watching it. */
export const exitOfSnapshot = (snapshot: ProgressSnapshot): ExitCode =>
  snapshot.remaining === 0 && Object.keys(snapshot.failed).length > 0 ? EXIT.failedObjects : EXIT.done;

export async function showDashboard(invocation: Invocation, campaign: Campaign, plan: PlanSummary, flags: WatchFlags): Promise<ExitCode> {
  const live = await openLive(campaign, plan, () => undefined);
  let interrupts = 0;
  try {
    const { reason, last } = await renderDashboard({
      view: live.view,
      control: live.control,
      readonly: flags.readonly === true,
      stdin: process.stdin,
      stdout: invocation.output.stdout,
      env: invocation.env,
      logPath: logPath(campaign.config),
      resumeCommand: `quitclaim watch --config ${campaign.config.file}`,
      tickMs: 500,
      explain,
      exitWhenFinished: flags.leaveWhenFinished === true,
      // Ctrl-C here means the work, not only the screen: the engine drains, and is told to leave at once the second time.
      onInterrupt: () => {
        interrupts++;
        if (interrupts === 1) return void live.control.requestStop("Ctrl-C in the dashboard");
        void (async () => {
          const holder = live.redis === undefined ? undefined : await engineHolder(live.redis);
          if (holder !== undefined) process.kill(holder.pid, "SIGTERM");
        })();
      },
    });
    if (reason === "interrupted") return EXIT.interrupted;
    return reason === "finished" ? exitOfSnapshot(last) : EXIT.done;
  } finally {
    await live.close();
  }
}

async function showLines(invocation: Invocation, campaign: Campaign, plan: PlanSummary, flags: WatchFlags): Promise<ExitCode> {
  const live = await openLive(campaign, plan, invocation.output.say);
  const { output, signals } = invocation;
  try {
    const reporter = plainReporter({ view: live.view, out: output.stdout, everyMs: (flags.every ?? 5) * 1_000, json: output.json });
    const over = new Promise<void>((resolve) => signals.drain.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([over, live.redis === undefined ? Promise.resolve() : untilFinished(live.view.snapshot)]);
    await reporter.stop();
    const snapshot = await live.view.snapshot();
    if (!output.json) for (const line of finalSummary(snapshot)) output.stdout.write(`${line}\n`);
    return signals.exitCode ?? exitOfSnapshot(snapshot);
  } finally {
    await live.close();
  }
}

async function untilFinished(snapshot: () => Promise<ProgressSnapshot>): Promise<void> {
  for (;;) {
    const { state } = await snapshot();
    if (state === "finished" || state === "switched") return;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
