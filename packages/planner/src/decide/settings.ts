// What decisions depend on besides the row: plain data, so that it can be handed to scanning threads.
import type { AccountId, CampaignConfig, CanonicalId } from "@quitclaim/campaign";

export interface DecisionSettings {
  readonly bucket: string;
  readonly bucketOwner: CanonicalId;
  /** Canonical IDs that were proven, or given in the campaign file. */
  readonly accounts: readonly { readonly id: AccountId; readonly canonicalId: CanonicalId }[];
  readonly actions: CampaignConfig["actions"];
  /** Epoch milliseconds: ages in rules are measured from the report, so that the same report gives the same plan on any day. */
  readonly reportCreated: number;
}
