// The grants/ folder of a campaign: the table, the policy draft, and what has to be said about it.
import { type CampaignStore, jsonBytes, type PlanSummary } from "@quitclaim/campaign";
import { ofWhom } from "../figures.ts";
import { draftPolicy, type PolicyBucket } from "./policy.ts";
import type { GranteeRow } from "./table.ts";

/** What the report says of object ACLs. */
export interface AclsTold {
  /** It has no such column: the table is empty because nothing was seen, not because there is nothing. */
  readonly absent: boolean;
  /** Objects whose ACL it does not tell, or not so that it can be understood. */
  readonly unknown: NonNullable<PlanSummary["grantsUnknown"]>;
}

export async function writeGrants(store: CampaignStore, bucket: PolicyBucket, table: readonly GranteeRow[], told: AclsTold): Promise<void> {
  const { policy, remarks } = draftPolicy(bucket, table);
  await store.write("grants/third-party.json", jsonBytes(table));
  // A policy without statements is not valid; without third-party grants there is nothing to keep.
  if (policy.Statement.length > 0) await store.write("grants/bucket-policy.json", jsonBytes(policy));
  const lines = [
    seen(bucket.name, table.length, told),
    "Object ACLs stop working when the bucket becomes BucketOwnerEnforced. bucket-policy.json is a draft of what would keep that access:",
    "read it, leave out what nobody needs, add it to the bucket's policy, and only then switch.",
    ...remarks.map((remark) => `- ${remark}`),
  ];
  await store.write("grants/README", new TextEncoder().encode(`${lines.join("\n")}\n`));
}

function seen(bucket: string, kinds: number, { absent, unknown }: AclsTold): string {
  if (absent)
    return (
      `Whom object ACLs in ${bucket} give access is NOT KNOWN: the report that was planned from has no ObjectAccessControlList. That is ${ofWhom(unknown)}; third-party.json is empty for that reason alone.\n` +
      "Plan from a report that has it, in a campaign folder of its own, before you switch; whoever reads objects by their ACLs is refused from then on."
    );
  const more = unknown.objects === 0 ? "" : ` The ACL is NOT KNOWN of ${ofWhom(unknown)}: more may be given than is told here.`;
  return `Object ACLs in ${bucket} give ${kinds === 0 ? "nobody else access" : `${kinds} kinds of access to others`}, as of the report that was planned from.${more}`;
}
