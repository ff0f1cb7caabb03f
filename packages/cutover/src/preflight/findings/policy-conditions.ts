// Statements of the bucket policy that ask for an ACL which an enforced bucket refuses.
import { FENCE_SID } from "../../fence/statement.ts";
import type { Finding } from "../../finding.ts";
import { aclDemands } from "../../policy/acl-conditions.ts";
import { evidence } from "../evidence.ts";
import { type Facts, policyStatements } from "../facts.ts";

export function policyAclConditions(facts: Facts): Finding[] {
  const refused: string[] = [];
  const harmless: string[] = [];
  for (const [index, statement] of policyStatements(facts).entries()) {
    // The fence's own condition is known to be harmless, and goes with the fence.
    if (statement.Sid === FENCE_SID) continue;
    const name = statement.Sid === undefined ? `statement ${index + 1}` : `statement ${statement.Sid}`;
    for (const demand of aclDemands(statement))
      if (demand.kind === "refused") refused.push(`${name} (${statement.Effect}): ${demand.key} must be ${demand.wants}`);
      else harmless.push(`${name} (${statement.Effect}) has a condition on ${demand.key}, which uploads can still meet`);
  }
  if (refused.length > 0)
    return [
      {
        id: "policy-acl-conditions",
        severity: "blocking",
        acceptable: true,
        title: "The bucket policy asks for ACLs that S3 will refuse",
        evidence: evidence(refused),
        consequence:
          "After the switch S3 takes no ACL but bucket-owner-full-control (400 AccessControlListNotSupported), and without the ACL these statements refuse the request: nobody they apply to can write.",
        fix: "Take these conditions out of the policy. A condition that asks for bucket-owner-full-control may stay.",
      },
    ];
  if (harmless.length === 0) return [];
  return [
    {
      id: "policy-acl-conditions",
      severity: "note",
      acceptable: true,
      title: "The bucket policy has ACL conditions that can stay",
      evidence: evidence(harmless),
      consequence: "None: a write without an ACL, or with bucket-owner-full-control, still gets by them.",
      fix: "Nothing to do before the switch; afterwards they serve no purpose.",
    },
  ];
}
