// The processes of a campaign in chaos: `quitclaim run` with its workers, a `quitclaim work` from outside, and Redis. Whatever dies is started
// again, as an operator would, until the campaign has ended.
import { once } from "node:events";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Ended, type Running, start } from "../harness/command.ts";

export interface Exit {
  readonly who: "run" | "work";
  readonly ended: Ended;
}

/** Where a campaign is played. */
export interface Troupe {
  readonly configFile: string;
  readonly store: string;
  /** Whether a `quitclaim work` joins from outside. */
  readonly outsider: boolean;
}

const STARTS_MAX = 60;
const PAUSE_MS = 400;
const LAST_WORDS_MS = 500;
/** Finished; finished with failed objects. */
const OVER: ReadonlySet<number | null> = new Set([0, 3]);
const BLOCKED = 5;

export class Cast {
  readonly exits: Exit[] = [];
  /** Pauses that the breaker made although nobody was denied. */
  readonly paused: string[] = [];
  readonly #stage: Troupe;
  readonly #env: NodeJS.ProcessEnv;
  #run: Running | undefined;
  #outsider: Running | undefined;
  #over = false;
  #abandoned = false;
  #gone = 0;

  constructor(stage: Troupe, env: NodeJS.ProcessEnv) {
    this.#stage = stage;
    this.#env = env;
  }

  /** The engine's process, while it lives. */
  get engine(): number | undefined {
    return this.#run?.child.pid;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Resolves when the campaign has ended by itself; throws where it does not come to an end. */
  async play(): Promise<void> {
    const outside = this.#stage.outsider ? this.#keepOutsider() : Promise.resolve();
    try {
      await this.#keepRunning();
    } finally {
      this.#over = true;
      await outside;
    }
  }

  async #keepRunning(): Promise<void> {
    for (let starts = 0; starts < STARTS_MAX && !this.#abandoned; starts++) {
      this.#run = start(["run", "--workers", "2", "--config", this.#stage.configFile], this.#env);
      const ended = await endOf(this.#run);
      this.exits.push({ who: "run", ended });
      if (OVER.has(ended.code)) return;
      if (ended.code === BLOCKED) {
        this.paused.push(ended.stdout.trim().split("\n").slice(-3).join(" | "));
        await start(["resume", "--config", this.#stage.configFile], this.#env).ended;
      }
      await sleep(PAUSE_MS);
    }
    throw new Error("the campaign did not come to its end");
  }

  async #keepOutsider(): Promise<void> {
    while (!this.#over) {
      await sleep(PAUSE_MS);
      if (!existsSync(join(this.#stage.store, "redis/redis.sock"))) continue;
      this.#outsider = start(["work", "--config", this.#stage.configFile], this.#env);
      const ended = await endOf(this.#outsider);
      this.exits.push({ who: "work", ended });
    }
  }

  /** Nobody of the campaign is left behind by its engine: false where a worker lives on. */
  async deserted(withinMs: number): Promise<boolean> {
    const until = Date.now() + withinMs;
    while (this.workers().length > 0) {
      if (Date.now() > until) return false;
      await sleep(50);
    }
    return true;
  }

  /** Gives up: the next death is the last. */
  abandon(): void {
    this.#abandoned = true;
    this.killEverything();
  }

  killWorker(which: number): void {
    signal(pick(this.workers(), which), "SIGKILL");
  }

  killOutsider(): void {
    signal(this.#outsider?.child.pid, "SIGKILL");
  }

  killRun(): void {
    signal(this.#run?.child.pid, "SIGKILL");
  }

  killEverything(): void {
    const workers = this.workers();
    this.killRun();
    this.killOutsider();
    for (const pid of workers) signal(pid, "SIGKILL");
    this.redis("SIGKILL");
  }

  /** Stops a process for a while, as a laptop's lid or a busy hypervisor would. */
  async freeze(which: number, ms: number): Promise<void> {
    const outsider = this.#outsider?.child.pid;
    const pid = pick([...this.workers(), ...(outsider === undefined ? [] : [outsider])], which);
    if (!signal(pid, "SIGSTOP")) return;
    await sleep(ms);
    signal(pid, "SIGCONT");
  }

  async freezeRedis(ms: number): Promise<void> {
    const pid = this.redisPid();
    if (!signal(pid, "SIGSTOP")) return;
    await sleep(ms);
    signal(pid, "SIGCONT");
  }

  redis(how: "SIGKILL" | "SIGTERM"): void {
    signal(this.redisPid(), how);
  }

  /** Its folder is moved away in the same breath, so that nobody starts it on half of its data. */
  redisWithoutData(): void {
    this.redis("SIGKILL");
    const folder = join(this.#stage.store, "redis");
    if (existsSync(folder)) renameSync(folder, join(this.#stage.store, `redis-gone-${++this.#gone}`));
  }

  /** Worker processes of the run that live, oldest first. */
  workers(): number[] {
    let log: string;
    try {
      log = readFileSync(join(this.#stage.store, "logs/run.log"), "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    }
    const pids = [...log.matchAll(/"text":"worker started","worker":"[^"]*\/(\d+)"/g)].map((m) => Number(m[1]));
    return [...new Set(pids)].filter((pid) => commandLine(pid)?.includes(this.#stage.configFile) === true);
  }

  redisPid(): number | undefined {
    const file = join(this.#stage.store, "redis/redis.pid");
    if (!existsSync(file)) return undefined;
    const pid = Number(readFileSync(file, "utf8"));
    return commandLine(pid)?.includes("redis-server") === true ? pid : undefined;
  }
}

/** The end of the process itself: its last words may be kept open by the workers that it left behind. */
async function endOf({ child, ended }: Running): Promise<Ended> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  const wordless: Ended = { code: child.exitCode, signal: child.signalCode, stdout: "", stderr: "" };
  return Promise.race([ended, sleep(LAST_WORDS_MS, wordless)]);
}

const pick = (pids: readonly number[], which: number): number | undefined => pids[Math.floor(which * pids.length)];

/** A process number may be somebody else's by now: nobody is signalled who is not one of ours. undefined: gone. */
function commandLine(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) return undefined;
    throw error;
  }
}

/** False where there is nobody to signal. */
function signal(pid: number | undefined, name: NodeJS.Signals): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(pid, name);
  } catch (error) {
    // It ended by itself in the meantime.
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
