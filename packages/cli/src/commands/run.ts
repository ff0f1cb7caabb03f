// `quitclaim run`: enqueue what is left and work on it. On a terminal the engine runs in the background and the dashboard attaches to
// it, so that leaving the screen leaves the work alone; elsewhere the engine is this process, and it prints lines.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type PlanSummary, readJson, statusJson } from "@quitclaim/campaign";
import { finalSummary, plainReporter } from "@quitclaim/tui";
import { type EngineEnd, runEngine } from "../engine/engine.ts";
import { runningEngine } from "../engine/lease.ts";
import { logPath, openLog } from "../engine/log.ts";
import { CommandError, EXIT, type ExitCode } from "../exit.ts";
import { type Campaign, type Invocation, openCampaign, readPlan } from "../invocation.ts";
import { Interrupted } from "../signals.ts";
import { DRAINING } from "../stopping.ts";
import { everyMs, exitOfSnapshot, isTerminal, showDashboard, type WatchFlags } from "./watch.ts";

export interface RunFlags extends WatchFlags {
  /** No dashboard even on a terminal. */
  readonly headless?: boolean;
  /** Stay while all that is left is paused. */
  readonly waitWhilePaused?: boolean;
  readonly workers?: number;
}

export async function run(invocation: Invocation, flags: RunFlags, program: readonly string[]): Promise<ExitCode> {
  const campaign = await openCampaign(invocation);
  const plan = await readPlan(campaign);
  await assertRunnable(campaign, plan);
  if (flags.headless !== true && isTerminal(invocation)) {
    const engine = await startInBackground(invocation, campaign, flags, program);
    const stopped = engine === undefined ? undefined : (): Promise<never> => stopStarted(engine);
    return showDashboard(invocation, campaign, plan, flags, "run", stopped);
  }
  return runHere(invocation, campaign, plan, flags, program);
}

/** What would make the work pointless or wrong is said before it begins. */
async function assertRunnable(campaign: Campaign, plan: PlanSummary): Promise<void> {
  const switched = await readJson<{ state?: string }>(campaign.store, "cutover/switch.json");
  if (switched?.state === "switched") {
    throw new CommandError(
      EXIT.usage,
      `bucket ${plan.bucket} is switched to BucketOwnerEnforced already: its owner owns every object and ACLs are off, so there is nothing to run. \`quitclaim rollback\` takes it back.`,
    );
  }
  const { config } = campaign;
  if (plan.campaign !== config.campaign || plan.bucket !== config.bucket.name) {
    throw new CommandError(
      EXIT.usage,
      `the plan in ${campaign.store.location} is of campaign ${plan.campaign} on bucket ${plan.bucket}, the campaign file says ${config.campaign} on ${config.bucket.name}. Give this campaign a store of its own.`,
    );
  }
  const lost = Object.entries(plan.accounts).filter(([id, a]) => a.batches > 0 && !config.accounts.some((c) => c.id === id));
  if (lost.length > 0) {
    throw new CommandError(
      EXIT.usage,
      `the plan has work for ${lost.map(([id, a]) => `${id} (${a.name})`).join(", ")}, which the campaign file no longer names. Put the account back, or plan again.`,
    );
  }
  const copies = plan.planned.copy ?? 0;
  const fenced = await readJson<{ state?: string }>(campaign.store, "cutover/fence.json");
  if (copies > 0 && config.bucket.dialect === "aws" && (fenced === undefined || fenced.state === "lifted")) {
    throw new CommandError(
      EXIT.usage,
      `the plan copies ${copies} objects, and without the fence their uploaders would own the copies as well (Object Ownership must be BucketOwnerPreferred). First: quitclaim fence --config ${campaign.config.file}`,
    );
  }
}

