// A real multi-account S3 server for tests: one Ceph monitor, one OSD in memory, one RADOS Gateway, all on loopback and in one
// folder. One gateway *user* is the unit of ownership there, its uid the canonical ID. It ends with `stop()` or with this process.
//
//   node --conditions=development test/servers/rgw.ts     start one, print its JSON, stop on Ctrl-C
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The programs it needs, with the Debian package of each. */
const PROGRAMS = {
  "ceph-mon": "ceph-mon",
  "ceph-osd": "ceph-osd",
  radosgw: "radosgw",
  "radosgw-admin": "radosgw",
  monmaptool: "ceph-common",
  ceph: "ceph-common",
};

export interface GatewayUser {
  name: string;
  canonicalId: string;
  accessKeyId: string;
  secretAccessKey: string;
}
export interface Gateway {
  endpoint: string;
  region: string;
  folder: string;
  users: GatewayUser[];
  stop(): Promise<void>;
}

/** What must be installed first; empty where all is there. */
export async function missingPackages(): Promise<string[]> {
  const missing = new Set<string>();
  for (const [program, debianPackage] of Object.entries(PROGRAMS)) {
    await run("sh", ["-c", `command -v ${program}`]).catch(() => missing.add(debianPackage));
  }
  return [...missing];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  server.close();
  await once(server, "close");
  return address.port;
}

function configuration(folder: string, fsid: string, monPort: number, s3Port: number): string {
  return `[global]
fsid = ${fsid}
mon host = [v2:127.0.0.1:${monPort}/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv4 = true
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
# The gateway's built-in default is "secure", which needs keys.
ms mon client mode = crc
ms bind msgr1 = false
run dir = ${folder}
admin socket =
log file = ${folder}/$name.log
pid file =
crash dir = ${folder}
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
[mon.a]
mon data = ${folder}/mon
mon initial members = a
# Map changes are proposed at once instead of once a second: seconds, not half a minute, to start.
paxos propose interval = 0.02
paxos min wait = 0.01
[osd.0]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd memory target = 1073741824
osd min pg log entries = 100
osd max pg log entries = 200
osd max scrubs = 0
osd enable op tracker = false
[client.rgw]
rgw data = ${folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:${s3Port}
rgw dns name = localhost
rgw thread pool size = 64
rgw enable usage log = false
debug rgw = 1/1
`;
}

/** Starts a fresh, empty cluster with these users. Throws, with the folder of the logs, where a daemon does not come up. */
export async function startGateway(names: readonly string[]): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), "quitclaim-rgw-"));
  const config = join(folder, "ceph.conf");
  const [s3Port, monPort] = [await freePort(), await freePort()];
  const fsid = crypto.randomUUID();
  // The caller's own Ceph settings must not point these programs at another cluster.
  const env = { ...process.env, CEPH_ARGS: "", CEPH_CONF: config };
  const daemons: { name: string; child: ChildProcess }[] = [];

  const stop = async (): Promise<void> => {
    process.removeListener("exit", killAll);
    for (const { child } of daemons.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGTERM");
      // All data is throw-away, so a daemon that takes long over its goodbye is cut short.
      const timer = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await once(child, "exit");
      clearTimeout(timer);
    }
    await rm(folder, { recursive: true, force: true });
  };
  const killAll = (): void => {
    for (const { child } of daemons) child.kill("SIGKILL");
  };
  process.once("exit", killAll);

  const daemon = (name: string, program: string, args: string[]): void => {
    const log = createWriteStream(join(folder, `${name}.out`));
    const child = spawn(program, ["--conf", config, "-f", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout?.pipe(log);
    child.stderr?.pipe(log);
    daemons.push({ name, child });
  };
  const tool = (program: string, ...args: string[]): Promise<{ stdout: string }> =>
    run(program, ["--conf", config, ...args], { env, timeout: 60_000, maxBuffer: 1 << 26 });
  const until = async (what: string, seconds: number, ready: () => Promise<boolean>): Promise<void> => {
    const end = Date.now() + seconds * 1_000;
    for (;;) {
      if (await ready().catch(() => false)) return;
      const dead = daemons.find((d) => d.child.exitCode !== null);
      if (dead !== undefined || Date.now() > end)
        throw new Error(`${what}${dead ? `: ${dead.name} ended with ${dead.child.exitCode}` : ""}; logs in ${folder}`);
      await sleep(150);
    }
  };

  try {
    for (const part of ["mon", "osd", "rgw"]) await mkdir(join(folder, part));
    await writeFile(config, configuration(folder, fsid, monPort, s3Port));
    const map = join(folder, "monmap");
    await tool("monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a", `[v2:127.0.0.1:${monPort}/0]`, map);
    await tool("ceph-mon", "--mkfs", "-i", "a", "--monmap", map);
    daemon("mon", "ceph-mon", ["-i", "a"]);
    await until(
      "the monitor does not answer",
      30,
      async () => (await tool("ceph", "--connect-timeout", "5", "mon", "stat")).stdout !== undefined,
    );
    const osdUuid = crypto.randomUUID();
    await tool("ceph", "osd", "new", osdUuid, "0");
    await tool("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osdUuid);
    daemon("osd", "ceph-osd", ["-i", "0"]);
    await until("the OSD does not come up", 30, async () => (await tool("ceph", "osd", "stat")).stdout.includes("1 up"));

    const users: GatewayUser[] = [];
    for (const [i, name] of names.entries()) {
      const letter = String.fromCharCode(97 + i);
      const user = {
        name,
        canonicalId: `${letter}${i + 1}`.repeat(32),
        accessKeyId: `AKIA${name
          .toUpperCase()
          .replaceAll(/[^A-Z]/g, "")
          .padEnd(16, letter.toUpperCase())
          .slice(0, 16)}`,
        secretAccessKey: `loopback-only-${letter.repeat(26)}`,
      };
      await tool(
        "radosgw-admin",
        "--name",
        "client.rgw",
        "user",
        "create",
        "--uid",
        user.canonicalId,
        "--display-name",
        name,
        "--access-key",
        user.accessKeyId,
        "--secret-key",
        user.secretAccessKey,
      );
      users.push(user);
    }
    daemon("rgw", "radosgw", ["--name", "client.rgw"]);
    const endpoint = `http://127.0.0.1:${s3Port}`;
    await until(`the gateway does not answer at ${endpoint}`, 60, async () => (await fetch(endpoint)).status === 200);
    return { endpoint, region: "us-east-1", folder, users, stop };
  } catch (error) {
    killAll();
    throw error;
  }
}

if (process.argv[1] === import.meta.filename) {
  const missing = await missingPackages();
  if (missing.length > 0) {
    console.error(`missing packages. On Debian, as root: apt-get install --no-install-recommends ${missing.join(" ")}`);
    process.exit(2);
  }
  const starting = startGateway(["owner", "ingest", "partners"]);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void starting.then((g) => g.stop()).then(() => process.exit(0)));
  console.log(JSON.stringify({ ...(await starting), pid: process.pid }, null, 2));
}
