import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { ListObjectVersionsCommand, S3Client } from "@aws-sdk/client-s3";
import { afterEach, describe, expect, test } from "vitest";
import { runSandboxCommand } from "../src/command.ts";
import type { SandboxDescription } from "../src/start.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const started = new Set<ChildProcess>();

afterEach(async () => {
  for (const child of started) {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
  }
  started.clear();
});

function run(...flags: string[]): ChildProcess {
  const child = spawn(process.execPath, ["--conditions=development", main, ...flags], { stdio: ["pipe", "pipe", "pipe"] });
  started.add(child);
  return child;
}

async function ready(child: ChildProcess): Promise<SandboxDescription> {
  if (child.stdout === null) throw new Error("stdout is a pipe");
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return JSON.parse(String(line));
}

async function outcome(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (piece) => (stdout += piece));
  child.stderr?.on("data", (piece) => (stderr += piece));
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}

/** The command without a process of its own, for what ends before a server starts. */
async function inProcess(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const code = await runSandboxCommand(flags, io);
  return { code, stdout: String(io.stdout.read() ?? ""), stderr: String(io.stderr.read() ?? "") };
}

describe("the sandbox as a program", () => {
  test("prints one JSON line, serves the filled bucket, and stops with its standard input", async () => {
    const child = run("--objects", "500", "--accounts", "3", "--seed", "5", "--bucket", "lake", "--external-ids", "--stop-with-stdin");
    const end = outcome(child);
    const description = await ready(child);
    expect(description).toMatchObject({ region: "us-east-1", bucket: "lake" });
    expect(description.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(description.accounts).toHaveLength(3);
    expect(description.owner.accountId).toBe(description.accounts[0]?.accountId);
    for (const account of description.accounts) expect(account.roles[0]?.externalId).toMatch(/^[0-9a-f]{24}$/);
    expect(Object.keys(description.manifests)).toEqual(["csv", "parquet"]);
    const [owner] = description.accounts;
    const s3 = new S3Client({
      endpoint: description.endpoint,
      region: description.region,
      forcePathStyle: true,
      credentials: { accessKeyId: owner?.accessKeyId ?? "", secretAccessKey: owner?.secretAccessKey ?? "" },
    });
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: "lake" }));
    expect(Versions.length + DeleteMarkers.length).toBe(500);
    s3.destroy();
    child.stdin?.end();
    const { code, stdout, stderr } = await end;
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("stops on %s", async (signal) => {
    const child = run();
    const end = outcome(child);
    const description = await ready(child);
    expect(description.bucket).toBeUndefined();
    child.kill(signal);
    expect((await end).code).toBe(0);
  });

  test("takes accounts from a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sandbox-command-"));
    try {
      const path = join(folder, "accounts.json");
      await writeFile(
        path,
        JSON.stringify([
          { id: "111122223333", name: "owner" },
          { id: "222233334444", roles: [{ name: "mover" }] },
        ]),
      );
      const child = run("--accounts-file", path, "--stop-with-stdin");
      const end = outcome(child);
      const description = await ready(child);
      expect(description.accounts.map(({ accountId, roles }) => [accountId, roles[0]?.arn])).toEqual([
        ["111122223333", "arn:aws:iam::111122223333:role/quitclaim"],
        ["222233334444", "arn:aws:iam::222233334444:role/mover"],
      ]);
      child.stdin?.end();
      expect((await end).code).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("prints help", async () => {
    const { code, stdout } = await inProcess("--help");
    expect(code).toBe(0);
    expect(stdout).toMatch(/--accounts-file FILE/);
  });

  test.each([
    [["--objects", "many"], /--objects many: must be a whole number/],
    [["--mode", "BucketOwnerEnforced"], /--mode BucketOwnerEnforced: must be one of none, ObjectWriter, BucketOwnerPreferred/],
    [["--inventory", "orc"], /must be one of csv, parquet/],
    [["--enforced-acl", "maybe"], /--enforced-acl maybe: must be one of refused, accepted/],
    [["--bucket", "Not_A_Bucket"], /3 to 63/],
    [["--color"], /Unknown option '--color'/],
    [["--accounts", "2", "--accounts-file", "x"], /either --accounts or --accounts-file/],
    [["--accounts-file", "/nowhere/accounts.json"], /\/nowhere\/accounts.json: cannot be read/],
  ])("says in one line what is wrong with %j", async (flags, message) => {
    const { code, stdout, stderr } = await inProcess(...flags);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  test("says that its port is taken", async () => {
    const { port } = new URL((await ready(run("--stop-with-stdin"))).endpoint);
    expect(await inProcess("--port", port)).toMatchObject({ code: 2, stderr: expect.stringContaining("the port is taken") });
  });
});
