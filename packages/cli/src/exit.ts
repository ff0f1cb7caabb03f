// How a command ends: the exit codes of design.md 8, and the errors that lead to them.

export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  failedObjects: 3,
  preflightRefused: 4,
  stoppedByBreaker: 5,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a sentence for the operator and no stack trace. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Errors whose message is all a person needs: they name what to change. Anything else is a bug and shows its stack. */
const FOR_PEOPLE = new Set([
  "AccountsFileError",
  "CallRefused",
  "ConfigError",
  "CutoverRefusal",
  "EngineRunning",
  "PlanError",
  "RedisProblem",
  "S3FileError",
  "SessionError",
  "StoreError",
]);

export function exitOf(error: unknown): { code: ExitCode; message: string } {
  if (error instanceof CommandError) return { code: error.exitCode, message: error.message };
  if (!(error instanceof Error)) return { code: EXIT.bug, message: String(error) };
  if (FOR_PEOPLE.has(error.name)) return { code: EXIT.usage, message: error.message };
  const refusal = answerOfS3(error);
  if (refusal !== undefined) return { code: EXIT.usage, message: refusal };
  return { code: EXIT.bug, message: `this is a bug in quitclaim, please report it with these lines:\n${error.stack ?? error.message}` };
}

/** What the SDK throws where S3 or STS refused a control-plane call, or could not be reached. */
function answerOfS3(error: Error): string | undefined {
  const status = "$metadata" in error ? (error.$metadata as { httpStatusCode?: number; requestId?: string }) : undefined;
  if (status?.httpStatusCode !== undefined) {
    return `the server answered ${status.httpStatusCode} ${error.name}: ${error.message} (request ${status.requestId ?? "without an ID"}). \`quitclaim check\` tells which permission is missing and what to write.`;
  }
  const code = "code" in error ? String(error.code) : "";
  if (/^(ECONNREFUSED|ENOTFOUND|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN)$/.test(code)) {
    return `the server cannot be reached (${code}). Check bucket.endpoint and bucket.region in the campaign file, and the network between here and there.`;
  }
  return undefined;
}
