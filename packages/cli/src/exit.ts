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
  "Interrupted",
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
  const told = answerOfS3(error) ?? answerOfTheDisk(error);
  if (told !== undefined) return { code: EXIT.usage, message: told };
  return { code: EXIT.bug, message: `this is a bug in quitclaim, please report it with these lines:\n${error.stack ?? error.message}` };
}

/** What the SDK throws where S3 or STS refused a control-plane call, or could not be reached. */
function answerOfS3(error: Error): string | undefined {
  const status = "$metadata" in error ? (error.$metadata as { httpStatusCode?: number; requestId?: string }) : undefined;
  if (status?.httpStatusCode !== undefined)
    return `the server answered ${status.httpStatusCode} ${error.name}: ${error.message} (request ${status.requestId ?? "without an ID"}). ${adviceFor(error.name, status.httpStatusCode)}`;
  const code = codeOf(error);
  if (/^(ECONNREFUSED|ENOTFOUND|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/.test(code))
    return `the server cannot be reached (${code}). Check bucket.endpoint and bucket.region in the campaign file, and the network between here and there.`;
  return undefined;
}

function adviceFor(code: string, status: number): string {
  if (code === "NoSuchBucket") return "Correct the bucket's name, or bucket.endpoint, in the campaign file.";
  if (/^(ExpiredToken|ExpiredTokenException|RequestExpired)$/.test(code)) return "Sign in again, then run the same command again.";
  if (/^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|InvalidClientTokenId)$/.test(code))
    return "These credentials are not valid here: set the right ones, then `quitclaim check`.";
  if (status === 301 || code === "AuthorizationHeaderMalformed") return "Correct bucket.region in the campaign file.";
  if (status >= 500) return "It could not answer now; run the same command again.";
  return "`quitclaim check` tells which permission is missing and what to write.";
}

const FAILED =
  "the disk failed, or the share that this lies on. Look at it (the system's log says more), then run the same command again; nothing is lost.";
const DISK: Readonly<Record<string, string>> = {
  EACCES: "this user may not do that there. Change the rights, or name another place.",
  EPERM: "this user may not do that there. Change the rights, or name another place.",
  EROFS: "it lies on a file system that is mounted read-only. Name another place.",
  ENOENT: "there is no such file or folder. Correct the path, or make the folder first.",
  ENOTDIR: "a part of the path is a file. Correct the path.",
  EISDIR: "it is a folder. Name a file.",
  ENOSPC: "the disk is full. Free some space, then run the same command again; nothing is lost.",
  EDQUOT: "the quota is used up. Free some space, then run the same command again; nothing is lost.",
  EMFILE: "too many files are open. Raise the limit (ulimit -n), then run the same command again.",
  EIO: FAILED,
  ESTALE: FAILED,
  EHOSTDOWN: FAILED,
  ENOTCONN: FAILED,
  ENXIO: FAILED,
};

/** What the file system refused, with the path that it was about. */
function answerOfTheDisk(error: Error): string | undefined {
  if (!("syscall" in error) || !("path" in error) || typeof error.path !== "string") return undefined;
  const advice = DISK[codeOf(error)];
  return advice === undefined ? undefined : `${error.path}: ${advice} (${String(error.syscall)}: ${codeOf(error)})`;
}

const codeOf = (error: Error): string => ("code" in error ? String(error.code) : "");
