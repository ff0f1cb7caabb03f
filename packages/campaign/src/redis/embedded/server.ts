// The campaign's own redis-server: found by its socket and joined, or started so that it outlives its starter; ended in good order.
// At most one server works on a folder's append-only file, whoever starts, dies or cleans up temporary folders meanwhile.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { RedisProblem } from "../connection.ts";
import { connectOnce } from "../connections.ts";
import { type EmbeddedPlace, preparePlace } from "./place.ts";
import { type Presence, probe } from "./probe.ts";
import { awaitExit, serverPid } from "./process.ts";
import { withStartLock } from "./start-lock.ts";

const ACCEPT_MS_MAX = 20_000;
const LOAD_MS_MAX = 10 * 60_000;
const EXIT_MS_MAX = 15_000;

const settings = (place: EmbeddedPlace): string[] => [
  ...["--port", "0", "--unixsocket", place.socket, "--unixsocketperm", "700"],
  ...["--dir", place.folder, "--pidfile", place.pidFile, "--logfile", place.logFile, "--daemonize", "no"],
  // At most one second is lost with the machine, nothing with the process; reconcile mends that second from the ledger.
  ...["--appendonly", "yes", "--appendfsync", "everysec", "--aof-load-truncated", "yes", "--save", ""],
  ...["--maxmemory-policy", "noeviction", "--maxmemory", "0"],
  // A job's hash stays compact. This is the name that Redis 6.2 knows; later ones take it for hash-max-listpack-value.
  ...["--hash-max-ziplist-value", "1024"],
];

/** Joins the server of this place or starts it; returns when it answers. True where this call started it. */
export async function ensureServer(place: EmbeddedPlace): Promise<boolean> {
  await preparePlace(place);
  let presence = await probe(place.socket);
  let started = false;
  if (presence === "nobody")
    await withStartLock(place.folder, async () => {
      presence = await probe(place.socket);
      if (presence !== "nobody") return;
      await clearLeftover(place);
      await start(place);
      started = true;
    });
  await awaitReady(place);
  return started;
}

/** A server whose socket file was swept away cannot be reached by anyone, but still writes the append-only file. */
async function clearLeftover(place: EmbeddedPlace): Promise<void> {
  const pid = await serverPid(place);
  if (pid === undefined) return;
  process.kill(pid, "SIGTERM");
  if (!(await awaitExit(pid, EXIT_MS_MAX)))
    throw new RedisProblem(
      `a redis-server (process ${pid}) works in ${place.folder} but cannot be reached and does not end. End it with \`kill -9 ${pid}\`, then try again.`,
    );
}

async function start(place: EmbeddedPlace): Promise<void> {
  const child = spawn("redis-server", settings(place), { cwd: place.folder, detached: true, stdio: "ignore" });
  let ended: string | undefined;
  child.once("error", (error: NodeJS.ErrnoException) => {
    ended =
      error.code === "ENOENT"
        ? "there is no `redis-server` on the PATH. Install it (Debian, Ubuntu: `apt-get install redis-server`; macOS: `brew install redis`), or give the URL of a Redis in the campaign file: `redis: redis://host:6379`."
        : `redis-server could not be started: ${error.message}`;
  });
  child.once("exit", (code, signal) => {
    ended ??= `redis-server ended at once (${signal ?? `exit ${code}`})`;
  });
  const deadline = Date.now() + ACCEPT_MS_MAX;
  while ((await probe(place.socket)) === "nobody") {
    if (ended !== undefined) throw new RedisProblem(ended.startsWith("redis-server ended") ? `${ended}. ${await lastWords(place)}` : ended);
    if (Date.now() > deadline) {
      child.kill();
      throw new RedisProblem(`redis-server did not answer at ${place.socket} within ${ACCEPT_MS_MAX / 1000} s. ${await lastWords(place)}`);
    }
    await sleep(10);
  }
  // Its life is its own from here on.
  child.removeAllListeners("exit");
  child.unref();
}

async function awaitReady(place: EmbeddedPlace): Promise<void> {
  const deadline = Date.now() + LOAD_MS_MAX;
  let presence: Presence = await probe(place.socket);
  let silent = 0;
  while (presence !== "ready") {
    if (presence === "nobody")
      throw new RedisProblem(`the campaign's redis-server ended while it read its data. ${await lastWords(place)}`);
    silent = presence === "silent" ? silent + 1 : 0;
    if (silent > 10 || Date.now() > deadline) {
      const pid = await serverPid(place);
      throw new RedisProblem(
        `the campaign's redis-server${pid === undefined ? "" : ` (process ${pid})`} holds ${place.socket} but does not answer. It may be stopped (\`kill -CONT\`) or stuck (\`kill -9\`, then try again; nothing that matters is lost).`,
      );
    }
    await sleep(50);
    presence = await probe(place.socket);
  }
}

async function lastWords(place: EmbeddedPlace): Promise<string> {
  let log: string;
  try {
    log = await readFile(place.logFile, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "It left no log.";
    throw error;
  }
  const told = log.trim().split("\n").slice(-3).join("\n  ");
  return `Its last words, from ${place.logFile}:\n  ${told}\nWhere its data is damaged, remove the folder ${place.folder}: the queues are rebuilt from the campaign store, and no result is lost.`;
}

/** Writes everything down and ends. True where a server was ended. */
export async function endServer(place: EmbeddedPlace): Promise<boolean> {
  if ((await probe(place.socket)) === "nobody") return false;
  const pid = await serverPid(place);
  const redis = await connectIfThere(place);
  if (redis === undefined) return false;
  try {
    await redis.shutdown();
  } catch (error) {
    // The server hangs up instead of answering; any other answer is a refusal.
    if (error instanceof Error && error.name === "ReplyError")
      throw new RedisProblem(`the campaign's redis-server refuses to end: ${error.message}`);
  } finally {
    redis.disconnect();
  }
  if (pid !== undefined && !(await awaitExit(pid, EXIT_MS_MAX)))
    throw new RedisProblem(
      `the campaign's redis-server (process ${pid}) did not end within ${EXIT_MS_MAX / 1000} s. See ${place.logFile}.`,
    );
  return true;
}

/** Another process may end the server at any moment: undefined where it has. */
async function connectIfThere(place: EmbeddedPlace): Promise<Redis | undefined> {
  try {
    return await connectOnce({ socket: place.socket });
  } catch (error) {
    if ((await probe(place.socket)) === "nobody") return undefined;
    throw error;
  }
}

/** Connections other than the asking one; none where the server has ended. */
export async function otherClients(place: EmbeddedPlace): Promise<number> {
  const redis = await connectIfThere(place);
  if (redis === undefined) return 0;
  try {
    const list = (await redis.client("LIST")) as string;
    return list.trim().split("\n").length - 1;
  } finally {
    redis.disconnect();
  }
}
