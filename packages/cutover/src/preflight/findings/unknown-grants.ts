// What the report did not tell of object ACLs: an empty table of grants is then no proof that nobody loses access.
import type { Finding } from "../../finding.ts";
import { count } from "../evidence.ts";
import type { Facts } from "../facts.ts";

const CONSEQUENCE =
  "Whoever reads objects by their ACLs, other accounts or everybody, is refused from the moment of the switch, and nothing here can say who that is. A rollback gives the grants back.";

export function unknownGrants({ plan }: Facts): Finding[] {
  if (plan === undefined) return [];
  if (plan.provenance.columnsAbsent?.includes("ObjectAccessControlList") === true)
    return [
      {
        id: "unknown-grants",
        severity: "blocking",
        acceptable: true,
        title: "Nobody knows whom object ACLs give access",
        evidence: ["the plan's report has no ObjectAccessControlList, so its table of grants to others is empty whatever they are"],
        consequence: CONSEQUENCE,
        fix: "Plan from an S3 Inventory report with the object ACL field, in a campaign folder of its own, and look at its grants/. Or accept it, where you know that nobody reads by ACL (server access logs tell: --access-logs).",
      },
    ];
  // Older plans counted the planned objects alone.
  const { objects, ownedByBucketOwner: own } = plan.grantsUnknown ?? { objects: plan.forecast.aclsUnknown ?? 0, ownedByBucketOwner: 0 };
  if (objects === 0) return [];
  return [
    {
      id: "unknown-grants",
      severity: "warning",
      acceptable: true,
      title: "Some grants on objects are not known",
      evidence: [
        `the report does not tell the ACL of ${count(objects, "object")}`,
        ...(own === 0 ? [] : [`${count(own, "of them is", "of them are")} the bucket owner's own`]),
      ],
      consequence: CONSEQUENCE,
      fix: "Look at the ACLs of some of them, each as the account that owns it, or ask the accounts that uploaded them whom they let in.",
    },
  ];
}
