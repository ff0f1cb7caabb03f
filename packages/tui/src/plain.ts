// The same facts without a terminal: a line every few seconds where something changed, or JSON lines.
import type { CampaignView, ProgressSnapshot } from "@quitclaim/campaign";
import { leftText } from "./cells/left.ts";
import { grouped, percent, perSecond } from "./cells/number.ts";
import { campaignState } from "./cells/state.ts";
import { clock, span } from "./cells/time.ts";
import { campaignLeft, type Left, type Watched, watch } from "./eta.ts";
import { failedOf, finishedOf, isOver, shareOf } from "./tally.ts";
import { legible } from "./text/legible.ts";
import { themeOf } from "./theme.ts";

/** A line at least this often, so that a log shows that someone still looks. */
const QUIET_MS_MAX = 30_000;

export interface ReporterOptions {
  view: CampaignView;
  out: { write(text: string): unknown };
  everyMs: number;
  /** One JSON object a line. */
  json: boolean;
  /** Stops the reporter; nothing else ends it before the campaign does. */
  signal?: AbortSignal;
}

export interface ReporterEnd {
  reason: "finished" | "interrupted";
  last: ProgressSnapshot | undefined;
}

/** Reports until nothing remains or the signal says so. A snapshot that fails is reported and asked for again; it ends nothing. */
export async function plainReporter(options: ReporterOptions): Promise<ReporterEnd> {
  const { view, out, everyMs, json, signal } = options;
  let watched: Watched = { accounts: new Map() };
  let last: ProgressSnapshot | undefined;
  const toldPauses = new Set<string>();
  let said = "";
  let saidAt = Number.NEGATIVE_INFINITY;
  let heardAt = Date.now();
  const say = (signature: string, line: () => string): void => {
    const now = Date.now();
    if (signature === said && now - saidAt < QUIET_MS_MAX) return;
    said = signature;
    saidAt = now;
    out.write(`${line()}\n`);
  };
  while (!signal?.aborted) {
    try {
      const snapshot = await view.snapshot();
      last = snapshot;
      heardAt = Date.now();
      watched = watch(watched, snapshot);
      if (!json) for (const line of newPauses(snapshot, toldPauses)) out.write(`${line}\n`);
      const left = campaignLeft(watched, snapshot);
      say(signatureOf(snapshot), () => (json ? jsonLine(snapshot, left) : textLine(snapshot, left)));
      if (isOver(snapshot)) return { reason: "finished", last };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const silent = Date.now() - heardAt;
      say(`failed ${message}`, () =>
        json
          ? JSON.stringify({ at: Date.now(), error: message, silentSeconds: Math.round(silent / 1000) })
          : legible(`${clock(Date.now())} no connection for ${span(silent)}: ${message}`, "unicode"),
      );
    }
    await pause(everyMs, signal);
  }
  return { reason: "interrupted", last };
}

/** What makes a line worth writing: everything but clocks and rates. */
function signatureOf(snapshot: ProgressSnapshot): string {
  const paused = snapshot.accounts.filter((one) => one.pause !== undefined).map((one) => one.account);
  return JSON.stringify([
    snapshot.state,
    snapshot.done,
    snapshot.failed,
    snapshot.remaining,
    snapshot.held,
    snapshot.banner,
    paused,
    snapshot.phases,
  ]);
}

/** `03:12:44 running run 12,418,004 of 41,200,350 (30.1 %) 3,214 objects/s, may 3,500 requests/s, left 2 h 20 - 2 h 40, failed 12`. */
export function textLine(snapshot: ProgressSnapshot, left: Left): string {
  // ASCII shapes: a log is read with whatever is at hand.
  const { glyphs } = themeOf({});
  const phase = snapshot.phases.find(({ state }) => state === "running")?.name;
  const parts = [
    `${perSecond(snapshot.ratePerSecond).replace("/s", " objects/s")}`,
    `may ${grouped(snapshot.permittedPerSecond)} requests/s`,
    `${left.kind === "range" ? "left " : ""}${leftText(left, glyphs)}`,
    `failed ${grouped(failedOf(snapshot))}`,
    ...(snapshot.held > 0 ? [`held ${grouped(snapshot.held)}`] : []),
    ...(snapshot.throttledShare >= 0.001 ? [`slow down ${percent(snapshot.throttledShare, 1)}`] : []),
    ...snapshot.accounts.flatMap((one) => (one.pause === undefined ? [] : [`${one.name} paused`])),
  ];
  const state = campaignState(snapshot.state, glyphs).word;
  const done = `${grouped(finishedOf(snapshot))} of ${grouped(snapshot.planned)} (${percent(shareOf(snapshot), 1)})`;
  return legible(`${clock(snapshot.at)} ${state}${phase === undefined ? "" : ` ${phase}`} ${done} ${parts.join(", ")}`, "unicode");
}

/** A pause is explained once, on a line of its own; the lines after it only name the account. */
function newPauses(snapshot: ProgressSnapshot, told: Set<string>): string[] {
  return snapshot.accounts.flatMap(({ account, name, pause }) => {
    if (pause === undefined || told.has(`${account} ${pause.at}`)) return [];
    told.add(`${account} ${pause.at}`);
    return [legible(`${clock(pause.at)} ${name} (${account}) paused by the ${pause.by}: ${pause.cause}`, "unicode")];
  });
}

function jsonLine(snapshot: ProgressSnapshot, left: Left): string {
  const { history: _, historySlotSeconds: __, ...facts } = snapshot;
  return JSON.stringify({
    ...facts,
    left: left.kind === "word" ? left.word : { fromSeconds: Math.round(left.from), toSeconds: Math.round(left.to) },
  });
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });
}
