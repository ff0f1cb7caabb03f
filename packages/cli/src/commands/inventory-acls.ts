// Who reads which ACL for `quitclaim inventory --acls`, and when a read would not tell the truth.
import { GetAccountPublicAccessBlockCommand, leanObjectCalls, type Session, s3ControlClient, type Wire } from "@quitclaim/aws";
import type { AccountId } from "@quitclaim/campaign";
import { readOwnership, readPublicAccess, type Target } from "@quitclaim/cutover";
import { type AclPrincipal, AclReader, type Pace } from "@quitclaim/planner";
import { CommandError, EXIT } from "../exit.ts";
import type { Campaign } from "../invocation.ts";
import { prover } from "./check.ts";

export interface AclReading {
  readonly wire: Wire;
  readonly pace: Pace;
  readonly versioned: boolean;
  readonly signal: AbortSignal;
}

/** Each ACL is read as the account that owns the object, and as the bucket owner where that is refused or the account is not in the campaign file. */
export async function aclReader(campaign: Campaign, target: Target, reading: AclReading): Promise<AclReader> {
  const { bucket, accounts } = campaign.config;
  await assertReadsTellAll(campaign, target);
  const prove = prover(campaign);
  const principal = (name: string, session: Session): AclPrincipal => ({
    name,
    calls: leanObjectCalls(reading.wire, { session, ...(bucket.dialect === "aws" ? { expectedBucketOwner: bucket.owner } : {}) }),
  });
  const uploaders = await Promise.all(
    accounts.map(async (account): Promise<[string, AclPrincipal]> => {
      const session = campaign.sessions.of(account);
      return [account.canonicalId ?? (await prove(session)).canonicalId, principal(`account ${account.id} (${account.name})`, session)];
    }),
  );
  return new AclReader({
    bucket: bucket.name,
    bucketOwner: principal("the bucket owner", campaign.sessions.owner),
    uploaders: new Map(uploaders),
    versioned: reading.versioned,
    pace: reading.pace,
    signal: reading.signal,
  });
}

/** GetObjectAcl shows what is in effect, not what is stored: a report made of it would lose what is hidden (domain.md 0.6, 3). */
async function assertReadsTellAll(campaign: Campaign, target: Target): Promise<void> {
  if (target.dialect === "rgw") return;
  const instead = "List without --acls, or take an S3 Inventory report, whose ObjectAccessControlList shows them as they are stored.";
  if ((await readOwnership(target)) === "BucketOwnerEnforced")
    throw new CommandError(
      EXIT.usage,
      `${target.bucket} is BucketOwnerEnforced: S3 answers every ACL read with the bucket owner's full control alone, so a report with ACLs read now would be wrong. ${instead}`,
    );
  const blocks = await Promise.all([readPublicAccess(target), accountBlock(campaign)]);
  if (blocks.some((block) => block?.ignorePublicAcls === true))
    throw new CommandError(
      EXIT.usage,
      `IgnorePublicAcls is on for ${target.bucket}: S3 hides public grants from whoever reads an ACL, so a report with ACLs read now would lack them, and what is merged from it would end them for good. ${instead}`,
    );
}

/** Only AWS itself has accounts with settings of their own. */
async function accountBlock(campaign: Campaign): Promise<{ readonly ignorePublicAcls: boolean } | null> {
  const { bucket } = campaign.config;
  if (bucket.endpoint !== undefined) return null;
  const control = s3ControlClient(campaign.sessions.owner, campaign.s3);
  try {
    const answer = await control.send(new GetAccountPublicAccessBlockCommand({ AccountId: bucket.owner satisfies AccountId }));
    return { ignorePublicAcls: answer.PublicAccessBlockConfiguration?.IgnorePublicAcls === true };
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchPublicAccessBlockConfiguration") return null;
    throw error;
  } finally {
    control.destroy();
  }
}
