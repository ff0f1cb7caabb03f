// The command line: every command with its flags, help and examples, and the one place where an error becomes an exit code.
import { resolve } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { CutoverFlags } from "./commands/cutover.ts";
import type { InventoryFlags } from "./commands/inventory.ts";
import type { PlanFlags } from "./commands/plan.ts";
import type { PreflightFlags } from "./commands/preflight.ts";
import type { RunFlags } from "./commands/run.ts";
import type { VerifyFlags } from "./commands/verify.ts";
import type { WatchFlags } from "./commands/watch.ts";
import type { WorkFlags } from "./commands/work.ts";
import { EXIT, type ExitCode, exitOf } from "./exit.ts";
import type { Invocation } from "./invocation.ts";
import { openOutput } from "./output.ts";
import { Interrupted, listenForSignals } from "./signals.ts";

// Every command is loaded when it is called: `--help` and a typing mistake need no AWS client, no queue and no dashboard.

/** How to run this program again, as a process of its own. */
const PROGRAM: readonly string[] = [process.execPath, ...process.execArgv, process.argv[1] ?? ""];

interface CommonFlags {
  readonly config: string;
}

/** Runs one command line; answers the exit code of design.md 8. */
export async function main(argv: readonly string[]): Promise<number> {
  const output = openOutput(argv.includes("--json"), process.stdout, process.stderr);
  // The sandbox stands apart from the product and reads its own flags.
  if (argv[0] === "sandbox") {
    const { runSandboxCommand } = await import("@quitclaim/sandbox");
    return runSandboxCommand(argv.slice(1), { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr });
  }
  let exitCode: ExitCode = EXIT.done;
  const program = new Command("quitclaim")
    .description(
      "Takes an S3 bucket full of objects that other accounts own to one whose owner reads and owns all of it, with ACLs off for good.",
    )
    .version("0.1.0")
    .showSuggestionAfterError()
    .exitOverride()
    // What is wrong with a command line is told like every other failure, at the end of this function.
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", EPILOGUE);

  /** A command over a campaign file: --config, --json, signals, exit code. */
  function campaignCommand<F>(
    name: string,
    description: string,
    examples: string,
    action: (invocation: Invocation, flags: F, ...operands: string[]) => Promise<ExitCode>,
  ): Command {
    return program
      .command(name)
      .description(description)
      .option("--config <file>", "the campaign file", "campaign.yaml")
      .option("--json", "one JSON document on stdout, narration on stderr", false)
      .addHelpText("after", `\nExamples:\n${examples.replaceAll(/^/gm, "  ")}`)
      .action(async (...given: unknown[]) => {
        const operands = given.slice(0, -2).filter((o): o is string => typeof o === "string");
        const flags = given.at(-2) as CommonFlags & F;
        const signals = listenForSignals(output.say);
        try {
          exitCode = await action({ configFile: resolve(flags.config), output, env: process.env, signals }, flags, ...operands);
        } catch (error) {
          if (signals.exitCode === undefined) throw error;
          // Asked to stop, it stopped: whatever it says about that, it is no failure of its own.
          output.failure(exitOf(error).message, signals.exitCode);
          exitCode = signals.exitCode;
          // What was left in the middle may still hold sockets and timers.
          if (error instanceof Interrupted) process.exit(exitCode);
        }
      });
  }

  program
    .command("init")
    .description("write a commented campaign file")
    .argument("[file]", "where to; stdout where left out")
    .option("--json", "one JSON document on stdout", false)
    .addHelpText("after", "\nExamples:\n  quitclaim init campaign.yaml")
    .action(async (file: string | undefined) => {
      const { init } = await import("./commands/init.ts");
      exitCode = init(output, file);
    });

  campaignCommand(
    "check",
    "identities, permissions, bucket, Redis, store: every problem with its fix",
    "quitclaim check --config campaign.yaml\nquitclaim check --json | jq '.findings[] | {id, fix}'",
    async (invocation) => (await import("./commands/check.ts")).check(invocation),
  );
  campaignCommand(
    "inventory",
    "build a report by listing, where S3 Inventory is not at hand",
    "quitclaim inventory --to ./inventory\nquitclaim inventory --to s3://reports/lake --acls",
    async (invocation, flags: InventoryFlags) => (await import("./commands/inventory.ts")).inventory(invocation, flags),
  )
    .requiredOption("--to <place>", "folder, or s3://bucket/prefix, that the report is written to")
    .option("--acls", "read the ACLs of foreign objects too, as the accounts that own them: one request each", false)
    .option("--concurrency <n>", "requests at once, within limits.requestsPerSecond", positive, 64);
  campaignCommand(
    "plan",
    "read the inventory report: what needs what, what is held and why, what it costs",
    "quitclaim plan\nquitclaim plan --json | jq .held\nquitclaim plan --explain raw/2024/part-0.parquet --version-id null",
    async (invocation, flags: PlanFlags) => (await import("./commands/plan.ts")).plan(invocation, flags),
  )
    .option("--manifest <place>", "this report instead of the campaign file's: a path or s3:// URL")
    .option("--ignore-age", "plan from a report older than limits.inventoryAgeHours, or dated in the future", false)
    .option("--current-only", "plan from a report without versions although the bucket keeps them", false)
    .option(
      "--hold-unreadable-acls",
      "plan although the report has ACLs that cannot be understood, and hold the foreign objects that have them",
      false,
    )
    .option("--explain <key>", "only say what would be done with this object, and which facts and rule decided")
    .option("--version-id <version>", "with --explain: this version alone; null is the null version");
  campaignCommand(
    "fence",
    "keep new foreign-owned objects from arriving: BucketOwnerPreferred and a policy",
    "quitclaim fence\nquitclaim fence --lift",
    async (invocation, flags: { lift: boolean }) => {
      const { fence, unfence } = await import("./commands/fence.ts");
      return flags.lift ? unfence(invocation) : fence(invocation);
    },
  ).option("--lift", "take the fence down again, exactly as it was before", false);
  campaignCommand(
    "run",
    "work on what is left; the dashboard on a terminal, lines elsewhere",
    "quitclaim run\nquitclaim run --json 2>progress.ndjson",
    async (invocation, flags: RunFlags) => (await import("./commands/run.ts")).run(invocation, flags, PROGRAM),
  )
    .option("--workers <n>", "worker processes on this machine", positive)
    .option("--headless", "no dashboard even on a terminal", false)
    .option("--readonly", "a dashboard without keys that change anything", false)
    .option("--every <seconds>", "seconds between lines where there is no dashboard", positive)
    .option("--leave-when-finished", "leave the dashboard when the campaign is finished", false)
    .addOption(new Option("--wait-while-paused", "stay while all that is left is paused").default(false));
  campaignCommand(
    "work",
    "join a running campaign as one more worker process",
    "quitclaim work --config campaign.yaml",
    async (invocation, flags: WorkFlags) => (await import("./commands/work.ts")).work(invocation, flags),
  ).addOption(new Option("--crew").default(false).hideHelp());
  campaignCommand(
    "watch",
    "attach to a campaign",
    "quitclaim watch\nquitclaim watch --readonly\nquitclaim watch --json 2>progress.ndjson",
    async (invocation, flags: WatchFlags) => (await import("./commands/watch.ts")).watch(invocation, flags),
  )
    .option("--readonly", "no keys that change anything", false)
    .option("--every <seconds>", "seconds between lines where there is no terminal", positive)
    .option("--leave-when-finished", "leave when the campaign is finished", false);
  campaignCommand("status", "the figures now", "quitclaim status\nquitclaim status --json | jq .remaining", async (invocation) =>
    (await import("./commands/status.ts")).status(invocation),
  );
  campaignCommand(
    "pause",
    "begin nothing new, for one account or all; survives restarts",
    "quitclaim pause\nquitclaim pause 222233334444",
    async (invocation, _flags, account?: string) => (await import("./commands/orders.ts")).pause(invocation, account),
  ).argument("[account]", "its number or its name in the campaign file; every account where left out");
  campaignCommand(
    "resume",
    "go on after a pause, for one account or all",
    "quitclaim resume\nquitclaim resume 222233334444",
    async (invocation, _flags, account?: string) => (await import("./commands/orders.ts")).resume(invocation, account),
  ).argument("[account]", "its number or its name in the campaign file; every account where left out");
  campaignCommand(
    "retry",
    "put failed objects to work again",
    "quitclaim retry\nquitclaim retry --account 222233334444 --code AccessDenied",
    async (invocation, flags: { account?: string; code?: string }) => (await import("./commands/orders.ts")).retry(invocation, flags),
  )
    .option("--account <account>", "only this account's")
    .option("--code <code>", "only failures with this S3 code");
  campaignCommand(
    "verify",
    "read back, as the bucket owner, what was granted and copied",
    "quitclaim verify\nquitclaim verify --sample 5000",
    async (invocation, flags: VerifyFlags) => (await import("./commands/verify.ts")).verify(invocation, flags),
  )
    .option("--sample <n>", "objects of each account", positive, 200)
    .option("--all", "every object", false);
  campaignCommand(
    "preflight",
    "everything between the bucket and the switch, with evidence, consequence and fix",
    "quitclaim preflight\nquitclaim preflight --fix bucket-acl-grants --accept old-inventory",
    async (invocation, flags: PreflightFlags) => (await import("./commands/preflight.ts")).preflightCommand(invocation, flags),
  )
    .option("--fix <finding...>", "have this finding fixed", [])
    .option("--accept <finding...>", "go on in spite of this finding", [])
    .option("--access-logs <folder>", "server access logs to search for requests that needed an ACL");
  campaignCommand(
    "cutover",
    "switch the bucket to BucketOwnerEnforced, probe it, and take it back by itself if a probe fails",
    "quitclaim cutover --confirm data-lake-prod",
    async (invocation, flags: CutoverFlags) => (await import("./commands/cutover.ts")).cutover(invocation, flags),
  )
    .option("--confirm <bucket>", "the bucket's name, typed")
    .option("--accept <finding...>", "go on in spite of this finding", []);
  campaignCommand(
    "rollback",
    "restore the exact state before the switch, and list what cannot be undone",
    "quitclaim rollback --confirm data-lake-prod",
    async (invocation, flags: { confirm?: string }) => (await import("./commands/cutover.ts")).rollback(invocation, flags),
  ).option("--confirm <bucket>", "the bucket's name, typed");

  program
    .command("sandbox")
    .description("S3, STS and S3 Control on one loopback port, with AWS's ownership rules (see quitclaim sandbox --help)");
  program
    .command("demo")
    .description("a whole campaign, rehearsed on this machine")
    .option("--objects <n>", "objects in the bucket", positive, 50_000)
    .option("--accounts <n>", "accounts that uploaded them", positive, 6)
    .option("--seed <n>", "makes the same bucket again", positive, 7)
    .option("--folder <folder>", "where the rehearsal's folder is made", "campaigns")
    .option("--json", "one JSON document on stdout, narration on stderr", false)
    .addHelpText("after", "\nExamples:\n  quitclaim demo\n  quitclaim demo --objects 5000")
    .action(async (flags: { objects: number; accounts: number; seed: number; folder: string }) => {
      const { runDemo } = await import("./demo/demo.ts");
      exitCode = await runDemo({
        output,
        quitclaim: PROGRAM,
        objects: flags.objects,
        accounts: flags.accounts,
        seed: flags.seed,
        parent: flags.folder,
      });
    });

  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    const { code, message } = error instanceof CommanderError ? misuse(error, argv, program) : exitOf(error);
    if (code !== EXIT.done) output.failure(message, code);
    return code;
  }
}

/** What commander found wrong with the command line; help and version end with 0 and have said what they say. */
function misuse(error: CommanderError, argv: readonly string[], program: Command): { code: ExitCode; message: string } {
  if (error.exitCode === 0) return { code: EXIT.done, message: "" };
  const command = program.commands.find((c) => c.name() === argv[0])?.name();
  const help = `quitclaim ${command === undefined ? "" : `${command} `}--help`;
  if (error.code === "commander.help") return { code: EXIT.usage, message: `no command was given. \`${help}\` lists them.` };
  const what = error.message.replace(/^error: /, "").replaceAll("\n", " ");
  return { code: EXIT.usage, message: `${what}${/[.)]$/.test(what) ? "" : "."} \`${help}\` shows what may stand there.` };
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number of 1 or more is expected.");
  return value;
}

const EPILOGUE = `
A campaign, in order:
  init, check, plan, fence, run, verify, preflight, cutover; rollback takes the last one back.

Exit codes: 0 done, 1 a bug, 2 usage or configuration, 3 finished with failed objects, 4 preflight refused, 5 stopped by the breaker, 130/143 signals.
See it work on this machine first: quitclaim demo`;
