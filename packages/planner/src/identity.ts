// Which canonical ID each account has: given in the campaign file, or proven by a session of that account, and by nothing else (design.md 4).
import type { AccountId, CampaignConfig, CanonicalId } from "@quitclaim/campaign";
import { PlanError } from "./error.ts";

/** Answers the canonical ID that a session of this account shows (ListBuckets -> Owner.ID). */
export type ProveIdentity = (account: AccountId) => Promise<CanonicalId>;

export interface Identities {
  readonly bucketOwner: CanonicalId;
  /** In the order of the campaign file. */
  readonly accounts: readonly { readonly id: AccountId; readonly name: string; readonly canonicalId: CanonicalId }[];
}

/** Rejects with PlanError naming the account that has no canonical ID, or shares one with another. */
export async function identify(config: CampaignConfig, prove: ProveIdentity | undefined): Promise<Identities> {
  const ask = async (account: AccountId, where: string): Promise<CanonicalId> => {
    if (prove !== undefined) return prove(account);
    throw new PlanError(
      "identity",
      `The canonical ID of ${where} ${account} is not known: the report names owners by it. Give its canonicalId in ${config.file}, or credentials that can prove it.`,
    );
  };
  const bucketOwner = config.bucket.ownerCanonicalId ?? (await ask(config.bucket.owner, "the bucket owner"));
  const accounts = await Promise.all(
    config.accounts.map(async ({ id, name, canonicalId }) => ({ id, name, canonicalId: canonicalId ?? (await ask(id, "account")) })),
  );
  const seen = new Map<CanonicalId, AccountId>([[bucketOwner, config.bucket.owner]]);
  for (const { id, canonicalId } of accounts) {
    const other = seen.get(canonicalId);
    if (other !== undefined) {
      throw new PlanError(
        "identity",
        `Accounts ${other} and ${id} have the same canonical ID ${canonicalId}: one of them is wrong in ${config.file}, and work would be done under the wrong role.`,
      );
    }
    seen.set(canonicalId, id);
  }
  return { bucketOwner, accounts };
}
