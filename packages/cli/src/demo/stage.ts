// The stage of the rehearsal: a sandbox in a process of its own, filled the way years of cross-account uploads leave a bucket, and a
// campaign file that treats it as if it were AWS.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stringify } from "yaml";
import { CommandError, EXIT } from "../exit.ts";

/** The ready line of `quitclaim sandbox`. */
interface Ready {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly owner: { readonly accountId: string; readonly canonicalId: string };
  readonly accounts: readonly StageAccount[];
  readonly manifests: { readonly csv?: string; readonly parquet?: string };
}
interface StageAccount {
  readonly accountId: string;
  readonly canonicalId: string;
  readonly name: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly roles: readonly { readonly arn: string; readonly externalId?: string }[];
}

export interface Stage {
  readonly endpoint: string;
  readonly bucket: string;
  readonly ownerAccount: string;
  /** The account whose role refuses us until its trust policy is mended. */
  readonly denied: { readonly id: string; readonly role: string };
  readonly configFile: string;
  /** Campaign folder. */
  readonly folder: string;
  /** Environment for every command of the rehearsal: the owner's keys, which no file holds. */
  readonly env: NodeJS.ProcessEnv;
  /** Puts the trust policy right, as the other account's administrator would. */
  mendTrust(): Promise<void>;
  stop(): Promise<void>;
}

export interface StageOptions {
  readonly folder: string;
  readonly objects: number;
  readonly accounts: number;
  readonly seed: number;
  /** Program and arguments that run quitclaim. */
  readonly quitclaim: readonly string[];
}

const ACCESS_KEY = "QUITCLAIM_DEMO_ACCESS_KEY_ID";
const SECRET_KEY = "QUITCLAIM_DEMO_SECRET_ACCESS_KEY";
/** Slow enough that a person sees the campaign move, fast enough for 90 seconds. */
const REQUESTS_PER_SECOND = 1_800;

export async function setStage(options: StageOptions): Promise<Stage> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const [program, ...args] = options.quitclaim;
  if (program === undefined) throw new Error("no program");
  const sandbox = spawn(
    program,
    [
      ...args,
      "sandbox",
      "--objects",
      `${options.objects}`,
      "--accounts",
      `${options.accounts}`,
      "--seed",
      `${options.seed}`,
      "--bucket",
      "data-lake",
      "--bucket-defaults",
      "legacy",
      "--inventory",
      "csv,parquet",
      "--stop-with-stdin",
    ],
    // In a process group of its own: Ctrl-C is for the commands, which still need it while they stop. It ends with its standard input.
    { stdio: ["pipe", "pipe", "inherit"], detached: true },
  );
  const ready = await readyLine(sandbox);
  const uploaders = ready.accounts.filter((a) => a.accountId !== ready.owner.accountId && a.roles.length > 0);
  const denied = uploaders.at(-1);
  const owner = ready.accounts.find((a) => a.accountId === ready.owner.accountId);
  const manifest = ready.manifests.parquet ?? ready.manifests.csv;
  const deniedRole = denied?.roles[0];
  if (denied === undefined || deniedRole === undefined || owner === undefined || manifest === undefined)
    throw new Error(`the sandbox is not set for a campaign: ${JSON.stringify(ready).slice(0, 300)}`);

  const putTrust = async (principal: string): Promise<void> => {
    const answer = await fetch(`${ready.endpoint}/_sandbox/trust`, {
      method: "PUT",
      body: JSON.stringify({
        roleArn: deniedRole.arn,
        policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { AWS: principal }, Action: "sts:AssumeRole" }] },
      }),
    });
    if (!answer.ok) throw new Error(`the sandbox did not take the trust policy: ${answer.status} ${await answer.text()}`);
  };
  // A trust policy that names an account which left long ago: what one finds on the first night of a real campaign.
  await putTrust("arn:aws:iam::999988887777:root");

  const folder = join(options.folder, "campaign");
  const configFile = join(options.folder, "campaign.yaml");
  await writeFile(
    configFile,
    stringify({
      campaign: "rehearsal",
      bucket: {
        name: ready.bucket,
        owner: ready.owner.accountId,
        region: ready.region,
        endpoint: ready.endpoint,
        forcePathStyle: true,
        keys: { accessKeyId: `from-env:${ACCESS_KEY}`, secretAccessKey: `from-env:${SECRET_KEY}` },
      },
      inventory: { manifest },
      accounts: uploaders.map((a) => ({
        id: a.accountId,
        name: a.name,
        role: a.roles[0]?.arn,
        // The refusing account cannot prove who it is yet, so its canonical ID was asked for by letter.
        ...(a === denied ? { canonicalId: a.canonicalId } : {}),
        ...(a.roles[0]?.externalId === undefined ? {} : { externalId: a.roles[0].externalId }),
      })),
      actions: {
        default: "acl",
        thirdPartyGrants: "keep",
        rules: [
          // Objects under an uploader's KMS key stay unreadable even after the switch: rewrite the current ones, hold what cannot be copied.
          { when: { encryption: ["SSE-KMS", "DSSE-KMS"], latest: true }, do: "copy" },
          { when: { encryption: ["SSE-KMS", "DSSE-KMS"] }, do: "hold" },
        ],
      },
      limits: { requestsPerSecond: REQUESTS_PER_SECOND, batchRows: 500 },
      store: "./campaign",
      redis: "embedded",
    }),
    { mode: 0o600 },
  );
  return {
    endpoint: ready.endpoint,
    bucket: ready.bucket,
    ownerAccount: ready.owner.accountId,
    denied: { id: denied.accountId, role: deniedRole.arn },
    configFile,
    folder,
    env: { ...process.env, [ACCESS_KEY]: owner.accessKeyId, [SECRET_KEY]: owner.secretAccessKey },
    mendTrust: () => putTrust(`arn:aws:iam::${ready.owner.accountId}:root`),
    async stop() {
      if (sandbox.exitCode !== null) return;
      sandbox.stdin?.end();
      await once(sandbox, "exit");
    },
  };
}

async function readyLine(sandbox: ChildProcess): Promise<Ready> {
  if (sandbox.stdout === null) throw new Error("the sandbox has no stdout");
  const lines = createInterface({ input: sandbox.stdout });
  const ended = once(sandbox, "exit").then(([code]) => {
    throw new CommandError(EXIT.bug, `the sandbox ended with exit code ${code} before it was ready`);
  });
  const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
  return JSON.parse(line) as Ready;
}
