// AssumeRole once. A refusal becomes a sentence that names the principal, the role and the statement that is missing.
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { headers_ms, session_policy_chars_max, session_seconds } from "../limits.ts";
import { networkFailure } from "../network-failure.ts";
import { handler, quiet } from "../sdk-settings.ts";
import type { StsTarget } from "../target.ts";
import type { RawCredentials } from "./credential-source.ts";
import type { RoleSpec } from "./credential-spec.ts";
import { sdkCredentials } from "./sdk-credentials.ts";
import type { Session } from "./session.ts";
import { SessionError } from "./session-error.ts";

/** An STS client for a few calls; the caller destroys it. */
export function stsClient(session: Session, sts: StsTarget): STSClient {
  return new STSClient({
    region: sts.region,
    ...(sts.endpoint === undefined ? {} : { endpoint: sts.endpoint }),
    credentials: sdkCredentials(session),
    maxAttempts: 3,
    logger: quiet,
    requestHandler: handler(headers_ms),
  });
}

/** A session of the role for an hour. Throws SessionError. */
export async function assumeRole(spec: RoleSpec, base: Session, sts: StsTarget): Promise<RawCredentials> {
  if (spec.sessionPolicy !== undefined && spec.sessionPolicy.length > session_policy_chars_max) {
    throw new SessionError(
      "other",
      `The session policy for ${spec.roleArn} has ${spec.sessionPolicy.length} characters; AssumeRole takes at most ${session_policy_chars_max}.`,
    );
  }
  const client = stsClient(base, sts);
  try {
    return await attempt(client, spec);
  } catch (error) {
    if (!baseHasExpired(error)) throw await explained(error, client, spec, sts);
    const held = base.fresh();
    if (held !== undefined) await base.expired(held.generation);
    try {
      return await attempt(client, spec);
    } catch (again) {
      throw await explained(again, client, spec, sts);
    }
  } finally {
    client.destroy();
  }
}

async function attempt(client: STSClient, spec: RoleSpec): Promise<RawCredentials> {
  const { Credentials: issued } = await client.send(
    new AssumeRoleCommand({
      RoleArn: spec.roleArn,
      RoleSessionName: spec.sessionName,
      DurationSeconds: session_seconds,
      ...(spec.externalId === undefined ? {} : { ExternalId: spec.externalId }),
      ...(spec.sessionPolicy === undefined ? {} : { Policy: spec.sessionPolicy }),
    }),
  );
  if (issued?.AccessKeyId === undefined || issued.SecretAccessKey === undefined || issued.SessionToken === undefined) {
    throw new SessionError("other", `STS answered AssumeRole for ${spec.roleArn} without credentials. Is the STS endpoint really one?`);
  }
  return {
    accessKeyId: issued.AccessKeyId,
    secretAccessKey: issued.SecretAccessKey,
    sessionToken: issued.SessionToken,
    ...(issued.Expiration === undefined ? {} : { expiresAt: issued.Expiration.getTime() }),
  };
}

const baseHasExpired = (error: unknown): boolean =>
  error instanceof Error && /^(ExpiredToken|ExpiredTokenException|RequestExpired)$/.test(error.name);

