// The redis-server process of a campaign folder, found by its pid file and proven by its command line.
import { execFile } from "node:child_process";
import { readFile, readlink, realpath } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { EmbeddedPlace } from "./place.ts";

const run = promisify(execFile);
const gone = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH" || error.code === "EACCES");

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !gone(error);
  }
}

/** undefined where no redis-server works in this folder; a reused process number is told apart. */
export async function serverPid(place: EmbeddedPlace): Promise<number | undefined> {
  let text: string;
  try {
    text = await readFile(place.pidFile, "utf8");
  } catch (error) {
    if (gone(error)) return undefined;
    throw error;
  }
  const pid = Number(text.trim());
  if (!Number.isSafeInteger(pid) || pid <= 0 || !alive(pid)) return undefined;
  const command = await commandLine(pid);
  if (!command?.includes("redis-server")) return undefined;
  return command.includes(place.socket) || (await worksIn(pid, place.folder)) ? pid : undefined;
}

async function commandLine(pid: number): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, "utf8");
  } catch (error) {
    if (!gone(error)) throw error;
  }
  try {
    // macOS has no /proc.
    return (await run("ps", ["-o", "command=", "-p", String(pid)])).stdout;
  } catch (error) {
    // ps ends with 1 where the process is gone.
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

async function worksIn(pid: number, folder: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder));
  } catch (error) {
    if (gone(error)) return false;
    throw error;
  }
}

/** False where it still lives after `waitMs`. */
export async function awaitExit(pid: number, waitMs: number): Promise<boolean> {
  const deadline = Date.now() + waitMs;
  while (alive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}
