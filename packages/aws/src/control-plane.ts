// SDK clients for the control plane and the rare operations: same target and session as the object calls, the SDK's own retries.
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { GetPublicAccessBlockCommand, S3ControlClient, type S3ControlClientConfig } from "@aws-sdk/client-s3-control";
import { control_ms } from "./limits.ts";
import { handler, quiet } from "./sdk-settings.ts";
import { sdkCredentials } from "./sessions/sdk-credentials.ts";
import type { Session } from "./sessions/session.ts";
import type { S3Target } from "./target.ts";

export interface ClientOptions {
  /** Attempts for one call; the SDK retries throttling and 5xx by itself. */
  readonly maxAttempts?: number;
  /** Until the answer's headers are there. */
  readonly requestMs?: number;
}

/** A client that follows the session's renewals, and renews it when S3 says ExpiredToken. The caller destroys it. */
export function s3Client(session: Session, target: S3Target, options: ClientOptions = {}): S3Client {
  const config: S3ClientConfig = {
    region: target.region,
    ...(target.endpoint === undefined ? {} : { endpoint: target.endpoint }),
    forcePathStyle: target.forcePathStyle,
    credentials: sdkCredentials(session),
    logger: quiet,
    maxAttempts: options.maxAttempts ?? 5,
    // S3-compatible servers refuse checksums that they do not know; S3 itself gets what it requires.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: handler(options.requestMs ?? control_ms),
  };
  const client = new S3Client(config);
  client.middlewareStack.add(
    (next) => async (args) => {
      const used = session.fresh();
      try {
        return await next(args);
      } catch (error) {
        if (used === undefined || !isExpiry(error) || options.maxAttempts === 1) throw error;
        await session.expired(used.generation);
        return next(args);
      }
    },
    // Outside the signature, so that the second try is signed with the new session.
    { step: "initialize", name: "renewExpiredSession", priority: "high" },
  );
  return client;
}

/**
 * For S3 Batch Operations and the account's public access block. The caller destroys it. AWS's own endpoints have the account's number before
 * their host name, a VPC's `control.` instead of `bucket.`; any other server is asked where it is.
 */
export function s3ControlClient(session: Session, target: S3Target): S3ControlClient {
  return new S3ControlClient({
    region: target.region,
    ...controlEndpoint(target.endpoint),
    credentials: sdkCredentials(session),
    logger: quiet,
    requestHandler: handler(control_ms),
  });
}

function controlEndpoint(endpoint: string | undefined): Pick<S3ControlClientConfig, "endpoint" | "endpointProvider"> {
  if (endpoint === undefined) return {};
  const url = new URL(endpoint);
  if (/\.amazonaws\.com(\.cn)?$/.test(url.hostname)) return { endpoint: endpoint.replace("://bucket.vpce-", "://control.vpce-") };
  return { endpointProvider: () => ({ url }) };
}

/** The account's own setting, which S3 keeps beside those of its buckets. */
export { GetPublicAccessBlockCommand as GetAccountPublicAccessBlockCommand };

const isExpiry = (error: unknown): boolean =>
  error instanceof Error && /^(ExpiredToken|TokenRefreshRequired|InvalidToken)/.test(error.name);
