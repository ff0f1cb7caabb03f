// Is this session the account that the campaign file says? Asked once before an account's first write: the mapping from canonical ID to
// role is proven, never guessed (design.md 4).
import { proveCanonicalId, proveIdentity, type S3Target, type Session, type StsTarget } from "@quitclaim/aws";
import type { AccountId, CanonicalId } from "@quitclaim/campaign";
import { PauseAccount } from "./halt.ts";

export interface IdentityClaim {
  readonly account: AccountId;
  /** As the plan has it: the owner of the objects. */
  readonly canonicalId: CanonicalId;
}

export interface IdentityTargets {
  readonly s3: S3Target;
  readonly sts: StsTarget;
  readonly dialect: "aws" | "rgw";
}

/** The proven ARN, or "" where the server has none. Throws PauseAccount where it is another account, SessionError where nothing can be proven. */
export async function proveAccount(session: Session, claim: IdentityClaim, targets: IdentityTargets): Promise<string> {
  if (targets.dialect === "rgw") {
    const { canonicalId } = await proveCanonicalId(session, targets.s3);
    if (canonicalId !== claim.canonicalId) throw mismatch(session, `canonical ID ${canonicalId}`, claim);
    return "";
  }
  const { accountId, canonicalId, arn } = await proveIdentity(session, targets);
  if (accountId !== claim.account || canonicalId !== claim.canonicalId)
    throw mismatch(session, `account ${accountId} with canonical ID ${canonicalId} (${arn})`, claim);
  return arn;
}

const mismatch = (session: Session, found: string, claim: IdentityClaim): PauseAccount =>
  new PauseAccount(
    `${session.label} is ${found}, but the plan's objects belong to account ${claim.account} with canonical ID ${claim.canonicalId}. Correct this account's role or credentials in the campaign file, then resume this account.`,
  );
