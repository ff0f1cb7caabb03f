// Ctrl-C, in two stages: the first asks the command to finish what is in flight, the second to leave at once. Both lose nothing.
import { EXIT, type ExitCode } from "./exit.ts";

export interface Signals {
  readonly drain: AbortSignal;
  readonly leaveNow: AbortSignal;
  /** The exit code that the signal asks for; undefined while none came. */
  readonly exitCode: ExitCode | undefined;
  /** As if a signal had come: the dashboard has the keyboard, so Ctrl-C reaches it as a key. */
  raise(): void;
}

export function listenForSignals(say: (line: string) => void): Signals {
  const drain = new AbortController();
  const leaveNow = new AbortController();
  let exitCode: ExitCode | undefined;
  const heard = (code: ExitCode): void => {
    exitCode ??= code;
    if (!drain.signal.aborted) {
      say("stopping: what is in flight is finished first; once more to leave at once. Nothing is lost either way.");
      drain.abort();
    } else leaveNow.abort();
  };
  process.on("SIGINT", () => heard(EXIT.interrupted));
  process.on("SIGTERM", () => heard(EXIT.terminated));
  return {
    drain: drain.signal,
    leaveNow: leaveNow.signal,
    get exitCode() {
      return exitCode;
    },
    raise: () => heard(EXIT.interrupted),
  };
}
