// What others do the same work with, as processes against the same server: boto3 on threads, and `s3cmd setacl`. Left out, and said so, where not installed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export interface Peer {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly ownerAccount: string;
  readonly ownerCanonicalId: string;
}

export interface PeerFigure {
  readonly perSecond: number;
  /** undefined: not told by the tool. */
  readonly cpuMicros?: number;
}

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "ASIAEXAMPLEEXAMPLE00",
  AWS_SECRET_ACCESS_KEY: "secret/secret/secret/secret/secret",
  AWS_SESSION_TOKEN: "t".repeat(700),
  AWS_EC2_METADATA_DISABLED: "true",
};
/** What put_acl.py exits with where boto3 is absent. */
const UNAVAILABLE = 69;

export const BOTO3_THREADS = 16;

/** put_object_acl on `objects` objects by 16 threads. */
export async function boto3(peer: Peer, objects: number): Promise<PeerFigure | undefined> {
  const script = fileURLToPath(new URL("./put_acl.py", import.meta.url));
  const ended = await run("python3", [
    script,
    peer.endpoint,
    peer.region,
    peer.bucket,
    peer.ownerAccount,
    `${objects}`,
    `${BOTO3_THREADS}`,
  ]);
  if (ended === undefined || ended.code === UNAVAILABLE) return skipped("boto3");
  const { seconds, cpuSeconds } = JSON.parse(succeeded("boto3", ended)) as { seconds: number; cpuSeconds: number };
  return { perSecond: objects / seconds, cpuMicros: (cpuSeconds * 1e6) / objects };
}

/** `s3cmd setacl --acl-grant` on `objects` objects in one process; what it takes to start is not counted. */
export async function s3cmd(peer: Peer, objects: number): Promise<PeerFigure | undefined> {
  const host = new URL(peer.endpoint).host;
  const keys = Array.from({ length: objects }, (_, n) => `s3://${peer.bucket}/raw/2026/10/04/part-${n}.parquet`);
  const from = performance.now();
  const started = await run("s3cmd", ["--version"]);
  if (started === undefined) return skipped("s3cmd");
  const startMs = performance.now() - from;
  const began = performance.now();
  succeeded(
    "s3cmd",
    await run("s3cmd", [
      "--config=/dev/null",
      "--no-ssl",
      `--host=${host}`,
      `--host-bucket=${host}`,
      `--region=${peer.region}`,
      `--access_key=${CREDENTIALS.AWS_ACCESS_KEY_ID}`,
      `--secret_key=${CREDENTIALS.AWS_SECRET_ACCESS_KEY}`,
      "--quiet",
      "setacl",
      `--acl-grant=full_control:${peer.ownerCanonicalId}`,
      ...keys,
    ]),
  );
  return { perSecond: objects / ((performance.now() - began - startMs) / 1_000) };
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** undefined: there is no such program. */
async function run(program: string, args: readonly string[]): Promise<Ended | undefined> {
  const child = spawn(program, args, { env: { ...process.env, ...CREDENTIALS }, stdio: ["ignore", "pipe", "pipe"] });
  const outcome = Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  try {
    const [stdout, stderr, [code]] = await outcome;
    return { code: code as number | null, stdout, stderr };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function succeeded(who: string, ended: Ended | undefined): string {
  if (ended?.code !== 0) throw new Error(`${who} ended with ${ended?.code}: ${ended?.stderr.slice(-1_000)}`);
  return ended.stdout;
}

function skipped(who: string): undefined {
  console.error(`SKIPPED ${who}: it is not installed here, so nothing is said about it`);
  return undefined;
}
