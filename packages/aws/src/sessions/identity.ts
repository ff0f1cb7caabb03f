// Who a session is: the only proof that maps a canonical ID to an account (design.md 4; domain.md 5 "Who is who").
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { s3Client } from "../control-plane.ts";
import { expired_proofs_max } from "../limits.ts";
import { networkFailure } from "../network-failure.ts";
import type { S3Target, StsTarget } from "../target.ts";
import { stsClient } from "./assume-role.ts";
import type { Session } from "./session.ts";
import { SessionError } from "./session-error.ts";

export interface ProvenIdentity {
  /** 12 digits. */
  readonly accountId: string;
  /** The owner ID that ACLs and inventories use. */
  readonly canonicalId: string;
  /** The principal that signs, as policies name it. */
  readonly arn: string;
}

/** Asks STS who the session is and S3 what its canonical ID is. Throws SessionError. */
export async function proveIdentity(
  session: Session,
  endpoints: { readonly s3: S3Target; readonly sts: StsTarget },
): Promise<ProvenIdentity> {
  // First and alone, so that a session that cannot be had is said once, by the one who knows why.
  await session.credentials();
  const client = stsClient(session, endpoints.sts);
  const [caller, { canonicalId }] = await Promise.all([
    ask(session, WHO, () => client.send(new GetCallerIdentityCommand({}))),
    proveCanonicalId(session, endpoints.s3),
  ]).finally(() => client.destroy());
  if (caller.Account === undefined || caller.Arn === undefined) {
    throw new SessionError(
      "other",
      `${session.label}: STS answered GetCallerIdentity without an account. Is ${endpoints.sts.endpoint ?? "the endpoint"} really STS?`,
    );
  }
  return { accountId: caller.Account, arn: caller.Arn, canonicalId };
}

/** The canonical ID alone, for servers that do not know GetCallerIdentity (RADOS Gateway). Throws SessionError. */
export async function proveCanonicalId(session: Session, s3: S3Target): Promise<{ readonly canonicalId: string }> {
  await session.credentials();
  const client = s3Client(session, s3);
  try {
    const { Owner: owner } = await ask(session, WHICH_OWNER, () => client.send(new ListBucketsCommand({})));
    if (owner?.ID === undefined || owner.ID === "") {
      throw new SessionError(
        "other",
        `${session.label}: ListBuckets answered without an owner, so the account's canonical ID is not known. Give canonicalId for this account in the campaign file.`,
      );
    }
    return { canonicalId: owner.ID };
  } finally {
    client.destroy();
  }
}

interface Question {
  readonly action: string;
  /** For whoever is refused. */
  readonly advice: string;
}

const WHO: Question = {
  action: "sts:GetCallerIdentity",
  advice: "It needs no permission: a policy of the organization (SCP) or a VPC endpoint must be refusing it.",
};
const WHICH_OWNER: Question = {
  action: "s3:ListAllMyBuckets",
  advice:
    "S3 shows an account's canonical ID only there: allow s3:ListAllMyBuckets on * to the role or user (the session policy of quitclaim already does).",
};

/** A session that ended meanwhile is renewed; that it ended says nothing about who it is. Throws SessionError. */
async function ask<T>(session: Session, question: Question, send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const { generation } = await session.credentials();
    try {
      return await send();
    } catch (error) {
      if (tries >= expired_proofs_max || !(error instanceof Error && error.name.startsWith("ExpiredToken")))
        throw refused(error, session, question);
      await session.expired(generation);
    }
  }
}

/** Workers ask again; a command ends. */
const LATER = "In a running campaign it is tried again by itself; otherwise run the same command again.";

function refused(error: unknown, session: Session, { action, advice }: Question): unknown {
  if (error instanceof SessionError || !(error instanceof Error)) return error;
  const network = networkFailure(error);
  if (network !== undefined)
    return new SessionError(
      "network",
      `${session.label}: no answer to ${action} (${network.code}, ${network.detail}). Check the endpoint and the network.`,
      { cause: error },
    );
  if (/^(Throttl|SlowDown|TooManyRequests|RequestLimitExceeded)/.test(error.name)) {
    return new SessionError("throttled", `${session.label}: ${action} is throttled. ${LATER}`, { cause: error });
  }
  if (
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidClientTokenId|UnrecognizedClientException|ExpiredToken|InvalidToken)/.test(
      error.name,
    )
  ) {
    return new SessionError(
      "no-credentials",
      `${session.label}: the credentials are not accepted (${error.name}: ${error.message}). Set valid ones.`,
      { cause: error },
    );
  }
  if ("$fault" in error && error.$fault === "server")
    return new SessionError("network", `${session.label}: ${action} failed (${error.name}: ${error.message}). ${LATER}`, {
      cause: error,
    });
  return new SessionError("other", `${session.label}: ${action} is refused (${error.name}: ${error.message}). ${advice}`, { cause: error });
}
