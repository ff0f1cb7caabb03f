// `quitclaim watch`: attaches to a campaign. The dashboard on a terminal; lines, or JSON lines, elsewhere. Leaving changes nothing.
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { explain } from "@quitclaim/aws";
import { jsonBytes, type PlanSummary, type ProgressSnapshot, readJson, statusJson } from "@quitclaim/campaign";
import { finalSummary, plainReporter, renderDashboard } from "@quitclaim/tui";
import { engineHolder } from "../engine/lease.ts";
import { logPath } from "../engine/log.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { type Campaign, type Invocation, openCampaign, readPlan } from "../invocation.ts";
import { ledgerNote, openLive } from "../live.ts";
import { cutoverFromDashboard } from "./cutover.ts";

const TICK_MS = 500;
/** A large ledger takes an engine minutes to read before Redis has its figures. */
const TEACHING_MS_MAX = 10 * 60_000;
/** The last snapshot that somebody looked at, for the line about what happened since. */
const LAST_SEEN = "control/last-seen.json";

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
  return isTerminal(invocation) ? showDashboard(invocation, campaign, plan, flags, "watch") : showLines(invocation, campaign, plan, flags);
}

export const isTerminal = (invocation: Invocation): boolean =>
  process.stdin.isTTY === true && invocation.output.stdout.isTTY === true && !invocation.output.json;

/** 0, or 3 where objects failed; what is unfinished is no failure of watching it. */
export const exitOfSnapshot = (snapshot: ProgressSnapshot): ExitCode =>
  snapshot.remaining === 0 && Object.keys(snapshot.failed).length > 0 ? EXIT.failedObjects : EXIT.done;

/** `stopped`: what to do where Ctrl-C came before the dashboard had the keyboard. `command`: what brings it back. */
export async function showDashboard(
  invocation: Invocation,
  campaign: Campaign,
  plan: PlanSummary,
  flags: WatchFlags,
  command: "run" | "watch",
  stopped?: () => Promise<never>,
): Promise<ExitCode> {
  const { drain } = invocation.signals;
  const live = await openLive(campaign, plan, { say: () => undefined, orLedger: true, patienceMs: TEACHING_MS_MAX, signal: drain });
  if (drain.aborted && stopped !== undefined) return live.close().then(stopped);
  const { redis, control } = live;
  // Ctrl-C means the work, not only the screen: the engine drains, and leaves at once the second time. `q` leaves the work alone.
  const interrupt = async (times: 1 | 2): Promise<void> => {
    if (redis === undefined) return;
    await control.requestStop("Ctrl-C in the dashboard");
    const holder = await engineHolder(redis);
    if (times === 2 && holder?.host === hostname()) {
      // Twice, as a person would: the first asks the engine to drain, the second to leave at once.
      process.kill(holder.pid, "SIGTERM");
      await sleep(100);
      process.kill(holder.pid, "SIGTERM");
    }
    while ((await engineHolder(redis)) !== undefined) await sleep(200);
  };
  try {
    const lastSeen = await readJson<ProgressSnapshot>(campaign.store, LAST_SEEN);
    const { reason, last } = await renderDashboard({
      view: live.view,
      control,
      readonly: flags.readonly === true,
      stdin: process.stdin,
      stdout: invocation.output.stdout,
      env: invocation.env,
      logPath: logPath(campaign.config),
      resumeCommand: `quitclaim ${command} --config ${campaign.config.file}`,
      tickMs: TICK_MS,
      explain,
      exitWhenFinished: flags.leaveWhenFinished === true,
      signal: invocation.signals.drain,
      ...(lastSeen === undefined ? {} : { lastSeen }),
      ...(flags.readonly === true ? {} : { onInterrupt: interrupt, onCutover: () => cutoverFromDashboard(campaign) }),
    });
    if (last !== undefined) await campaign.store.write(LAST_SEEN, jsonBytes(last));
    if (reason === "interrupted") return invocation.signals.exitCode ?? EXIT.interrupted;
    return reason === "finished" && last !== undefined ? exitOfSnapshot(last) : EXIT.done;
  } finally {
    await live.close();
  }
}

async function showLines(invocation: Invocation, campaign: Campaign, plan: PlanSummary, flags: WatchFlags): Promise<ExitCode> {
  const live = await openLive(campaign, plan, {
    say: invocation.output.say,
    orLedger: true,
    patienceMs: TEACHING_MS_MAX,
    signal: invocation.signals.drain,
  });
  const { output, signals } = invocation;
  try {
    // Without Redis there is nothing to follow: the ledger's figures, once.
    if (live.redis !== undefined) {
      // As with `run`: the one document on stdout is the end's; on the way, JSON lines go to stderr.
      const out = output.json ? output.stderr : output.stdout;
      const signal = AbortSignal.any([signals.drain, output.closed]);
      await plainReporter({ view: live.view, out, everyMs: everyMs(flags), json: output.json, signal });
    }
    const snapshot = await live.view.snapshot();
    const note = await ledgerNote(campaign, live, snapshot.remaining);
    if (note !== undefined) output.say(note);
    output.result(statusJson(snapshot), finalSummary(snapshot));
    return signals.exitCode ?? exitOfSnapshot(snapshot);
  } finally {
    await live.close();
  }
}

const LINES_EVERY_S = 5;
export const everyMs = (flags: WatchFlags): number => (flags.every ?? LINES_EVERY_S) * 1_000;
