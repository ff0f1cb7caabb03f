// stdout carries the result, one JSON document with --json whatever the exit code; stderr carries the narration. Nothing else ever
// writes to either.
import type { ExitCode } from "./exit.ts";

export interface Output {
  readonly json: boolean;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborts when nobody reads stdout any more (`| head -1`): what only shows may end then, work goes on. */
  readonly closed: AbortSignal;
  /** The command's answer: `document` with --json, the lines otherwise. Once per command. */
  result(document: unknown, lines: readonly string[]): void;
  /** In place of the answer: the sentence on stderr and, with --json, `{"error": …, "exitCode": …}` on stdout. */
  failure(message: string, exitCode: ExitCode): void;
  /** What is being done; one line for people. */
  say(line: string): void;
}

export function openOutput(json: boolean, stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  const closed = new AbortController();
  for (const stream of [stdout, stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (stream === stdout) closed.abort();
    });
  let answered = false;
  const document = (value: unknown): void => {
    answered = true;
    stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  };
  return {
    json,
    stdout,
    stderr,
    closed: closed.signal,
    result(value, lines) {
      if (json) document(value);
      else for (const line of lines) stdout.write(`${line}\n`);
    },
    failure(message, exitCode) {
      stderr.write(`quitclaim: ${message}\n`);
      if (json && !answered) document({ error: message, exitCode });
    },
    say(line) {
      stderr.write(`${line}\n`);
    },
  };
}

/**
 * A line about work that takes longer than two seconds: rewritten in place on a terminal, every ten seconds in a log.
 * `text` is asked for only when a line is due.
 */
export function narrate(output: Output, text: () => string): { stop(last?: string): void } {
  const live = output.stderr.isTTY === true;
  const started = Date.now();
  let shown = false;
  const timer = setInterval(
    () => {
      if (Date.now() - started < 2_000) return;
      shown = true;
      output.stderr.write(live ? `\r\u001b[K${text()}` : `${text()}\n`);
    },
    live ? 500 : 10_000,
  );
  timer.unref();
  return {
    stop(last) {
      clearInterval(timer);
      if (shown && live) output.stderr.write("\r\u001b[K");
      if (last !== undefined) output.say(last);
    },
  };
}
