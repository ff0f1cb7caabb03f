// Grants on objects that stop working with the switch: those of other accounts, those to everybody, and the uploaders' own access.
import { bucketArn, type CanonicalId } from "@quitclaim/campaign";
import { forAccounts } from "../../answers/third-party-grants.ts";
import type { Finding } from "../../finding.ts";
import { type Coverage, coverage, type Grantee } from "../../policy/allows.ts";
import { type Statement, sameButPrincipal } from "../../policy/document.ts";
import { ALL_USERS, AUTHENTICATED_USERS, ELASTICACHE, OBJECT_READ_ACTIONS } from "../../policy/from-acl.ts";
import { literal } from "../../policy/glob.ts";
import { count, evidence, shortGrantee } from "../evidence.ts";
import { type Facts, type GrantRow, policyStatements, valueOr } from "../facts.ts";

const READS = new Set(["READ", "FULL_CONTROL"]);
const isGroup = (grantee: string): boolean => grantee.startsWith("http");

/** What a reader needs from a policy: versions only where there are any. */
const readActions = (facts: Facts): readonly string[] =>
  valueOr(facts.settings.versioning, "Enabled") === "never" ? ["s3:GetObject"] : OBJECT_READ_ACTIONS;

/** Where the grant's objects lie, as ARNs: single keys, else prefixes, else the whole bucket. */
function resourcesOf(facts: Facts, grant: GrantRow): string[] {
  const objects = `${bucketArn(facts.bucket, facts.region)}/`;
  if (grant.keys !== null) return grant.keys.map((key) => objects + literal(key));
  const prefixes = Object.keys(grant.prefixes ?? { "": 0 });
  return prefixes.includes("") ? [`${objects}*`] : prefixes.map((prefix) => `${objects}${literal(prefix)}*`);
}

/** The worst over every action and resource that the reader needs: one that is not covered is refused. */
function covers(facts: Facts, grantee: Grantee, resources: readonly string[]): Coverage {
  const statements = statementsInForce(facts);
  const rank: readonly Coverage[] = ["allowed", "conditional", "none", "denied"];
  let worst: Coverage = "allowed";
  for (const action of readActions(facts))
    for (const resource of resources) {
      const found = coverage(statements, { grantee, action, resource });
      if (rank.indexOf(found) > rank.indexOf(worst)) worst = found;
    }
  return worst;
}

/**
 * The bucket policy's statements. Where S3 has put an account in the place of a canonical ID (domain.md 2.3), the planner's own statement tells whom
 * it was written for.
 */
function statementsInForce(facts: Facts): readonly Statement[] {
  return policyStatements(facts).map(
    (present) => facts.grantStatements.find((planned) => planned.Sid === present.Sid && sameButPrincipal(planned, present)) ?? present,
  );
}

const asGrantee = (facts: Facts, id: CanonicalId): Grantee => {
  const account = facts.accounts.find((a) => a.canonicalId === id);
  return { kind: "account", canonicalId: id, ...(account === undefined ? {} : { accountId: account.id }) };
};

export function thirdPartyGrants(facts: Facts): Finding[] {
  const lost: string[] = [];
  for (const g of facts.grants) {
    if (isGroup(g.grantee) || g.grantee === ELASTICACHE || !READS.has(g.permission)) continue;
    const found = covers(facts, asGrantee(facts, g.grantee as CanonicalId), resourcesOf(facts, g));
    if (found === "allowed") continue;
    lost.push(`${describe(g, facts)}: ${WHY[found]}`);
  }
  if (lost.length === 0) return [];
  const missing = missingStatements(facts);
  return [
    {
      id: "third-party-grants",
      severity: "blocking",
      acceptable: true,
      ...(missing.length > 0 ? { answer: "third-party-grants" as const } : {}),
      title: "Grants of other accounts would stop working",
      evidence: evidence(lost),
      consequence:
        "Once ACLs are disabled these accounts are refused on the objects they can read today. A rollback gives the grants back.",
      fix:
        missing.length > 0
          ? "`--fix third-party-grants` merges grants/bucket-policy.json into the bucket policy; look at it first. Or agree with these accounts that they need it no more."
          : "Give them what they still need by bucket policy, access points or S3 Access Grants.",
    },
  ];
}

/** The planner's statements for accounts that are not in the policy yet: what `--fix` would add. */
const missingStatements = (facts: Facts): readonly Statement[] => {
  const present = policyStatements(facts);
  return forAccounts(facts.grantStatements).filter(
    (planned) => !present.some((p) => p.Sid === planned.Sid && sameButPrincipal(p, planned)),
  );
};

const WHY: Record<Coverage, string> = {
  allowed: "",
  none: "no statement of the bucket policy gives them that",
  conditional: "the bucket policy gives it only under conditions",
  denied: "the bucket policy denies it",
};

function describe(g: GrantRow, facts: Facts): string {
  const account = facts.accounts.find((a) => a.canonicalId === g.grantee);
  return `${account === undefined ? shortGrantee(g.grantee) : `${account.name} (${account.id})`} has ${g.permission} on ${count(g.objects, "object")}`;
}

export function publicGrants(facts: Facts): Finding[] {
  const block = valueOr(facts.settings.publicAccess, null);
  const groups = facts.grants.filter((g) => (g.grantee === ALL_USERS || g.grantee === AUTHENTICATED_USERS) && READS.has(g.permission));
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
    return covers(facts, { kind }, resourcesOf(facts, g)) !== "allowed";
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
          ? "Decide whether they should be public at all. If so, serve them through CloudFront with origin access control, or lift BlockPublicPolicy and allow the prefixes by policy (grants/bucket-policy.json has a draft; no command merges that part)."
          : "Decide whether they should be public at all. If so, allow their prefixes by bucket policy (grants/bucket-policy.json has a draft; no command merges that part), or serve them through CloudFront.",
    },
  ];
}

export function uploaderAccess(facts: Facts): Finding[] {
  const cutOff = facts.accounts.filter(
    (a) =>
      a.objects > 0 &&
      a.canonicalId !== facts.ownerCanonicalId &&
      covers(facts, asGrantee(facts, a.canonicalId), [`${bucketArn(facts.bucket, facts.region)}/*`]) !== "allowed",
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
