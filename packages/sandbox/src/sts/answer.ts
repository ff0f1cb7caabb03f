/**
 * The STS endpoint: takes the form parameters of a signed query-protocol request and gives the XML answer. Knows AssumeRole,
 * GetCallerIdentity and GetSessionToken.
 */
import type { AccountBook, IssuedSession } from "../account/book.ts";
import type { Principal } from "../account/principal.ts";
import { escapeXml } from "../http/xml-write.ts";
import { assumeRole, type SigningPrincipal } from "./assume-role.ts";
import { StsError } from "./error.ts";
import { durationParameter } from "./parameters.ts";
import { uniqueId } from "./unique-id.ts";

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

/** One STS call. */
export interface StsCall {
  /** The parameters of query and body. */
  readonly form: URLSearchParams;
  readonly principal: Principal;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface StsAnswer {
  readonly status: number;
  readonly xml: string;
}

/** Answers one STS call; every refusal is an answer too. */
export function answerSts({ form, principal, requestId, now }: StsCall, book: AccountBook): StsAnswer {
  try {
    const action = form.get("Action") ?? "";
    if (principal.kind === "anonymous") {
      throw new StsError("MissingAuthenticationToken", 403, "Request is missing Authentication Token");
    }
    const result = resultOf(action, form, principal, book, now);
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    const xml = `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result>${metadata}</${action}Response>`;
    return { status: 200, xml };
  } catch (error) {
    if (!(error instanceof StsError)) throw error;
    return { status: error.status, xml: stsErrorXml(error.code, error.message, requestId) };
  }
}

/** The error document of the query protocol; the server uses it for signature failures on STS requests, too. */
export function stsErrorXml(code: string, message: string, requestId: string): string {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  return `<ErrorResponse xmlns="${namespace}">${error}<RequestId>${requestId}</RequestId></ErrorResponse>`;
}

function resultOf(action: string, form: URLSearchParams, principal: SigningPrincipal, book: AccountBook, now: number): string {
  switch (action) {
    case "AssumeRole": {
      const assumed = assumeRole(form, principal, book, now);
      const user = `<AssumedRoleId>${assumed.assumedRoleId}</AssumedRoleId><Arn>${escapeXml(assumed.arn)}</Arn>`;
      const packed = assumed.packedPolicySize === undefined ? "" : `<PackedPolicySize>${assumed.packedPolicySize}</PackedPolicySize>`;
      const source = assumed.sourceIdentity === undefined ? "" : `<SourceIdentity>${escapeXml(assumed.sourceIdentity)}</SourceIdentity>`;
      return `<AssumedRoleUser>${user}</AssumedRoleUser>${credentialsXml(assumed.session)}${packed}${source}`;
    }
    case "GetCallerIdentity":
      return `<Arn>${escapeXml(principal.arn)}</Arn><UserId>${escapeXml(userIdOf(principal))}</UserId><Account>${principal.accountId}</Account>`;
    case "GetSessionToken":
      return sessionTokenResult(form, principal, book);
    default:
      throw new StsError("InvalidAction", 400, `Could not find operation ${action} for version ${form.get("Version") ?? "2011-06-15"}`);
  }
}

function sessionTokenResult(form: URLSearchParams, principal: SigningPrincipal, book: AccountBook): string {
  if (principal.kind === "session") {
    throw new StsError("AccessDenied", 403, "Cannot call GetSessionToken with session credentials");
  }
  const { accountId, canonicalId, arn, policies } = principal;
  const durationSeconds = durationParameter(form, 43_200, 129_600);
  return credentialsXml(book.openSession({ accountId, canonicalId, arn, roleArn: arn, policies, durationSeconds }));
}

function credentialsXml(session: IssuedSession): string {
  return (
    `<Credentials><AccessKeyId>${session.accessKeyId}</AccessKeyId><SecretAccessKey>${escapeXml(session.secretAccessKey)}</SecretAccessKey>` +
    `<SessionToken>${escapeXml(session.sessionToken)}</SessionToken>` +
    `<Expiration>${session.expiration.toISOString().replace(/\.\d{3}Z$/, "Z")}</Expiration></Credentials>`
  );
}

function userIdOf(principal: SigningPrincipal): string {
  if (principal.arn.includes(":assumed-role/") && principal.kind === "session") {
    return `${uniqueId("AROA", principal.roleArn)}:${principal.arn.split("/").at(-1)}`;
  }
  return principal.arn.endsWith(":root") ? principal.accountId : uniqueId("AIDA", principal.arn);
}
