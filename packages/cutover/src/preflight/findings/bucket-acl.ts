// Grants in the bucket's own ACL. S3 refuses the switch while there is one (InvalidBucketAclWithObjectOwnership, domain.md 2.2).
import { bucketArn, type Grant } from "@quitclaim/campaign";
import { foreignGrants } from "../../bucket/acl.ts";
import type { Finding } from "../../finding.ts";
import { list, type Statement } from "../../policy/document.ts";
import { CLOUDFRONT_LOGS, ELASTICACHE, LOG_DELIVERY, logDeliveryStatement } from "../../policy/from-acl.ts";
import { evidence, shortGrantee } from "../evidence.ts";
import { enforced, type Facts, policyStatements, valueOr } from "../facts.ts";

const granteeOf = (grant: Grant): string => ("id" in grant ? grant.id : grant.uri);

/** Once ACLs are disabled the ACL that S3 shows says nothing (domain.md 0.6). */
function grants(facts: Facts): Grant[] {
  const acl = valueOr(facts.settings.acl, undefined);
  return acl === undefined || enforced(facts) ? [] : foreignGrants(acl);
}

export function bucketAclGrants(facts: Facts): Finding[] {
  const found = grants(facts);
  if (found.length === 0) return [];
  return [
    {
      id: "bucket-acl-grants",
      severity: "blocking",
      acceptable: false,
      answer: "bucket-acl-grants",
      title: "The bucket's own ACL grants access to others",
      evidence: evidence(found.map((g) => `${g.permission} to ${nameOf(g, facts)}`)),
      consequence: "S3 refuses BucketOwnerEnforced while the bucket ACL names anyone but the owner (InvalidBucketAclWithObjectOwnership).",
      fix: "Move what is still needed to the bucket policy and make the bucket ACL private; `--fix bucket-acl-grants` does both and keeps the former ACL.",
    },
  ];
}

function nameOf(grant: Grant, facts: Facts): string {
  const grantee = granteeOf(grant);
  if (grantee === ELASTICACHE) return "ElastiCache's export account (aws-scs-s3-readonly)";
  if (grantee === CLOUDFRONT_LOGS) return "CloudFront's log delivery account (awslogsdelivery)";
  const account = facts.accounts.find((a) => a.canonicalId === grantee);
  return account === undefined ? shortGrantee(grantee) : `${account.name} (${account.id})`;
}

export function logDelivery(facts: Facts): Finding[] {
  const byAcl = grants(facts).some((g) => granteeOf(g) === LOG_DELIVERY);
  const sources = valueOr(facts.logSources, undefined)?.buckets ?? [];
  if (!byAcl && sources.length === 0) return [];
  if (policyStatements(facts).some((s) => allowsLogDelivery(s, facts))) return [];
  return [
    {
      id: "log-delivery",
      severity: "blocking",
      acceptable: true,
      ...(byAcl ? { answer: "bucket-acl-grants" as const } : {}),
      title: "Server access logs are delivered here by ACL",
      evidence: evidence([
        ...(byAcl ? ["the bucket ACL grants to the group LogDelivery"] : []),
        ...sources.map((s) => `bucket ${s} delivers its server access logs to ${facts.bucket}`),
        "no statement of the bucket policy lets logging.s3.amazonaws.com put objects",
      ]),
      consequence: "With ACLs disabled the grant to LogDelivery has no effect, and logs stop arriving without an error anywhere.",
      fix: byAcl
        ? "`--fix bucket-acl-grants` adds the statement for logging.s3.amazonaws.com; or point the logs at another bucket."
        : `Add this statement to the bucket policy, or point the logs at another bucket: ${JSON.stringify(logDeliveryStatement(facts))}`,
    },
  ];
}

function allowsLogDelivery(statement: Statement, facts: Facts): boolean {
  if (statement.Effect !== "Allow" || statement.Principal === undefined || statement.Principal === "*") return false;
  return (
    list(statement.Principal.Service).includes("logging.s3.amazonaws.com") &&
    list(statement.Action).some((a) => ["s3:*", "s3:putobject", "s3:put*"].includes(a.toLowerCase())) &&
    list(statement.Resource).some((r) => r.startsWith(`${bucketArn(facts.bucket, facts.region)}/`))
  );
}

export function cloudFrontLogs(facts: Facts): Finding[] {
  if (!grants(facts).some((g) => granteeOf(g) === CLOUDFRONT_LOGS)) return [];
  return [
    {
      id: "cloudfront-logs",
      severity: "blocking",
      acceptable: false,
      title: "CloudFront delivers its legacy standard logs here",
      evidence: [`the bucket ACL grants to awslogsdelivery (${shortGrantee(CLOUDFRONT_LOGS)})`],
      consequence:
        "Legacy standard logging works by ACL only. No bucket policy replaces it, and its logs are lost from the moment of the switch.",
      fix: "Move the distribution to standard logging v2 or to another bucket, then take this grant out of the bucket ACL.",
    },
  ];
}

export function elastiCacheGrantee(facts: Facts): Finding[] {
  const onBucket = grants(facts).some((g) => granteeOf(g) === ELASTICACHE);
  const onObjects = facts.plan?.thirdPartyGrantees.filter((g) => g.grantee === ELASTICACHE) ?? [];
  if (!onBucket && onObjects.length === 0) return [];
  const service = `${facts.region}.elasticache-snapshot.amazonaws.com`;
  const replaced = policyStatements(facts).some(
    (s) => s.Effect === "Allow" && s.Principal !== undefined && s.Principal !== "*" && list(s.Principal.Service).includes(service),
  );
  if (replaced) return [];
  return [
    {
      id: "elasticache-grantee",
      severity: "blocking",
      acceptable: true,
      ...(onBucket ? { answer: "bucket-acl-grants" as const } : {}),
      title: "ElastiCache exports or imports snapshots here by ACL",
      evidence: [
        ...(onBucket ? ["the bucket ACL grants to aws-scs-s3-readonly"] : []),
        ...onObjects.map((g) => `${g.permission} on ${g.objects.toLocaleString("en-US")} objects to aws-scs-s3-readonly`),
      ],
      consequence: "Snapshot export to this bucket, and seeding clusters from it, stop working with the switch.",
      fix: `Allow ${service} in the bucket policy; \`--fix bucket-acl-grants\` does it where the grant is on the bucket.`,
    },
  ];
}
