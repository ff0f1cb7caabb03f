// The campaign's own Redis: joined, outliving its starter, found again, and mended after every way of dying.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { type CampaignRedis, type Log, openRedis, RedisProblem, stopEmbedded } from "../src/index.ts";
import { embeddedPlace } from "../src/redis/embedded/place.ts";
import { alive, awaitExit, serverPid } from "../src/redis/embedded/process.ts";

const stores: string[] = [];
const handles: CampaignRedis[] = [];
const quiet: Log = { info: () => undefined, warn: () => undefined };

afterEach(async () => {
  for (const handle of handles.splice(0)) await handle.stop({ server: false });
  for (const store of stores.splice(0)) {
    const pid = await serverPid(embeddedPlace(store, "t"));
    if (pid !== undefined) {
      process.kill(pid, "SIGKILL");
      await awaitExit(pid, 5_000);
    }
    // With the temporary folder that was made for it.
    await rm(dirname(store), { recursive: true, force: true });
    const { socket } = embeddedPlace(store, "t");
    if (!socket.startsWith(store)) await rm(dirname(socket), { recursive: true, force: true });
  }
});

async function newStore(name = "store"): Promise<string> {
  const store = join(await mkdtemp(join(tmpdir(), "qc-redis-")), name);
  stores.push(store);
  return store;
}

async function open(store: string, log: Log = quiet): Promise<CampaignRedis> {
  const redis = await openRedis({ redis: "embedded", store, campaign: "t" }, log);
  handles.push(redis);
  return redis;
}

async function pidOf(store: string): Promise<number> {
  const pid = await serverPid(embeddedPlace(store, "t"));
  if (pid === undefined) throw new Error("no server");
  return pid;
}

/** A process of its own that opens the Redis, says its server's number, and waits to be killed. */
async function opener(store: string): Promise<{ child: ChildProcess; pid: number }> {
  const program = fileURLToPath(new URL("./fixtures/open-redis.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=development", program, store], { stdio: ["ignore", "pipe", "inherit"] });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once("exit", () => reject(new Error("the opener ended")));
    child.stdout?.once("data", (line: Buffer) => resolve(Number(line.toString().trim())));
  });
  return { child, pid };
}

