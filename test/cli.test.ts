// The command line as a new operator meets it: everything broken, interrupted, twice at once. Real processes against one sandbox; what a
// person can mend is a sentence, never a stack, and nothing is left running.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type Stage, setStage } from "./harness/campaign.ts";
import { type Ended, QUITCLAIM, quitclaim, quitclaimJson, type Running, start } from "./harness/command.ts";

const COMMANDS = [
  ...["check", "plan", "fence", "run", "work", "watch", "status", "pause", "resume", "retry", "verify", "preflight", "cutover", "rollback"],
  ...["inventory", "init", "demo"],
];

interface Failure {
  error: string;
  exitCode: number;
}
type Settings = Record<string, unknown>;

let stage: Stage;
let env: NodeJS.ProcessEnv;

/** The stage's campaign file with some settings changed. */
async function variant(name: string, change: Settings): Promise<string[]> {
  const settings = parse(await readFile(stage.configFile, "utf8")) as Settings;
  const file = join(stage.folder, `${name}.yaml`);
  await writeFile(file, stringify({ ...settings, ...change }));
  return ["--config", file];
}

async function planned(name: string, change: Settings = {}): Promise<string[]> {
  const config = await variant(name, { store: `./${name}`, ...change });
  await quitclaimJson(["plan", ...config], env);
  return config;
}

/** Exit code 2 and a sentence that says `what`: the same on stderr and, with --json, in the one document on stdout. */
function expectFailure(ended: Ended, what: RegExp, code = 2): void {
  expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/\n\s+at .*:\d+|please report/);
  expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(what)]);
  const document = JSON.parse(ended.stdout) as Failure;
  expect(document).toEqual({ error: expect.stringMatching(what), exitCode: code });
  expect(ended.stderr).toContain(`quitclaim: ${document.error}`);
}

/** Processes whose command line names the stage's folder: engines, workers, redis-servers. */
async function processesOfTheStage(): Promise<string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,args="], { maxBuffer: 16 << 20 });
  return stdout.split("\n").filter((line) => line.includes(stage.folder));
}

async function expectNobodyLeft(): Promise<void> {
  await expect.poll(processesOfTheStage, { timeout: 20_000, interval: 200 }).toEqual([]);
  const files = await readdir(stage.folder, { recursive: true });
  expect(files.filter((f) => f.includes(".unfinished-"))).toEqual([]);
}

async function until(running: Running, what: RegExp): Promise<void> {
  let said = "";
  for (const stream of [running.child.stdout, running.child.stderr])
    stream?.on("data", (text: string) => {
      said += text;
    });
  await Promise.race([expect.poll(() => said, { timeout: 30_000, interval: 50 }).toMatch(what), running.ended]);
}

beforeAll(async () => {
  stage = await setStage({ sandbox: { accounts: 3, seed: 5, bucketDefaults: "legacy", fill: { objects: 600 }, inventory: ["parquet"] } });
  env = stage.env;
}, 60_000);

afterAll(async () => {
  await stage?.close();
});

afterEach(() => stage.sandbox.faults.set({}));

describe("a mistake on the command line", () => {
  it("is one sentence and, with --json, one document", async () => {
    expectFailure(await quitclaim(["pln", "--json"], env), /unknown command 'pln' \(Did you mean plan\?\)/);
    expectFailure(await quitclaim(["plan", "--ignore-ages", "--json"], env), /unknown option.*quitclaim plan --help/);
    expectFailure(await quitclaim(["run", "--workers", "0", "--json"], env), /a whole number of 1 or more/);
    expect((await quitclaim([], env)).code).toBe(2);
  });

  it("has help with examples to turn to, for every command", async () => {
    const helps = await Promise.all(COMMANDS.map((command) => quitclaim([command, "--help"], env)));
    for (const { code, stdout } of helps) expect([code, stdout]).toEqual([0, expect.stringContaining("Examples:\n  quitclaim ")]);
  });

  it("in the name of the campaign file is told alike", { timeout: 60_000 }, async () => {
    const ended = await Promise.all(["check", "plan", "run", "watch"].map((c) => quitclaim([c, "--config", "absent.yaml", "--json"], env)));
    for (const one of ended) expectFailure(one, /absent\.yaml: there is no such/);
  });
});