async function runHere(
  invocation: Invocation,
  campaign: Campaign,
  plan: PlanSummary,
  flags: RunFlags,
  program: readonly string[],
): Promise<ExitCode> {
  const { output, signals } = invocation;
  signals.announce(DRAINING);
  const { config, store } = campaign;
  const log = openLog(config);
  const over = new AbortController();
  let reported: Promise<unknown> = Promise.resolve();
  const end = await runEngine({
    config,
    store,
    plan,
    log,
    // Objects die young here: less room for them than Node gives by itself, and a heap that grows by a fifth before it is looked through, keep a worker under 200 MB.
    workerCommand: ["--max-semi-space-size=8", "--heap-growing-percent=20", ...program.slice(1), "work", "--crew", "--config", config.file],
    processes: flags.workers ?? config.limits.processes,
    waitWhilePaused: flags.waitWhilePaused === true,
    drain: signals.drain,
    leaveNow: signals.leaveNow,
    onReady(progress) {
      // With --json the one document on stdout is the end's; on the way, JSON lines go to stderr.
      const out = output.json ? output.stderr : output.stdout;
      reported = plainReporter({ view: progress.view, out, everyMs: everyMs(flags), json: output.json, signal: over.signal });
    },
  }).finally(() => over.abort());
  await reported;
  output.result({ ended: end.why, ...statusJson(end.snapshot) }, [...finalSummary(end.snapshot), ...afterwards(end, campaign, log.path)]);
  return exitOfEnd(end, signals.exitCode);
}

function exitOfEnd(end: EngineEnd, signalled: ExitCode | undefined): ExitCode {
  switch (end.why) {
    case "finished":
      return exitOfSnapshot(end.snapshot);
    case "enforced":
      return EXIT.done;
    case "blocked":
      return EXIT.stoppedByBreaker;
    case "stopped":
      return signalled ?? EXIT.done;
  }
}

function afterwards(end: EngineEnd, campaign: Campaign, log: string): string[] {
  const again = `quitclaim run --config ${campaign.config.file}`;
  switch (end.why) {
    case "finished":
      return Object.keys(end.snapshot.failed).length > 0
        ? ["failed objects: `quitclaim watch` shows each with its cause, `quitclaim retry` puts them to work again"]
        : [];
    case "enforced":
      return [
        "the bucket refuses ACLs: it is switched to BucketOwnerEnforced already, and its owner owns everything. The campaign is over.",
      ];
    case "blocked":
      return [`all that is left is paused: mend the causes, then \`quitclaim resume\` (one ACCOUNT or all), and ${again}`];
    case "stopped":
      return [`stopped; ${again} goes on where it stood. The log: ${log}`];
  }
}

/** Starts the engine as a process of its own and waits until it has the campaign; undefined where one runs already, or has ended already. */
async function startInBackground(
  invocation: Invocation,
  campaign: Campaign,
  flags: RunFlags,
  program: readonly string[],
): Promise<ChildProcess | undefined> {
  const { config } = campaign;
  if ((await runningEngine(config)) !== undefined) return undefined;
  const path = logPath(config);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const log = openSync(path, "a", 0o600);
  const from = statSync(path).size;
  const [node, ...args] = program;
  if (node === undefined) throw new Error("no program");
  const engine = spawn(
    node,
    [
      ...args,
      "run",
      "--headless",
      "--wait-while-paused",
      "--config",
      config.file,
      ...(flags.workers === undefined ? [] : ["--workers", `${flags.workers}`]),
    ],
    { detached: true, stdio: ["ignore", log, log], env: invocation.env },
  );
  closeSync(log);
  engine.unref();
  while ((await runningEngine(config)) === undefined) {
    if (invocation.signals.drain.aborted) await stopStarted(engine);
    if (engine.exitCode !== null) {
      if (engine.exitCode === EXIT.done || engine.exitCode === EXIT.failedObjects) return undefined;
      const said = readFileSync(path, "utf8").slice(from).trim().split("\n").slice(-12).join("\n");
      throw new CommandError(engine.exitCode as ExitCode, `the campaign could not be started:\n${said}`);
    }
    await sleep(100);
  }
  return engine;
}

/** Ctrl-C before the dashboard had the keyboard means the work, as it does afterwards. */
async function stopStarted(engine: ChildProcess): Promise<never> {
  engine.ref();
  const ended = engine.exitCode === null ? once(engine, "exit") : undefined;
  engine.kill("SIGTERM");
  await ended;
  throw new Interrupted("the campaign was stopped while it started; the same command goes on.");
}
