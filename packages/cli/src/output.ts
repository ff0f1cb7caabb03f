// stdout carries the result, one JSON document with --json; stderr carries the narration. Nothing else ever writes to either.

export interface Output {
  readonly json: boolean;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** The command's answer: `document` with --json, the lines otherwise. Once per command. */
  result(document: unknown, lines: readonly string[]): void;
  /** What is being done; one line for people. */
  say(line: string): void;
}

export function openOutput(json: boolean, stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  return {
    json,
    stdout,
    stderr,
    result(document, lines) {
      if (json) stdout.write(`${JSON.stringify(document, null, 2)}\n`);
      else for (const line of lines) stdout.write(`${line}\n`);
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