describe("a campaign file", () => {
  it("may come from Windows; a tab and another encoding are told", async () => {
    const text = await readFile(stage.configFile, "utf8");
    const write = async (name: string, content: string | Buffer): Promise<string[]> => {
      await writeFile(join(stage.folder, name), content);
      return ["--config", join(stage.folder, name), "--json"];
    };
    const windows = await write("windows.yaml", `\uFEFF${text.replaceAll("\n", "\r\n")}`);
    expectFailure(await quitclaim(["status", ...windows], env), /there is no plan/);
    expectFailure(await quitclaim(["status", ...(await write("tab.yaml", text.replace("\n  name", "\n\tname")))], env), /a tab where/);
    expectFailure(await quitclaim(["status", ...(await write("utf16.yaml", Buffer.from(`\uFEFF${text}`, "utf16le")))], env), /not UTF-8/);
  });

  it("that names a store where nothing can be kept fails check with every other problem, and makes nothing", async () => {
    const config = await variant("store-is-a-file", { store: "./campaign.yaml" });
    const check = await quitclaim(["check", ...config, "--json"], env);
    expect(check.code).toBe(2);
    expect((JSON.parse(check.stdout) as { findings: { id: string }[] }).findings.map((f) => f.id)).toEqual(["redis", "store"]);
    expectFailure(
      await quitclaim(["plan", ...config, "--json"], env),
      /cannot write planning\.json.*(a part of this path is a file|a file has the folder's name)/i,
    );
    expectFailure(await quitclaim(["status", ...(await variant("nowhere", { store: "./nowhere" })), "--json"], env), /there is no plan/);
    expect(await readdir(stage.folder)).not.toContain("nowhere");
  });

  it("with wrong keys, or a server that is not there, says which", async () => {
    const wrong = { ...env, TEST_OWNER_SECRET: "wrong" };
    const config = ["--config", stage.configFile, "--json"];
    expectFailure(await quitclaim(["plan", ...config], wrong), /access is denied.*credentials are not valid here/);
    expectFailure(await quitclaim(["fence", ...config], wrong), /credentials are not accepted/);
    const bucket = { ...(parse(await readFile(stage.configFile, "utf8")) as { bucket: Settings }).bucket, endpoint: "http://127.0.0.1:1" };
    expectFailure(await quitclaim(["fence", ...(await variant("nobody-there", { bucket })), "--json"], env), /ECONNREFUSED|be reached/);
  });
});

describe("before the work", () => {
  it("what needs it says so", { timeout: 60_000 }, async () => {
    const config = [...(await planned("before")), "--json"];
    expectFailure(await quitclaim(["verify", ...config], env), /nothing to verify. Run `quitclaim run`/);
    expectFailure(await quitclaim(["work", ...config], env), /does not run on this machine.*quitclaim run/);
    expectFailure(await quitclaim(["pause", "nobody", ...config], env), /nobody is none of this campaign's accounts/);
    expectFailure(await quitclaim(["rollback", ...config, "--confirm", "data-lake"], env), /nothing to roll back/);
    expect(await quitclaimJson(["retry", ...config.slice(0, 2)], env)).toEqual({ retried: 0 });
  });

  it("Ctrl-C leaves no plan and no report, and ends with 130", { timeout: 60_000 }, async () => {
    stage.sandbox.faults.set({ latency: { fixedMs: 1_000 } });
    const config = await variant("interrupted", { store: "./interrupted" });
    const interrupt = async (...args: string[]): Promise<void> => {
      const running = start([...args, ...config, "--json"], env);
      // Far enough that its handlers stand, and every answer takes longer than this.
      await expect.poll(() => stage.sandbox.stats(), { timeout: 20_000 }).not.toEqual(before);
      await sleep(300);
      running.child.kill("SIGINT");
      expectFailure(await running.ended, /stopped/, 130);
    };
    let before = stage.sandbox.stats();
    await interrupt("plan");
    before = stage.sandbox.stats();
    await interrupt("inventory", "--to", join(stage.folder, "report"));
    expect(await readdir(stage.folder)).not.toContain("report");
    stage.sandbox.faults.set({});
    expectFailure(await quitclaim(["status", ...config, "--json"], env), /there is no plan/);
    await expectNobodyLeft();
  });
});

describe("while a campaign runs", () => {
  it("it can be watched and joined, but not begun, planned or cut over again; Ctrl-C loses nothing", { timeout: 120_000 }, async () => {
    // So slow that it outlasts the commands around it, and with so little in flight that it drains at once.
    const slow = { requestsPerSecond: 8, concurrency: 2 };
    // The path is longer than a unix socket's may be, and has spaces and letters beyond ASCII.
    const store = join(stage.folder, "Käufer 買手", "a-folder-whose-name-goes-on-and-on".repeat(3), "campaign");
    await mkdir(join(stage.folder, "Käufer 買手"), { recursive: true });
    const config = await planned("running", { store, limits: { ...slow, batchRows: 40 } });
    const running = start(["run", ...config, "--every", "1"], env);
    await until(running, / [1-9]\d* of /);

    expectFailure(await quitclaim(["run", ...config, "--json"], env), /is running already \(process \d+/);
    const other = await variant("other-batches", { store, limits: { ...slow, batchRows: 10 } });
    expectFailure(await quitclaim(["plan", ...other, "--json"], env), /is running on the present plan/);
    expectFailure(await quitclaim(["cutover", ...config, "--confirm", "data-lake", "--json"], env), /the campaign is running/, 4);

    const joined = start(["work", ...config, "--json"], env);
    const watching = start(["watch", ...config, "--every", "1", "--json"], env);
    await until(joined, /"started"/);
    await until(watching, /"remaining"/);
    joined.child.kill("SIGTERM");
    watching.child.kill("SIGINT");
    const [left, watched] = await Promise.all([joined.ended, watching.ended]);
    expect([left.code, JSON.parse(left.stdout)]).toEqual([143, { worker: expect.any(String), remaining: expect.any(Number) }]);
    expect([watched.code, JSON.parse(watched.stdout)]).toEqual([130, expect.objectContaining({ state: "running" })]);

    running.child.kill("SIGINT");
    const ended = await running.ended;
    expect([ended.code, ended.stdout]).toEqual([130, expect.stringMatching(/stopped; quitclaim run .* goes on where it stood/)]);
    await expectNobodyLeft();

    const status = await quitclaimJson<{ state: string; remaining: number; planned: number }>(["status", ...config], env);
    expect(status.state).toBe("planned");
    expect(status.remaining).toBeLessThanOrEqual(status.planned);
    const rest = await variant("running", { store, limits: { requestsPerSecond: 5_000, batchRows: 40 } });
    expect(await quitclaimJson(["run", ...rest], env)).toMatchObject({ ended: "finished", remaining: 0, failed: {} });
    expectFailure(await quitclaim(["plan", ...other, "--json"], env), /has results of work already/);
    await expectNobodyLeft();
  });

  it("ends with 5, and the cause, when every account is refused", { timeout: 60_000 }, async () => {
    const accounts = (parse(await readFile(stage.configFile, "utf8")) as { accounts: { id: string; role: string }[] }).accounts;
    const known = stage.sandbox.description.accounts;
    // A role that does not exist; the canonical ID is given, so that planning needs none.
    const refused = accounts.map((a) => ({
      ...a,
      role: `${a.role}-of-nobody`,
      canonicalId: known.find(({ accountId }) => accountId === a.id)?.canonicalId,
    }));
    const config = await planned("refused", { accounts: refused });
    const run = await quitclaim(["run", ...config, "--json"], env);
    const end = JSON.parse(run.stdout) as {
      ended: string;
      remaining: number;
      planned: number;
      accounts: Record<string, { pause?: Settings }>;
    };
    expect([run.code, end.ended, end.remaining]).toEqual([5, "blocked", end.planned]);
    for (const { pause } of Object.values(end.accounts))
      expect(pause).toMatchObject({ by: "breaker", cause: expect.stringContaining("-of-nobody") });
    expect(await quitclaimJson(["resume", ...config], env)).toEqual({ resumed: "all" });
    await expectNobodyLeft();
  });

  it("goes on when nobody reads its lines any more", { timeout: 60_000 }, async () => {
    const config = await planned("unread");
    const [program, ...args] = QUITCLAIM;
    const child = spawn(program as string, [...args, "run", ...config, "--every", "1"], { env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.stdout.destroy();
    expect([...(await once(child, "exit")), said]).toEqual([0, null, ""]);
    expect(await quitclaimJson(["status", ...config], env)).toMatchObject({ state: "finished", remaining: 0 });
  });
});

describe("a Redis by URL", () => {
  it("that may evict is refused by what works and passed over by what looks", { timeout: 60_000 }, async () => {
    const port = await freePort();
    const redis = spawn("redis-server", ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--maxmemory-policy", "allkeys-lru"], {
      cwd: stage.folder,
      stdio: "ignore",
    });
    try {
      await expect.poll(() => answers(port), { timeout: 10_000 }).toBe(true);
      const config = [...(await planned("evicting", { redis: `redis://127.0.0.1:${port}` })), "--json"];
      for (const command of ["run", "pause"])
        expectFailure(await quitclaim([command, ...config], env), /may throw keys away \(maxmemory-policy allkeys-lru\)/);
      const status = await quitclaim(["status", ...config], env);
      expect([status.code, JSON.parse(status.stdout)]).toEqual([0, expect.objectContaining({ state: "planned" })]);
    } finally {
      redis.kill();
      await once(redis, "exit");
    }
  });
});

describe("a campaign store in S3", () => {
  it("carries a whole campaign, and check says what an embedded Redis means for more machines", { timeout: 120_000 }, async () => {
    const { description } = stage.sandbox;
    const owner = new S3Client({
      endpoint: description.endpoint,
      region: description.region,
      forcePathStyle: true,
      credentials: { accessKeyId: env.TEST_OWNER_KEY as string, secretAccessKey: env.TEST_OWNER_SECRET as string },
    });
    // Redis and the log of such a campaign lie in the user's state folder.
    const own = { ...env, XDG_STATE_HOME: join(stage.folder, "state") };
    const config = await variant("in-s3", { store: "s3://campaigns/lake/2026" });
    // The bucket is not there yet.
    const absent = await quitclaim(["check", ...config, "--json"], own);
    expect([absent.code, (JSON.parse(absent.stdout) as { findings: { id: string }[] }).findings.map((f) => f.id)]).toEqual([
      2,
      ["store", "redis-of-this-machine"],
    ]);
    try {
      await owner.send(new CreateBucketCommand({ Bucket: "campaigns" }));
    } finally {
      owner.destroy();
    }
    await quitclaimJson(["plan", ...config], own);
    expect(await quitclaimJson(["run", ...config], own)).toMatchObject({ ended: "finished", remaining: 0 });
    await quitclaimJson(["verify", ...config], own);
    const accept = ["public-grants", "third-party-grants", "foreign-kms-keys"].flatMap((id) => ["--accept", id]);
    await quitclaimJson(["preflight", ...config, "--fix", "bucket-acl-grants", ...accept], own);
    await quitclaimJson(["cutover", ...config, "--confirm", "data-lake", ...accept], own);
    expectFailure(await quitclaim(["run", ...config, "--json"], own), /is switched to BucketOwnerEnforced already/);
    await quitclaimJson(["rollback", ...config, "--confirm", "data-lake"], own);
    await expectNobodyLeft();
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function answers(port: number): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)("redis-cli", ["-p", `${port}`, "ping"]);
    return stdout.trim() === "PONG";
  } catch (error) {
    // redis-cli ends with 1 while nobody listens.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
