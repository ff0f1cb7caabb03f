// Ctrl-C, in stages: the first asks the command to finish what is in flight, the second to leave at once, the third ends the process.
// None of them loses anything: the campaign store is the truth.
import { EXIT, type ExitCode } from "./exit.ts";

/** A command was left before its end because the operator asked for it. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export interface Signals {
  readonly drain: AbortSignal;
  readonly leaveNow: AbortSignal;
  /** The exit code that the signal asks for; undefined while none came. */
  readonly exitCode: ExitCode | undefined;
  /** What is said at the first signal. Nothing where a command leaves at once anyway. */
  announce(line: string): void;
  /** `work`, or Interrupted as soon as the signal comes: what can be left at any moment need not know of signals. */
  until<T>(stage: "drain" | "leaveNow", work: Promise<T>): Promise<T>;
}

export function listenForSignals(say: (line: string) => void): Signals {
  const drain = new AbortController();
  const leaveNow = new AbortController();
  let exitCode: ExitCode | undefined;
  let line: string | undefined;
  const heard = (code: ExitCode): void => {
    exitCode ??= code;
    if (leaveNow.signal.aborted) process.exit(exitCode);
    if (drain.signal.aborted) leaveNow.abort();
    else {
      if (line !== undefined) say(line);
      drain.abort();
    }
  };
  process.on("SIGINT", () => heard(EXIT.interrupted));
  process.on("SIGTERM", () => heard(EXIT.terminated));
  const stages = { drain: drain.signal, leaveNow: leaveNow.signal };
  return {
    ...stages,
    get exitCode() {
      return exitCode;
    },
    announce(text) {
      line = text;
    },
    until(stage, work) {
      const signal = stages[stage];
      return new Promise((resolve, reject) => {
        const leave = (): void => reject(new Interrupted("stopped before its end; the same command begins it again."));
        signal.addEventListener("abort", leave, { once: true });
        work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
        if (signal.aborted) leave();
      });
    },
  };
}
