// `quitclaim demo`: a whole campaign, rehearsed on this machine with the commands a person would type, each run as a process of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { loadConfig, openLocalStore, type PlanSummary, readJson } from "@quitclaim/campaign";
import { CommandError, EXIT, type ExitCode } from "../exit.ts";
import type { Output } from "../output.ts";
import { listenForSignals, type Signals } from "../signals.ts";
import { type Direction, direct } from "./director.ts";
import { type Stage, setStage } from "./stage.ts";

export interface DemoOptions {
  readonly output: Output;
  /** Program and arguments that run quitclaim. */
  readonly quitclaim: readonly string[];
  readonly objects: number;
  readonly accounts: number;
  readonly seed: number;
  /** Where the rehearsal's folder is made. */
  readonly parent: string;
}

export async function runDemo(options: DemoOptions): Promise<ExitCode> {
  const { output } = options;
  const signals = listenForSignals(output.say);
  signals.announce("stopping the rehearsal");
  const started = Date.now();
  const folder = resolve(options.parent, `rehearsal-${new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, "-")}-${process.pid}`);
  output.say(
    `A rehearsal: ${options.objects.toLocaleString("en")} objects of ${options.accounts} accounts in a bucket that its owner cannot read, on this machine only.`,
  );
  const stage = await setStage({
    folder,
    objects: options.objects,
    accounts: options.accounts,
    seed: options.seed,
    quitclaim: options.quitclaim,
  });
  try {
    const facts = await campaign(stage, options, signals);
    const seconds = Math.round((Date.now() - started) / 1_000);
    const lines = [
      "",
      `The rehearsal took ${seconds} seconds. A worker was killed (${facts.killedWorker}) and its batches were taken up again; account ${stage.denied.id} was paused and, once mended, resumed.`,
      `Everything it left behind is in ${folder}: campaign.yaml, and campaign/ with the plan, the ledger and the cutover's journal.`,
    ];
    output.result({ folder, seconds, ...facts }, lines);
    return EXIT.done;
  } finally {
    await stage.stop();
  }
}

async function campaign(stage: Stage, options: DemoOptions, signals: Signals): Promise<Direction> {
  const { output } = options;
  const step = async (what: string, args: readonly string[], expected: ExitCode = EXIT.done): Promise<void> => {
    output.say(`\n── ${what}\n   quitclaim ${args.map((a) => (a === stage.configFile ? "campaign.yaml" : a)).join(" ")}`);
    const code = signals.exitCode ?? (await quitclaim(stage, options, signals, args));
    if (signals.exitCode !== undefined)
      throw new CommandError(signals.exitCode, `the rehearsal was stopped. What it left behind is in ${stage.folder}.`);
    if (code !== expected)
      throw new CommandError(
        EXIT.bug,
        `\`quitclaim ${args[0]}\` ended with exit code ${code}, ${expected} was expected. The campaign folder is ${stage.folder}.`,
      );
  };
  const config = ["--config", stage.configFile];

  await step(
    "who are we, and what may we do? One account's role refuses us; the others do not wait for it",
    ["check", ...config],
    EXIT.usage,
  );
  await step("what needs what", ["plan", ...config]);
  await step("nothing new may arrive foreign-owned", ["fence", ...config]);

  const loaded = loadConfig(stage.configFile, stage.env);
  const store = await openLocalStore(loaded.store);
  const plan = await readJson<PlanSummary>(store, "plan/plan.json");
  if (plan === undefined) throw new CommandError(EXIT.bug, `no plan in ${join(stage.folder, "plan")}`);
  const over = new AbortController();
  const directed = direct(stage, loaded, store, plan, over.signal);
  const run = step("the work; a worker will be killed, and the refusing account mended", [
    "run",
    ...config,
    "--leave-when-finished",
  ]).finally(() => over.abort());
  const [direction] = await Promise.all([directed, run]);
  if (direction.killedWorker === undefined || direction.deniedCause === undefined) {
    throw new CommandError(
      EXIT.bug,
      `the rehearsal did not go by its script: worker killed: ${direction.killedWorker ?? "none"}, account paused: ${direction.deniedCause ?? "none"}`,
    );
  }
  output.say(`   worker ${direction.killedWorker} was killed on the way; ${stage.denied.id} was paused: ${direction.deniedCause}`);

  await step("read back what was granted and copied, as the bucket owner", ["verify", ...config]);
  await step("what stands between this bucket and the switch", ["preflight", ...config], EXIT.preflightRefused);
  await step("the findings answered: grants become policy, the rest is accepted by name", ["preflight", ...config, ...ANSWERS]);
  await step("the switch", ["cutover", ...config, "--confirm", stage.bucket, ...ACCEPTED]);
  await step("how it stands", ["status", ...config]);
  return direction;
}

/** What the rehearsal's operator takes as it is: public objects go dark, and old versions stay under their uploaders' keys. */
const ACCEPTED: readonly string[] = ["--accept", "public-grants", "--accept", "foreign-kms-keys"];
const ANSWERS: readonly string[] = ["--fix", "bucket-acl-grants", "--fix", "third-party-grants", ...ACCEPTED];

async function quitclaim(stage: Stage, options: DemoOptions, signals: Signals, args: readonly string[]): Promise<number> {
  const [program, ...first] = options.quitclaim;
  if (program === undefined) throw new Error("no program");
  // With --json the commands' own answers would not be one document, so they go to stderr with the narration.
  const child = spawn(program, [...first, ...args], { env: stage.env, stdio: ["inherit", options.output.json ? 2 : "inherit", "inherit"] });
  // A terminal sends Ctrl-C to the child as well; SIGTERM comes to this process alone.
  const forward = (): void => {
    if (signals.exitCode === EXIT.terminated) child.kill("SIGTERM");
  };
  signals.drain.addEventListener("abort", forward, { once: true });
  const [code] = (await once(child, "exit")) as [number | null];
  signals.drain.removeEventListener("abort", forward);
  return code ?? EXIT.bug;
}
