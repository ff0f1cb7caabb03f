// Runs `quitclaim` itself, as a person or a script would: the built program in a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";

const MAIN = join(import.meta.dirname, "../../packages/cli/dist/main.js");

/** Program and arguments that run quitclaim from the build. */
export const QUITCLAIM: readonly string[] = [process.execPath, MAIN];

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts it and leaves it running; `ended` never rejects. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv): Running {
  if (!existsSync(MAIN)) throw new Error("quitclaim is not built; run script/bootstrap first");
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    stderr,
  }));
  return { child, ended };
}

/** Runs it to its end. */
export const quitclaim = (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> => start(args, env).ended;

/** Runs it with --json and reads its one document; throws with what it said where the exit code is not the expected one. */
export async function quitclaimJson<T>(args: readonly string[], env: NodeJS.ProcessEnv, expected = 0): Promise<T> {
  const ended = await quitclaim([...args, "--json"], env);
  if (ended.code !== expected)
    throw new Error(
      `quitclaim ${args.join(" ")} ended with ${ended.code ?? ended.signal}, ${expected} was expected\n${ended.stdout}\n${ended.stderr}`,
    );
  return JSON.parse(ended.stdout) as T;
}
