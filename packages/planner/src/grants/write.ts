// The grants/ folder of a campaign: the table, the policy draft, and what has to be said about it.
import { type CampaignStore, jsonBytes } from "@quitclaim/campaign";
import { draftPolicy } from "./policy.ts";
import type { GranteeRow } from "./table.ts";

export async function writeGrants(store: CampaignStore, bucket: string, table: readonly GranteeRow[]): Promise<void> {
  const { policy, remarks } = draftPolicy(bucket, table);
  await store.write("grants/third-party.json", jsonBytes(table));
  // A policy without statements is not valid; without third-party grants there is nothing to keep.
  if (policy.Statement.length > 0) await store.write("grants/bucket-policy.json", jsonBytes(policy));
  const lines = [
    `Object ACLs in ${bucket} give ${table.length === 0 ? "nobody else access" : `${table.length} kinds of access to others`}, as of the report that was planned from.`,
    "Object ACLs stop working when the bucket becomes BucketOwnerEnforced. bucket-policy.json is a draft of what would keep that access:",
    "read it, leave out what nobody needs, add it to the bucket's policy, and only then switch.",
    ...remarks.map((remark) => `- ${remark}`),
  ];
  await store.write("grants/README", new TextEncoder().encode(`${lines.join("\n")}\n`));
}
