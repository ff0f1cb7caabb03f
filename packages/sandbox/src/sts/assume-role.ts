/**
 * AssumeRole: may this caller have a session of that role, and for how long? Trust policy and the caller's own permission are
 * both asked, the external ID is a condition of the trust policy, and chained sessions never outlast an hour.
 */
import type { AccountBook, IssuedSession } from "../account/book.ts";
import type { IdentityPrincipal, SessionPrincipal } from "../account/principal.ts";
import { decide, type PolicyRequest } from "../iam/evaluate.ts";
import { identityVerdict } from "../identity-verdict.ts";
import { StsError } from "./error.ts";
import { durationParameter, requiredText, sessionPolicyParameter, textParameter } from "./parameters.ts";
import { uniqueId } from "./unique-id.ts";

export type SigningPrincipal = IdentityPrincipal | SessionPrincipal;

export interface AssumedRole {
  readonly session: IssuedSession;
  readonly assumedRoleId: string;
  readonly arn: string;
  readonly sourceIdentity?: string;
  /** Percent of the allotted space the session policy takes; absent without one. */
  readonly packedPolicySize?: number;
}

const nameRule = { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ };
const externalIdRule = { min: 2, max: 1_224, pattern: /^[\w+=,.@:/-]*$/ };
const chainedSecondsMax = 3_600;
/** Parameters that change what a session may do and that this sandbox has no store for; ignoring them would widen the session. */
const unsupported = /^(PolicyArns|Tags|TransitiveTagKeys|ProvidedContexts)\.|^(SerialNumber|TokenCode)$/;

/** Opens a session, or throws StsError (ValidationError, AccessDenied, MalformedPolicyDocument, PackedPolicyTooLarge). */
export function assumeRole(form: URLSearchParams, caller: SigningPrincipal, book: AccountBook, now: number): AssumedRole {
  const roleArn = requiredText(form, "RoleArn", { min: 20, max: 2_048 });
  const sessionName = requiredText(form, "RoleSessionName", nameRule);
  const externalId = textParameter(form, "ExternalId", externalIdRule);
  const sourceIdentity = textParameter(form, "SourceIdentity", nameRule);
  const durationSeconds = durationParameter(form, 3_600, 43_200);
  for (const name of form.keys()) {
    if (unsupported.test(name)) throw new StsError("NotImplemented", 501, `The sandbox's AssumeRole does not implement ${name}`);
  }
  const sessionPolicy = sessionPolicyParameter(form);
  const found = book.role(roleArn);
  const context = new Map<string, readonly string[]>([["sts:rolesessionname", [sessionName]]]);
  context.set("aws:currenttime", [new Date(now).toISOString()]);
  if (externalId !== undefined) context.set("sts:externalid", [externalId]);
  if (sourceIdentity !== undefined) context.set("sts:sourceidentity", [sourceIdentity]);
  const request: PolicyRequest = { principal: caller, action: "sts:AssumeRole", resource: roleArn, context };
  if (found === undefined || !mayAssume(found.role.trust, found.account.accountId, request, caller)) {
    // AWS gives the same sentence for a role that does not exist, so that nobody can probe for names.
    throw new StsError("AccessDenied", 403, `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`);
  }
  const { account, role } = found;
  if (durationSeconds > chainedSecondsMax && isAssumedRole(caller)) {
    throw new StsError(
      "ValidationError",
      400,
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    );
  }
  if (durationSeconds > role.maxSessionSeconds) {
    throw new StsError("ValidationError", 400, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  const arn = `arn:aws:sts::${account.accountId}:assumed-role/${role.name}/${sessionName}`;
  return {
    session: book.openSession({
      accountId: account.accountId,
      canonicalId: account.canonicalId,
      arn,
      roleArn: role.arn,
      policies: role.policies,
      ...(sessionPolicy === undefined ? {} : { sessionPolicy: sessionPolicy.document }),
      durationSeconds,
    }),
    assumedRoleId: `${uniqueId("AROA", role.arn)}:${sessionName}`,
    arn,
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(sessionPolicy === undefined ? {} : { packedPolicySize: sessionPolicy.packedPercent }),
  };
}

/** A trust policy that names the caller itself is enough inside one account; in every other case the caller's own policies must allow too. */
function mayAssume(trust: Parameters<typeof decide>[0], roleAccountId: string, request: PolicyRequest, caller: SigningPrincipal): boolean {
  const trusted = decide(trust, request);
  if (trusted.effect !== "allow") return false;
  const own = identityVerdict(caller, request);
  if (own.effect === "deny") return false;
  return own.effect === "allow" || (!trusted.delegated && caller.accountId === roleAccountId && own.sessionAllows);
}

function isAssumedRole(principal: SigningPrincipal): boolean {
  return principal.kind === "session" && principal.arn.includes(":assumed-role/");
}
