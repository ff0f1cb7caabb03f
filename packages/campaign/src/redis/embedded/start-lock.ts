// One process at a time starts or ends a campaign's Redis. SQLite's file lock is used because the system lets go of it when its
// holder dies, however it dies; Node itself has no other such lock. Nothing is ever written to the database.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { RedisProblem } from "../connection.ts";

const WAIT_MS_MAX = 90_000;
const SQLITE_BUSY = 5;

export async function withStartLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, "start.lock");
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    const deadline = Date.now() + WAIT_MS_MAX;
    while (!tryLock(database)) {
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

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
