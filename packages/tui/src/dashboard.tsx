// The dashboard on a terminal: full screen while it runs, and on leaving the last summary on the normal screen with the command that comes back.
import type { CampaignControl, CampaignView, ProgressSnapshot } from "@quitclaim/campaign";
import { render } from "ink";
import { emptyModel, type Leaving } from "./model.ts";
import { Screen } from "./screen.tsx";
import { startSession } from "./session.ts";
import { finalSummary } from "./summary.ts";
import { themeOf } from "./theme.ts";
import type { Explain } from "./views/stage.ts";

const MAX_FPS = 12;
const TICK_MS_MIN = 500;
const TICK_MS_MAX = 1_000;

export interface DashboardOptions {
  view: CampaignView;
  /** Absent, or `readonly`: no key changes anything. */
  control?: CampaignControl;
  readonly: boolean;
  /** Both must be terminals; for anything else there is plainReporter. */
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  env: Record<string, string | undefined>;
  logPath: string;
  /** What a person types to open this dashboard again. */
  resumeCommand: string;
  /** Between snapshots; kept within 500 to 1000. */
  tickMs: number;
  explain?: Explain;
  /** Preflight and switch, after the bucket's name was typed; resolves with one sentence about how it went. Absent: the key is not there. */
  onCutover?: () => Promise<string>;
  /**
   * Ctrl-C, where the work belongs to this process. 1: stop claiming and drain, resolves once nothing is in flight, which ends the dashboard.
   * 2: leave at once. Absent: Ctrl-C just leaves.
   */
  onInterrupt?: (times: 1 | 2) => Promise<void>;
  /** The `last` of an earlier dashboard, for the line about what happened since. */
  lastSeen?: ProgressSnapshot;
  /** Leave by itself when nothing remains; otherwise it stays until q. */
  exitWhenFinished?: boolean;
  /** Ends the dashboard as an interrupt does: for SIGTERM and the like. */
  signal?: AbortSignal;
}

export interface DashboardEnd {
  reason: Leaving;
  /** The newest snapshot; undefined where none was ever had. */
  last: ProgressSnapshot | undefined;
}

/** Shows the campaign until someone leaves. Throws where a stream is not a terminal. */
export async function renderDashboard(options: DashboardOptions): Promise<DashboardEnd> {
  const { stdin, stdout, env, view, signal } = options;
  if (!stdin.isTTY || !stdout.isTTY)
    throw new Error("the dashboard needs a terminal for both input and output; without one there are plain lines");
  const control = options.readonly ? undefined : options.control;
  const onCutover = options.readonly ? undefined : options.onCutover;
  const theme = themeOf(env);
  const size = (): { columns: number; rows: number } => ({
    columns: Math.max(1, stdout.columns || 80),
    // A Windows console scrolls when its last cell is written.
    rows: Math.max(1, (stdout.rows || 24) - (process.platform === "win32" ? 1 : 0)),
  });
  const session = startSession(
    emptyModel({
      abilities: { control: control !== undefined, cutover: onCutover !== undefined, interrupt: options.onInterrupt !== undefined },
      ...size(),
      now: Date.now(),
      tickMs: Math.max(TICK_MS_MIN, Math.min(TICK_MS_MAX, options.tickMs)),
      exitWhenFinished: options.exitWhenFinished ?? false,
      ...(options.lastSeen === undefined ? {} : { lastSeen: options.lastSeen }),
    }),
    {
      view,
      ...(control === undefined ? {} : { control }),
      ...(onCutover === undefined ? {} : { onCutover }),
      ...(options.onInterrupt === undefined ? {} : { onInterrupt: options.onInterrupt }),
    },
  );
  const resized = (): void => session.dispatch({ type: "resize", ...size() });
  // Stays for good: a terminal that is gone answers late writes with errors too, and those must not end the process.
  const hungUp = (): void => session.dispatch({ type: "hungUp" });
  stdin.on("error", hungUp);
  stdout.on("error", hungUp);
  const aborted = (): void => session.dispatch({ type: "stopped" });
  // Before Ink's own listener, so that Ink already draws the frame of the new size.
  stdout.on("resize", resized);
  signal?.addEventListener("abort", aborted);
  if (signal?.aborted) aborted();
  const facts = {
    logPath: options.logPath,
    resumeCommand: options.resumeCommand,
    ...(options.explain === undefined ? {} : { explain: options.explain }),
  };
  const ink = render(<Screen session={session} theme={theme} facts={facts} />, {
    stdin,
    stdout,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: MAX_FPS,
    exitOnCtrlC: false,
    patchConsole: true,
    // Ink takes a CI variable for the absence of a terminal; here the terminal was asked.
    interactive: true,
  });
  try {
    const reason = await session.left;
    ink.unmount();
    await ink.waitUntilExit();
    const last = session.model().snapshot;
    const lines = last === undefined ? [] : finalSummary(last, theme.charset);
    stdout.write(`${[...lines, `Come back with: ${theme.text(options.resumeCommand).text}`].join("\n")}\n`);
    return { reason, last };
  } finally {
    if (!stdin.destroyed && !stdout.destroyed) {
      stdin.off("error", hungUp);
      stdout.off("error", hungUp);
    }
    stdout.off("resize", resized);
    signal?.removeEventListener("abort", aborted);
  }
}
