// The command line: every command with its flags, help and examples, and the one place where an error becomes an exit code.
import { resolve } from "node:path";
import { runSandboxCommand } from "@quitclaim/sandbox";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { check } from "./commands/check.ts";
import { cutover, rollback } from "./commands/cutover.ts";
import { fence, unfence } from "./commands/fence.ts";
import { init } from "./commands/init.ts";
import { inventory } from "./commands/inventory.ts";
import { pause, resume, retry } from "./commands/orders.ts";
import { plan } from "./commands/plan.ts";
import { preflightCommand } from "./commands/preflight.ts";
import { run } from "./commands/run.ts";
import { status } from "./commands/status.ts";
import { verify } from "./commands/verify.ts";
import { watch } from "./commands/watch.ts";
import { work } from "./commands/work.ts";
import { runDemo } from "./demo/demo.ts";
import { EXIT, exitOf } from "./exit.ts";
import type { Invocation } from "./invocation.ts";
import { openOutput } from "./output.ts";
import { listenForSignals } from "./signals.ts";

/** How to run this program again, as a process of its own. */
const PROGRAM: readonly string[] = [process.execPath, ...process.execArgv, process.argv[1] ?? ""];

interface CommonFlags {
  readonly config: string;
  readonly json: boolean;
}

/** Runs one command line; answers the exit code of design.md 8. */
export async function main(argv: readonly string[]): Promise<number> {
  // The sandbox stands apart from the product and reads its own flags.
  if (argv[0] === "sandbox")
    return runSandboxCommand(argv.slice(1), { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr });
  let exitCode: number = EXIT.done;
  const program = new Command("quitclaim")
    .description(
      "Takes an S3 bucket full of objects that other accounts own to one whose owner reads and owns all of it, with ACLs off for good.",
    )
    .version("0.1.0")
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", EPILOGUE);

  /** A command over a campaign file: --config, --json, signals, exit code. */
  function campaignCommand<F>(
    name: string,
    description: string,
    examples: string,
    action: (invocation: Invocation, flags: F, ...operands: string[]) => Promise<number>,
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
        const output = openOutput(flags.json, process.stdout, process.stderr);
        const signals = listenForSignals(output.say);
        exitCode = await action({ configFile: resolve(flags.config), output, env: process.env, signals }, flags, ...operands);
      });
  }

  program
    .command("init")
    .description("write a commented campaign file")
    .argument("[file]", "where to; stdout where left out")
    .option("--json", "one JSON document on stdout", false)
    .addHelpText("after", "\nExamples:\n  quitclaim init campaign.yaml")
    .action((file: string | undefined, flags: { json: boolean }) => {
      exitCode = init(openOutput(flags.json, process.stdout, process.stderr), file);
    });

  campaignCommand(
    "check",
    "identities, permissions, bucket, Redis, store: every problem with its fix",
    "quitclaim check --config campaign.yaml",
    check,
  );
  campaignCommand(
    "inventory",
    "build a report by listing, where S3 Inventory is not at hand",
    "quitclaim inventory --to ./inventory\nquitclaim inventory --to s3://reports/lake",
    inventory,
  )
    .requiredOption("--to <place>", "folder, or s3://bucket/prefix, that the report is written to")
    .option("--concurrency <n>", "list requests at once", positive, 16);
  campaignCommand(
    "plan",
    "read the inventory report: what needs what, what is held and why, what it costs",
    "quitclaim plan\nquitclaim plan --json | jq .held",
    plan,
  )
    .option("--manifest <place>", "this report instead of the campaign file's: a path or s3:// URL")
    .option("--ignore-age", "plan from a report older than limits.inventoryAgeHours", false);
  campaignCommand(
    "fence",
    "keep new foreign-owned objects from arriving: BucketOwnerPreferred and a policy",
    "quitclaim fence\nquitclaim fence --lift",
    (invocation, flags: { lift?: boolean }) => (flags.lift === true ? unfence(invocation) : fence(invocation)),
  ).option("--lift", "take the fence down again, exactly as it was before", false);
  campaignCommand(
    "run",
    "work on what is left; the dashboard on a terminal, lines elsewhere",
    "quitclaim run\nquitclaim run --json 2>progress.ndjson",
    (invocation, flags: Parameters<typeof run>[1]) => run(invocation, flags, PROGRAM),
  )
    .option("--workers <n>", "worker processes on this machine", positive)
    .option("--headless", "no dashboard even on a terminal", false)
    .option("--readonly", "a dashboard without keys that change anything", false)
    .option("--every <seconds>", "seconds between lines where there is no dashboard", positive)
    .option("--leave-when-finished", "leave the dashboard when the campaign is finished", false)
    .addOption(new Option("--wait-while-paused", "stay while all that is left is paused").default(false));
  campaignCommand("work", "join a running campaign as one more worker process", "quitclaim work --config campaign.yaml", work).addOption(
    new Option("--crew").default(false).hideHelp(),
  );
  campaignCommand("watch", "attach to a campaign", "quitclaim watch\nquitclaim watch --readonly\nquitclaim watch --json", watch)
    .option("--readonly", "no keys that change anything", false)
    .option("--every <seconds>", "seconds between lines where there is no terminal", positive)
    .option("--leave-when-finished", "leave when the campaign is finished", false);
  campaignCommand("status", "the figures now", "quitclaim status --json | jq .remaining", status);
  campaignCommand(
    "pause",
    "begin nothing new, for one account or all; survives restarts",
    "quitclaim pause\nquitclaim pause 222233334444",
    (invocation, _flags, account?: string) => pause(invocation, account),
  ).argument("[account]");
  campaignCommand("resume", "go on", "quitclaim resume 222233334444", (invocation, _flags, account?: string) =>
    resume(invocation, account),
  ).argument("[account]");
  campaignCommand(
    "retry",
    "put failed objects to work again",
    "quitclaim retry\nquitclaim retry --account 222233334444 --code AccessDenied",
    retry,
  )
    .option("--account <account>", "only this account's")
    .option("--code <code>", "only failures with this S3 code");
  campaignCommand(
    "verify",
    "read back, as the bucket owner, what was granted and copied",
    "quitclaim verify\nquitclaim verify --sample 5000",
    verify,
  )
    .option("--sample <n>", "objects of each account", positive, 200)
    .option("--all", "every object", false);
  campaignCommand(
    "preflight",
    "everything between the bucket and the switch, with evidence, consequence and fix",
    "quitclaim preflight\nquitclaim preflight --fix bucket-acl-grants --accept old-inventory",
    preflightCommand,
  )
    .option("--fix <finding...>", "have this finding fixed", [])
    .option("--accept <finding...>", "go on in spite of this finding", [])
    .option("--access-logs <folder>", "server access logs to search for requests that needed an ACL");
  campaignCommand(
    "cutover",
    "switch the bucket to BucketOwnerEnforced, probe it, and take it back by itself if a probe fails",
    "quitclaim cutover --confirm data-lake-prod",
    cutover,
  )
    .option("--confirm <bucket>", "the bucket's name, typed")
    .option("--accept <finding...>", "go on in spite of this finding", []);
  campaignCommand(
    "rollback",
    "restore the exact state before the switch, and list what cannot be undone",
    "quitclaim rollback --confirm data-lake-prod",
    rollback,
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
    .action(async (flags: { objects: number; accounts: number; seed: number; folder: string; json: boolean }) => {
      exitCode = await runDemo({
        output: openOutput(flags.json, process.stdout, process.stderr),
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
    // Commander has said what it had to say: help and version end with 0, a wrong flag with 2.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { code, message } = exitOf(error);
    process.stderr.write(`quitclaim: ${message}\n`);
    return code;
  }
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
