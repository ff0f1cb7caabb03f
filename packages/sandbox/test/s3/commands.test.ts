/** The same server seen by the command lines people have: `aws` and `s3cmd`. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, setMode, startBench } from "./harness.ts";

function isHere(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    // A missing program, or one whose interpreter is missing, is what this asks about; anything else is a fault.
    if (error instanceof Error && ("status" in error || (error as NodeJS.ErrnoException).code === "ENOENT")) return false;
    throw error;
  }
}

const here = { aws: isHere("aws"), s3cmd: isHere("s3cmd") };
for (const [program, there] of Object.entries(here)) {
  if (!there) process.stderr.write(`SKIPPED: there is no ${program} on this machine; the sandbox is not tried with it.\n`);
}

let bench: Bench;
let folder: string;

beforeAll(async () => {
  bench = await startBench();
  folder = await mkdtemp(join(tmpdir(), "sandbox-commands-"));
  await writeFile(join(folder, "small ü+.txt"), "hello");
  await writeFile(join(folder, "big"), Buffer.alloc(9 * 1024 * 1024, 7));
});
afterAll(async () => {
  await bench.close();
  await rm(folder, { recursive: true });
});

/** What a command wrote, both streams; with its exit code in front unless that is 0. */
async function run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, LANG: "C.UTF-8", ...environment },
      timeout: 60_000,
    });
    return stdout + stderr;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || !("stderr" in error)) throw error;
    return `${error.code}: ${error.stderr}`;
  }
}

describe.skipIf(!here.aws)("aws", () => {
  const aws = (...args: string[]) =>
    run("aws", args, {
      AWS_ACCESS_KEY_ID: bench.owner.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bench.owner.secretAccessKey,
      AWS_DEFAULT_REGION: bench.sandbox.region,
      AWS_ENDPOINT_URL: bench.sandbox.endpoint,
      AWS_PAGER: "",
    });

  it("uploads and copies in parts, lists, is refused, assumes roles, deletes", { timeout: 120_000 }, async () => {
    const client = bench.as(bench.owner);
    await client.send(new CreateBucketCommand({ Bucket: "made" }));
    expect(await aws("s3", "cp", "--quiet", "big", "s3://made/a b/ü+", "--acl", "bucket-owner-full-control")).toBe("");
    expect(await aws("s3", "cp", "--quiet", "s3://made/a b/ü+", "s3://made/a b/ü+", "--storage-class", "STANDARD_IA")).toBe("");
    expect(await aws("s3", "ls", "--recursive", "s3://made")).toMatch(/ 9437184 a b\/ü\+\n$/);
    await setMode(client, "made", "BucketOwnerEnforced");
    const refused = await aws("s3api", "put-object-acl", "--bucket", "made", "--key", "a b/ü+", "--acl", "private");
    expect(refused).toMatch(/^25[45]: .*\(AccessControlListNotSupported\).*: The bucket does not allow ACLs/s);
    const role = bench.uploader.roles[0]?.arn ?? "";
    const assumed = JSON.parse(await aws("sts", "assume-role", "--role-arn", role, "--role-session-name", "cli")) as object;
    expect(assumed).toMatchObject({ AssumedRoleUser: { Arn: expect.stringContaining(`${bench.uploader.accountId}:assumed-role/`) } });
    expect(await aws("s3", "rb", "--force", "s3://made")).toContain("remove_bucket: made");
  });

  it("reaches S3 Control, whose host names nothing resolves, with the sandbox as its proxy", { timeout: 60_000 }, async () => {
    const listed = await run("aws", ["s3control", "list-jobs", "--account-id", bench.owner.accountId], {
      AWS_ACCESS_KEY_ID: bench.owner.accessKeyId,
      AWS_SECRET_ACCESS_KEY: bench.owner.secretAccessKey,
      AWS_DEFAULT_REGION: bench.sandbox.region,
      AWS_ENDPOINT_URL: bench.sandbox.endpoint,
      HTTP_PROXY: bench.sandbox.endpoint,
      AWS_PAGER: "",
    });
    expect(JSON.parse(listed)).toEqual({ Jobs: [] });
  });
});

describe.skipIf(!here.s3cmd)("s3cmd", () => {
  it("uploads, lists, sets ACLs, copies, deletes", { timeout: 120_000 }, async () => {
    const host = `127.0.0.1:${bench.sandbox.port}`;
    const { accessKeyId, secretAccessKey } = bench.owner;
    const settings = { access_key: accessKeyId, secret_key: secretAccessKey, host_base: host, host_bucket: host, use_https: "False" };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    await writeFile(join(folder, "s3cfg"), ["[default]", ...lines, ""].join("\n"), { mode: 0o600 });
    const s3cmd = (...args: string[]) => run("s3cmd", ["-c", "s3cfg", "--no-progress", ...args]);
    await bench.as(bench.owner).send(new CreateBucketCommand({ Bucket: "cmd" }));
    expect(await s3cmd("put", "small ü+.txt", "s3://cmd/a b/ü+.txt")).toContain("upload:");
    expect(await s3cmd("put", "--multipart-chunk-size-mb=5", "big", "s3://cmd/big")).toContain("upload:");
    expect(await s3cmd("ls", "-r", "s3://cmd")).toMatch(/ 5 +s3:\/\/cmd\/a b\/ü\+\.txt\n.* 9437184 +s3:\/\/cmd\/big\n$/);
    expect(await s3cmd("setacl", `--acl-grant=full_control:${bench.uploader.canonicalId}`, "s3://cmd/big")).toContain("ACL updated");
    expect(await s3cmd("info", "s3://cmd/big")).toContain(`${bench.uploader.canonicalId}: FULL_CONTROL`);
    expect(await s3cmd("cp", "s3://cmd/big", "s3://cmd/copy")).toContain("remote copy:");
    expect(await s3cmd("get", "s3://cmd/a b/ü+.txt", "back")).toContain("download:");
    expect(await readFile(join(folder, "back"), "utf8")).toBe("hello");
    expect(await s3cmd("del", "-r", "--force", "s3://cmd")).toContain("delete: 's3://cmd/copy'");
    expect(await s3cmd("rb", "s3://cmd")).toContain("removed");
  });
});
