// Requests in S3's own logs that only an ACL allowed: who will be refused tomorrow.
import type { Finding } from "../../finding.ts";
import { count, evidence } from "../evidence.ts";
import type { Facts } from "../facts.ts";

export function aclRequiredRequests(facts: Facts): Finding[] {
  const use = facts.aclUse;
  if (use === undefined)
    return [
      {
        id: "acl-required-unchecked",
        severity: "note",
        acceptable: true,
        title: "Nobody has looked for requests that depend on ACLs",
        evidence: ["no folder of access logs was given"],
        consequence: "Clients that are let in by an ACL alone, or that send ACLs with their uploads, show only in the logs.",
        fix: "Copy server access logs or CloudTrail data events that cover a month (monthly jobs too) to a folder, and give it with `--access-logs DIR`.",
      },
    ];
  const seen = `${count(use.requests, "request")} on ${facts.bucket} in ${count(use.files, "file")}${use.from === undefined ? "" : `, ${use.from} to ${use.to}`}`;
  if (use.users.length === 0)
    return [
      {
        id: "acl-required-requests",
        severity: "note",
        acceptable: true,
        title: use.requests === 0 ? "The logs tell nothing of this bucket" : "No request in the logs depended on an ACL",
        evidence: [
          seen,
          ...(use.unsaid > 0 ? [`${count(use.unsaid, "record")} from before the field aclRequired existed say nothing`] : []),
        ],
        consequence: "As far as these logs reach, no client is let in by an ACL.",
        fix: "Make sure that they cover the rare jobs too.",
      },
    ];
  return [
    {
      id: "acl-required-requests",
      severity: "blocking",
      acceptable: true,
      title: "Requests in the logs depend on ACLs",
      evidence: [
        seen,
        ...evidence(
          use.users.map(
            (u) => `${count(u.requests, "time")} ${u.operation} by ${u.requester}${u.exampleKey === "" ? "" : `, e.g. ${u.exampleKey}`}`,
          ),
        ),
      ],
      consequence: "Reads among them get 403 after the switch; writes among them carry an ACL that S3 then refuses with 400.",
      fix: "Give readers a bucket policy, and have writers send no ACL or bucket-owner-full-control.",
    },
  ];
}