test("a folder with a space and a quote in its name gets a server of its own, private and persistent", async () => {
  const store = await newStore('my "lake" 2026');
  const redis = await open(store);
  expect(redis.kind).toBe("embedded");
  expect(await redis.roundTripMs()).toBeGreaterThan(0);
  const command = redis.connection("command");
  expect(await command.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
  expect(await command.config("GET", "appendonly")).toEqual(["appendonly", "yes"]);
  expect(await command.config("GET", "hash-max-listpack-value")).toEqual(["hash-max-listpack-value", "1024"]);
  expect(await command.config("GET", "port")).toEqual(["port", "0"]);
  expect((await stat(join(store, "redis"))).mode & 0o777).toBe(0o700);
  expect(await readdir(join(store, "redis"))).toContain("redis.sock");
  expect(redis.describe()).toContain(store);
});

test("two processes that open at once end up with one server, and its starter's death does not end it", async () => {
  const store = await newStore();
  await mkdir(store, { recursive: true });
  const [a, b, c] = await Promise.all([opener(store), opener(store), open(store)]);
  expect(a.pid).toBe(b.pid);
  await c.connection("command").set("kept", "yes");
  a.child.kill("SIGKILL");
  b.child.kill("SIGKILL");
  await Promise.all([a, b].map(({ child }) => new Promise((resolve) => child.once("exit", resolve))));
  expect(alive(a.pid)).toBe(true);
  expect(await pidOf(store)).toBe(a.pid);
  const again = await open(store);
  expect(await again.connection("command").get("kept")).toBe("yes");
});

test("killed without warning, it comes back with its data on the connections that are open", async () => {
  const store = await newStore();
  const narrated: string[] = [];
  const tell = (sentence: string): void => void narrated.push(sentence);
  const redis = await open(store, { info: tell, warn: tell });
  const command = redis.connection("command");
  await command.set("kept", "yes");
  const pid = await pidOf(store);
  process.kill(pid, "SIGKILL");
  await awaitExit(pid, 5_000);
  // Socket and pid file are still there, and mean nothing.
  expect(existsSync(embeddedPlace(store, "t").pidFile)).toBe(true);
  await expect(redis.roundTripMs()).rejects.toThrow(/does not answer.*Nothing is lost/s);
  await redis.ensureRunning();
  expect(await command.get("kept")).toBe("yes");
  expect(await pidOf(store)).not.toBe(pid);
  expect(narrated.some((s) => s.includes("went away"))).toBe(true);
  expect(narrated.some((s) => s.includes("is back"))).toBe(true);
});

test("with its data deleted as well, it comes back empty", async () => {
  const store = await newStore();
  const redis = await open(store);
  await redis.connection("command").set("kept", "yes");
  const pid = await pidOf(store);
  process.kill(pid, "SIGKILL");
  await awaitExit(pid, 5_000);
  await rm(join(store, "redis"), { recursive: true });
  await redis.ensureRunning();
  expect(await redis.connection("command").dbsize()).toBe(0);
});

test("a cut-off end of the append-only file is accepted; a damaged middle is explained", async () => {
  const store = await newStore();
  const redis = await open(store);
  const command = redis.connection("command");
  for (let i = 0; i < 50; i++) await command.set(`k${i}`, "x".repeat(100));
  // While a slow disk is still busy with an fsync, Redis keeps what it would append in memory for a while.
  while (!/aof_buffer_length:0\r/.test(await command.info("persistence"))) await new Promise((resolve) => setTimeout(resolve, 20));
  const kill = async (): Promise<void> => {
    const pid = await pidOf(store);
    process.kill(pid, "SIGKILL");
    await awaitExit(pid, 5_000);
  };
  await kill();
  const folder = join(store, "redis", "appendonlydir");
  const incremental = join(folder, (await readdir(folder)).find((f) => f.endsWith(".incr.aof")) as string);
  await truncate(incremental, (await stat(incremental)).size - 20);
  await redis.ensureRunning();
  expect(await command.dbsize()).toBe(49);

  await kill();
  const bytes = await readFile(incremental);
  bytes.write("garbage", bytes.indexOf("*3\r\n", 200));
  await writeFile(incremental, bytes);
  await appendFile(incremental, "*1\r\n$4\r\nPING\r\n");
  await expect(redis.ensureRunning()).rejects.toThrow(/remove the folder .*redis: the queues are rebuilt/s);
});

test("a server whose socket file was swept away is ended before another one touches its file", async () => {
  const store = await newStore();
  const redis = await open(store);
  await redis.connection("command").set("kept", "yes");
  const pid = await pidOf(store);
  await rm(embeddedPlace(store, "t").socket);
  const other = await open(store);
  expect(alive(pid)).toBe(false);
  expect(await other.connection("command").get("kept")).toBe("yes");
});

test("the socket of a deep folder lies in a short private one", async () => {
  const store = await newStore(join("deep".repeat(20), "er".repeat(20)));
  const place = embeddedPlace(store, "t");
  expect(Buffer.byteLength(place.socket)).toBeLessThanOrEqual(100);
  expect(place.folder.startsWith(store)).toBe(true);
  const redis = await open(store);
  expect(await redis.roundTripMs()).toBeGreaterThan(0);
  expect((await stat(dirname(place.socket))).mode & 0o777).toBe(0o700);
});

test("a store in S3 keeps its Redis below the user's state folder", () => {
  const place = embeddedPlace("s3://bucket/prefix", "lake", { XDG_STATE_HOME: "/state" });
  expect(place.folder).toMatch(/^\/state\/quitclaim\/lake-[0-9a-f]{12}$/);
});

test("a folder that others may enter is refused", async () => {
  const store = await newStore();
  await mkdir(join(store, "redis"), { recursive: true, mode: 0o755 });
  await expect(open(store)).rejects.toThrow(/chmod 700/);
});

test("stop leaves a server that somebody else uses; the last one out ends it, whoever started it", async () => {
  const store = await newStore();
  const starter = await open(store);
  const joiner = await open(store);
  await joiner.roundTripMs();
  await starter.stop();
  expect(await joiner.roundTripMs()).toBeGreaterThan(0);
  const pid = await pidOf(store);
  await joiner.stop();
  expect(alive(pid)).toBe(false);
  expect(await stopEmbedded(store, "t")).toBe(false);

  const keeper = await open(store);
  await keeper.roundTripMs();
  const own = await pidOf(store);
  await keeper.stop({ server: false });
  expect(alive(own)).toBe(true);
  expect(await stopEmbedded(store, "t")).toBe(true);
  expect(alive(own)).toBe(false);
});

test("without redis-server on the PATH, the message says how to get it", async () => {
  const store = await newStore();
  const path = process.env.PATH;
  process.env.PATH = "/nowhere";
  try {
    await expect(open(store)).rejects.toThrow(/apt-get install redis-server/);
    await expect(open(store)).rejects.toBeInstanceOf(RedisProblem);
  } finally {
    process.env.PATH = path;
  }
});

test("a start lock that cannot be had is told by its path, and is nobody's bug", async () => {
  const store = await newStore();
  await mkdir(join(embeddedPlace(store, "t").folder, "start.lock"), { recursive: true, mode: 0o700 });
  const failure = await open(store).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(RedisProblem);
  expect((failure as Error).message).toMatch(/its lock .*start\.lock cannot be had \(unable to open database file\)/);
});
