// grants/third-party.json: who else has access through object ACLs, on how much and where. All of it stops working at the switch (domain.md 2.4).
import type { GrantTally } from "../scan/tally.ts";

export interface GranteeRow {
  /** Canonical ID or group URI. */
  readonly grantee: string;
  readonly kind: "account" | "group";
  readonly permission: string;
  /** Anyone on the internet, or anyone with an AWS account. */
  readonly public: boolean;
  readonly objects: number;
  readonly bytes: number;
  /** Of the objects, how many the bucket owner owns already. */
  readonly ownedByBucketOwner: number;
  /** Objects by the longest path that all of those with the same first path part lie below ("" for keys without one); null where there are too many to tell. */
  readonly prefixes: Readonly<Record<string, number>> | null;
  /** Every key; null where there are too many to tell. */
  readonly keys: readonly string[] | null;
}

export const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
export const AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
export const LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery";

const ascending = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Most objects first. */
export function grantTable(grants: Iterable<GrantTally>): GranteeRow[] {
  const rows = [...grants].map(({ grant, objects, bytes, ownedByBucketOwner, prefixes, keys }): GranteeRow => {
    const grantee = "id" in grant ? grant.id : grant.uri;
    return {
      grantee,
      kind: "id" in grant ? "account" : "group",
      permission: grant.permission,
      public: grantee === ALL_USERS || grantee === AUTHENTICATED_USERS,
      objects,
      bytes,
      ownedByBucketOwner,
      prefixes:
        prefixes === undefined
          ? null
          : Object.fromEntries([...prefixes.values()].map((p) => [p.below, p.objects] as const).sort(([a], [b]) => ascending(a, b))),
      keys: keys === undefined ? null : [...keys].sort(ascending),
    };
  });
  return rows.sort((a, b) => b.objects - a.objects || ascending(a.grantee, b.grantee) || ascending(a.permission, b.permission));
}
