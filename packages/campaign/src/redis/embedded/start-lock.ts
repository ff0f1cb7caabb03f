// One process at a time starts or ends a campaign's Redis. SQLite's file lock is used because the system lets go of it when its
// holder dies, however it dies; Node itself has no other such lock. Nothing is ever written to the database.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { RedisProblem } from "../connection.ts";

const WAIT_MS_MAX = 90_000;
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

export async function withStartLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, "start.lock");
  const database = open(path);
  try {
    const deadline = Date.now() + WAIT_MS_MAX;
    while (!tryLock(database, path)) {
      if (Date.now() > deadline)
        throw new RedisProblem(
          `another process has been starting the campaign's Redis for ${WAIT_MS_MAX / 1000} s (lock ${path}). Look for a stuck quitclaim, end it, and try again.`,
        );
      await sleep(20);
    }
    return await work();
  } finally {
    database.close();
  }
}

function open(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: 0 });
  } catch (error) {
    throw refusal(error, path);
  }
}

function tryLock(database: DatabaseSync, path: string): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (isSqlite(error) && error.errcode === SQLITE_BUSY) return false;
    throw refusal(error, path);
  }
}

const isSqlite = (error: unknown): error is Error & { errcode: number } =>
  error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR" && "errcode" in error;

/** SQLite makes its file when it first locks it: what the disk refuses, it says in words of its own. */
function refusal(error: unknown, path: string): unknown {
  if (!isSqlite(error)) return error;
  const advice =
    error.errcode === SQLITE_FULL ? "Free some space; nothing is lost" : "See that this user may write there and that the disk is well";
  return new RedisProblem(`the campaign's Redis cannot be started: its lock ${path} cannot be had (${error.message}). ${advice}.`, {
    cause: error,
  });
}
