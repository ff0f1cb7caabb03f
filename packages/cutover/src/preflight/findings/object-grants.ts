// Grants on objects that stop working with the switch: those of other accounts, those to everybody, and the uploaders' own access.
import type { CanonicalId, ThirdPartyGrantee } from "@quitclaim/campaign";
import type { Finding } from "../../finding.ts";
import { type Coverage, coverage, type Grantee } from "../../policy/allows.ts";
import { list, type Statement, sameButPrincipal } from "../../policy/document.ts";
import { ALL_USERS, AUTHENTICATED_USERS, arn, ELASTICACHE, OBJECT_READ_ACTIONS } from "../../policy/from-acl.ts";
import { count, evidence, shortGrantee } from "../evidence.ts";
import { type Facts, policyStatements, valueOr } from "../facts.ts";

const READS = new Set(["READ", "FULL_CONTROL"]);
const isGroup = (grantee: string): boolean => grantee.startsWith("http");

/** What a reader needs from a policy: versions only where there are any. */
const readActions = (facts: Facts): readonly string[] =>
  valueOr(facts.settings.versioning, "Enabled") === "never" ? ["s3:GetObject"] : OBJECT_READ_ACTIONS;

function covers(facts: Facts, grantee: Grantee): Coverage {
  const statements = policyStatements(facts);
  const all = readActions(facts).map((action) => coverage(statements, { grantee, action, resource: `${arn(facts.bucket)}/*` }));
  return all.find((c) => c === "denied") ?? all.find((c) => c !== "allowed") ?? "allowed";
}

/** The planner's statements for this grantee all stand in the bucket policy, whatever S3 made of the principal. */
function plannedPolicyHolds(facts: Facts, grantee: string): boolean {
  const mine = facts.grantStatements.filter((s) => namesGrantee(s, grantee));
  const present = policyStatements(facts);
  return mine.length > 0 && mine.every((wanted) => present.some((p) => p.Sid === wanted.Sid && sameButPrincipal(p, wanted)));
}

function namesGrantee(statement: Statement, grantee: string): boolean {
  const principal = statement.Principal;
  if (principal === undefined) return false;
  if (principal === "*") return grantee === ALL_USERS;
  return list(principal.CanonicalUser).includes(grantee) || (grantee === ALL_USERS && list(principal.AWS).includes("*"));
}

const asGrantee = (facts: Facts, id: CanonicalId): Grantee => {
  const account = facts.accounts.find((a) => a.canonicalId === id);
  return { kind: "account", canonicalId: id, ...(account === undefined ? {} : { accountId: account.id }) };
};

export function thirdPartyGrants(facts: Facts): Finding[] {
  const lost: string[] = [];
  for (const g of facts.plan?.thirdPartyGrantees ?? []) {
    if (isGroup(g.grantee) || g.grantee === ELASTICACHE || !READS.has(g.permission)) continue;
    const found = covers(facts, asGrantee(facts, g.grantee as CanonicalId));
    if (found === "allowed" || plannedPolicyHolds(facts, g.grantee)) continue;
    lost.push(`${describe(g, facts)}: ${WHY[found]}`);
  }
  if (lost.length === 0) return [];
  return [
    {
      id: "third-party-grants",
      severity: "blocking",
      acceptable: true,
      ...(facts.grantStatements.length > 0 ? { answer: "third-party-grants" as const } : {}),
      title: "Grants of other accounts would stop working",
      evidence: evidence(lost),
      consequence:
        "Once ACLs are disabled these accounts are refused on the objects they can read today. A rollback gives the grants back.",
      fix:
        facts.grantStatements.length > 0
          ? "`--fix third-party-grants` merges grants/bucket-policy.json into the bucket policy; look at it first. Or agree with these accounts that they need it no more."
          : "Give them what they still need by bucket policy, access points or S3 Access Grants.",
    },
  ];
}

const WHY: Record<Coverage, string> = {
  allowed: "",
  none: "no statement of the bucket policy gives them that",
  conditional: "the bucket policy gives it only under conditions",
  denied: "the bucket policy denies it",
};

function describe(g: ThirdPartyGrantee, facts: Facts): string {
  const account = facts.accounts.find((a) => a.canonicalId === g.grantee);
  return `${account === undefined ? shortGrantee(g.grantee) : `${account.name} (${account.id})`} has ${g.permission} on ${count(g.objects, "object")}`;
}

export function publicGrants(facts: Facts): Finding[] {
  const block = valueOr(facts.settings.publicAccess, null);
  const groups = (facts.plan?.thirdPartyGrantees ?? []).filter(
    (g) => (g.grantee === ALL_USERS || g.grantee === AUTHENTICATED_USERS) && READS.has(g.permission),
  );
  if (groups.length === 0) return [];
  const lines = groups.map((g) => describe(g, facts));
  if (block?.ignorePublicAcls === true)
    return [
      {
        id: "public-grants",
        severity: "note",
        acceptable: true,
        title: "Public grants that Block Public Access already ignores",
        evidence: evidence(lines),
        consequence: "None: nobody is let in by them today (IgnorePublicAcls).",
        fix: "Nothing to do.",
      },
    ];
  const open = groups.filter((g) => {
    const kind = g.grantee === ALL_USERS ? "everyone" : "any-account";
    return covers(facts, { kind }) !== "allowed" && !plannedPolicyHolds(facts, g.grantee);
  });
  if (open.length === 0) return [];
  return [
    {
      id: "public-grants",
      severity: "blocking",
      acceptable: true,
      title: "Objects that are public by ACL would go dark",
      evidence: evidence([
        ...open.map((g) => describe(g, facts)),
        ...(block?.blockPublicPolicy === true
          ? ["Block Public Access (BlockPublicPolicy) would refuse a public bucket policy in their place"]
          : []),
      ]),
      consequence: "Anonymous readers get 403 from the moment of the switch. Links, websites and CDNs that fetch these objects break.",
      fix:
        block?.blockPublicPolicy === true
          ? "Decide whether they should be public at all. If so, serve them through CloudFront with origin access control, or lift BlockPublicPolicy and allow the prefixes by policy."
          : "Decide whether they should be public at all. If so, allow their prefixes by bucket policy, or serve them through CloudFront.",
    },
  ];
}

export function uploaderAccess(facts: Facts): Finding[] {
  const cutOff = facts.accounts.filter(
    (a) => a.objects > 0 && a.canonicalId !== facts.ownerCanonicalId && covers(facts, asGrantee(facts, a.canonicalId)) !== "allowed",
  );
  if (cutOff.length === 0) return [];
  return [
    {
      id: "uploader-access",
      severity: "warning",
      acceptable: true,
      title: "The uploading accounts would no longer read their own uploads",
      evidence: evidence(
        cutOff.map((a) => `${a.name} (${a.id}) owns ${count(a.objects, "object")}, and no policy allows it to read the whole bucket`),
      ),
      consequence:
        "Today they read, tag and overwrite these objects as their owners. Afterwards only a bucket policy lets them, and only what it says.",
      fix: "Ask each account whether it reads back what it wrote; where it does, allow it by bucket policy on its prefixes.",
    },
  ];
}
