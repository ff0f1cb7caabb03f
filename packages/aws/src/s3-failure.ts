// What stopped a read or write of a file in S3 (a manifest, a plan, a ledger), as a sentence for the operator.
import { classify } from "./classify.ts";
import { explain } from "./explain.ts";
import { networkFailure } from "./network-failure.ts";
import { SessionError } from "./sessions/session-error.ts";

export class S3FileError extends Error {
  override readonly name = "S3FileError";
  /** S3's code, or a word of ours for what the network did. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Trying again later may help without anybody changing anything: as SessionError's. */
  get passing(): boolean {
    const { cause } = this;
    const network = networkFailure(cause);
    // A certificate that is not trusted stays so.
    if (network !== undefined) return network.code !== "TlsFailure";
    const kind = classify({ code: this.code, httpStatus: statusOf(cause) ?? 400 });
    return kind === "throttled" || kind === "transient" || kind === "expired";
  }
}

/** `doing`: "read", "write" …; `permission`: what the principal needs for it. Errors that are neither S3's nor the network's are given back as they are. */
export function s3Failure(error: unknown, doing: string, url: string, permission: string): unknown {
  if (!(error instanceof Error) || error instanceof S3FileError || error instanceof SessionError) return error;
  const because = { cause: error };
  const code = codeOf(error);
  const network = networkFailure(error);
  if (network !== undefined) {
    return new S3FileError(
      network.code,
      `cannot ${doing} ${url}: ${explain(network.code).meaning} (${network.detail}). Check the endpoint and the network, then run the same command again.`,
      because,
    );
  }
  if (code === undefined) return error;
  switch (code) {
    case "Http403":
      return new S3FileError(
        code,
        `cannot ${doing} ${url}: access is denied, and S3 gave no reason. Either the credentials are not valid here (\`quitclaim check\` tells), or they need ${permission} on it, and kms:Decrypt or kms:GenerateDataKey where it is under a KMS key.`,
        because,
      );
    case "Http400":
      return new S3FileError(
        code,
        `cannot ${doing} ${url}: S3 refused the request and gave no reason. Most often the session has expired, or the Region is not the bucket's: sign in again, then \`quitclaim check\`.`,
        because,
      );
    case "AccessDenied":
      return new S3FileError(
        code,
        `cannot ${doing} ${url}: access is denied. The credentials need ${permission} on it, and kms:Decrypt or kms:GenerateDataKey where it is under a KMS key. S3 said: ${error.message}`,
        because,
      );
    case "NoSuchKey":
    case "Http404":
      return new S3FileError(
        code,
        `cannot ${doing} ${url}: there is no such object. Check the URL; without s3:ListBucket on the bucket S3 may also hide objects.`,
        because,
      );
    case "NoSuchBucket":
      return new S3FileError(
        code,
        `cannot ${doing} ${url}: the bucket does not exist at this endpoint. Check the bucket's name, region and endpoint.`,
        because,
      );
    case "InvalidRange":
      return new S3FileError(code, `cannot ${doing} ${url}: it is shorter than it should be. It has been overwritten or cut.`, because);
    case "PreconditionFailed":
      return new S3FileError(
        code,
        `cannot ${doing} ${url}: it was overwritten while it was being read. Run the same command again.`,
        because,
      );
    default: {
      const { meaning, fix } = explain(code);
      const kind = classify({ code, httpStatus: statusOf(error) ?? 400 });
      // Workers try an object again by themselves; a command that could not read its file ends.
      const advice = kind === "throttled" || kind === "transient" ? "It may pass by itself: run the same command again." : fix;
      return new S3FileError(code, `cannot ${doing} ${url}: ${meaning} (${code}: ${error.message}) ${advice}`, because);
    }
  }
}

/** S3's code, or `Http<status>` where the answer had none; undefined where nothing was answered. */
export function codeOf(error: unknown): string | undefined {
  const status = statusOf(error);
  if (!(error instanceof Error) || status === undefined) return undefined;
  // The SDK's names for answers without a body.
  return /^(NotFound|Forbidden|Unknown|UnknownError|BadRequest|\d+)$/.test(error.name) ? `Http${status}` : error.name;
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  const { $metadata: metadata } = error;
  const status = typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === "number" ? status : undefined;
}