async function explained(error: unknown, client: STSClient, spec: RoleSpec, sts: StsTarget): Promise<SessionError> {
  if (error instanceof SessionError) return error;
  if (!(error instanceof Error)) return new SessionError("other", `AssumeRole ${spec.roleArn}: ${String(error)}`);
  const because = { cause: error };
  const name = error.name;
  const where = sts.endpoint ?? `STS in ${sts.region}`;
  if (/^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown)/.test(name)) {
    return new SessionError(
      "throttled",
      `STS throttles AssumeRole for ${spec.roleArn} (600 requests a second for an account and region). It is tried again.`,
      because,
    );
  }
  if (name === "AccessDenied" || name === "AccessDeniedException") return denied(error, client, spec);
  if (
    /^(InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidAccessKeyId|ExpiredToken|IncompleteSignature|MissingAuthenticationToken|CredentialsProviderError)/.test(
      name,
    )
  ) {
    return new SessionError(
      "no-credentials",
      `The credentials that should assume ${spec.roleArn} are not accepted by ${where} (${name}: ${error.message}). Set valid credentials for the account that runs quitclaim.`,
      because,
    );
  }
  if (name === "ValidationError" && /externalid/i.test(error.message)) {
    return new SessionError(
      "external-id",
      `The external ID for ${spec.roleArn} is not one that STS takes (2 to 1,224 of letters, digits and +=,.@:/-): correct externalId in the campaign file.`,
      because,
    );
  }
  if (name === "PackedPolicyTooLarge" || name === "PackedPolicyTooLargeException") {
    return new SessionError("other", `STS finds the session policy for ${spec.roleArn} too large once packed: ${error.message}`, because);
  }
  const network = networkFailure(error);
  if (network !== undefined) {
    return new SessionError(
      "network",
      `${where} cannot be reached to assume ${spec.roleArn} (${network.code}, ${network.detail}). Check the network, and stsEndpoint in the campaign file.`,
      because,
    );
  }
  if ("$fault" in error && error.$fault === "server") {
    return new SessionError(
      "network",
      `${where} failed while assuming ${spec.roleArn} (${name}: ${error.message}). It is tried again.`,
      because,
    );
  }
  return new SessionError("other", `STS refuses to assume ${spec.roleArn}: ${name}: ${error.message}`, because);
}

/** AWS gives one answer for a missing role, a trust policy that names somebody else and a wrong external ID; so does this sentence. */
async function denied(error: Error, client: STSClient, spec: RoleSpec): Promise<SessionError> {
  const caller = /User: (arn:\S+) is not authorized/.exec(error.message)?.[1] ?? (await callerArn(client));
  const principal = caller === undefined ? "the account that runs quitclaim" : trustPrincipal(caller);
  // Within one organization AWS says whose Deny it was: then no statement that is added can help.
  const deny = /with an explicit deny in (an? [\w -]+?(?:policy|boundary))/i.exec(error.message)?.[1];
  if (deny !== undefined)
    return new SessionError(
      "trust-policy",
      `${principal} may not assume ${spec.roleArn}: a Deny in ${deny} stops it. Have whoever keeps that policy except sts:AssumeRole by this principal (a service control policy is the organization's, not the account's).`,
      { cause: error },
    );
  const statement = {
    Effect: "Allow",
    Principal: { AWS: caller === undefined ? "arn:aws:iam::<account that runs quitclaim>:root" : principal },
    Action: "sts:AssumeRole",
    ...(spec.externalId === undefined
      ? {}
      : { Condition: { StringEquals: { "sts:ExternalId": "<the externalId of the campaign file>" } } }),
  };
  const externalId =
    spec.externalId === undefined
      ? "If the trust policy asks for an external ID, set externalId for this account in the campaign file."
      : "If it has this statement already, the external ID of the campaign file is not the one it asks for.";
  return new SessionError(
    "trust-policy",
    `${principal} may not assume ${spec.roleArn}. Either the role does not exist, its trust policy does not name this principal, or ${principal} itself lacks sts:AssumeRole on it. ` +
      `Have the role's account put this statement into the role's trust policy: ${JSON.stringify(statement)} ${externalId}`,
    { cause: error },
  );
}

/** A trust policy names roles, not the sessions of them. */
function trustPrincipal(arn: string): string {
  const session = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
  return session === null ? arn : `arn:${session[1]}:iam::${session[2]}:role/${session[3]}`;
}

async function callerArn(client: STSClient): Promise<string | undefined> {
  try {
    return (await client.send(new GetCallerIdentityCommand({}))).Arn;
  } catch (error) {
    // Only the wording of another error depends on it.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
