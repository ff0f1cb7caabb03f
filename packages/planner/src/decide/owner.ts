// Who owns an object, as far as this campaign can act on it. Owners are never guessed (design.md 4).
import { type AccountId, ANONYMOUS_OWNER, type CanonicalId, canonicalId, UNAVAILABLE_OWNER } from "@quitclaim/campaign/words";
import type { DecisionSettings } from "./settings.ts";

export type OwnerHold = "unmapped-owner" | "anonymous-owner" | "owner-unavailable";

export type Owner =
  | { readonly kind: "bucket-owner"; readonly id: CanonicalId }
  | { readonly kind: "account"; readonly id: CanonicalId; readonly account: AccountId }
  | { readonly kind: "held"; readonly id: CanonicalId; readonly reason: OwnerHold };

/** `cell` is the ObjectOwner column; "" where it has no value. */
export function ownerOf(cell: string, settings: DecisionSettings): Owner {
  const id = canonicalId(cell);
  if (id === settings.bucketOwner) return { kind: "bucket-owner", id };
  if (cell === "" || cell === UNAVAILABLE_OWNER) return { kind: "held", id, reason: "owner-unavailable" };
  if (id === ANONYMOUS_OWNER) return { kind: "held", id, reason: "anonymous-owner" };
  const account = settings.accounts.find((a) => a.canonicalId === id);
  return account === undefined ? { kind: "held", id, reason: "unmapped-owner" } : { kind: "account", id, account: account.id };
}
