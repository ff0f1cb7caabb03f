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
  "ConfigError",
  "StoreError",
  "SessionError",
  "RedisError",
  "PlanError",
  "InventoryError",
  "CutoverError",
  "SourceError",
  "SandboxUsageError",
]);

export function exitOf(error: unknown): { code: ExitCode; message: string } {
  if (error instanceof CommandError) return { code: error.exitCode, message: error.message };
  if (error instanceof Error && FOR_PEOPLE.has(error.name)) return { code: EXIT.usage, message: error.message };
  if (error instanceof Error)
    return { code: EXIT.bug, message: `this is a bug in quitclaim, please report it with these lines:\n${error.stack ?? error.message}` };
  return { code: EXIT.bug, message: String(error) };
}
