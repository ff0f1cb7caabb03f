// A draft of the bucket policy that would keep third parties' access after the switch. A draft: it grants by prefix what ACLs granted object by object, and a
// person has to look at it. What cannot be said in a policy, or does not fit into 20 KB, is told and never left out in silence.
import { bucketArn } from "@quitclaim/campaign";
import { POLICY_BYTES_MAX } from "../limits.ts";
import { ALL_USERS, AUTHENTICATED_USERS, type GranteeRow, LOG_DELIVERY } from "./table.ts";

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal: "*" | { readonly CanonicalUser: string };
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

export interface PolicyBucket {
  readonly name: string;
  /** Says which partition of AWS it lies in. */
  readonly region: string;
}

export interface PolicyDraft {
  readonly policy: { readonly Version: "2012-10-17"; readonly Statement: readonly PolicyStatement[] };
  /** Sentences: what the policy leaves out, and what is to know before it is used. */
  readonly remarks: readonly string[];
}

/** domain.md 2.3: what each object permission is in a policy. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  READ: ["s3:GetObject", "s3:GetObjectVersion"],
  READ_ACP: ["s3:GetObjectAcl", "s3:GetObjectVersionAcl"],
  WRITE_ACP: ["s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
};
const actionsOf = (permission: string): readonly string[] =>
  permission === "FULL_CONTROL" ? Object.values(ACTIONS).flat() : (ACTIONS[permission] ?? []);

/** `*`, `?` and `$` mean something in a policy's resource; written like this they mean themselves. */
const literal = (text: string): string => text.replace(/[*?$]/g, (c) => `\${${c}}`);

const PREFIXES_IN_POLICY_MAX = 20;

/** What a policy can name as CanonicalUser; S3 refuses a policy that names anything else. */
const CANONICAL_ID = /^[0-9a-f]{64}$/;

/** undefined: objects lie under too many prefixes to name. */
function resources(bucket: PolicyBucket, row: GranteeRow): string[] | undefined {
  const arn = `${bucketArn(bucket.name, bucket.region)}/`;
  if (row.keys !== null) return row.keys.map((key) => arn + literal(key));
  // Objects without a path part could only be named by granting the whole bucket.
  if (row.prefixes === null || "" in row.prefixes) return undefined;
  const prefixes = Object.keys(row.prefixes);
  return prefixes.length > PREFIXES_IN_POLICY_MAX ? undefined : prefixes.map((prefix) => `${arn}${literal(prefix)}*`);
}

const size = (statements: readonly PolicyStatement[]): number =>
  Buffer.byteLength(JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2));

/** `table`: most objects first, so that what does not fit is what concerns the fewest. */
export function draftPolicy(bucket: PolicyBucket, table: readonly GranteeRow[]): PolicyDraft {
  const statements: PolicyStatement[] = [];
  const remarks: string[] = [];
  for (const row of table.filter((r) => r.public)) {
    const who = row.grantee === ALL_USERS ? "everyone on the internet" : "everyone with an AWS account";
    remarks.push(
      `PUBLIC: ${who} has ${row.permission} on ${row.objects} objects. Is that meant? Block Public Access would refuse a policy that keeps it.`,
    );
  }
  for (const row of table) {
    const who = `${row.grantee} ${row.permission} on ${row.objects} objects`;
    if (row.grantee === AUTHENTICATED_USERS) {
      remarks.push(`Not in the policy: ${who}. A policy cannot say "anyone with an AWS account" without saying "anyone".`);
      continue;
    }
    if (row.grantee === LOG_DELIVERY || (row.kind === "group" && row.grantee !== ALL_USERS)) {
      remarks.push(
        `Not in the policy: ${who}. Log delivery is allowed to the service logging.s3.amazonaws.com by a policy on the prefix that it writes to, not object by object.`,
      );
      continue;
    }
    if (row.kind === "account" && !CANONICAL_ID.test(row.grantee)) {
      remarks.push(`Not in the policy: ${who}. It is no canonical ID of an account, and S3 refuses a policy that names such a principal.`);
      continue;
    }
    const actions = actionsOf(row.permission);
    if (actions.length === 0) {
      remarks.push(`Not in the policy: ${who}. The permission means nothing on an object.`);
      continue;
    }
    const names = resources(bucket, row);
    if (names === undefined) {
      remarks.push(
        `Not in the policy: ${who}. They lie under too many prefixes, or under none; see third-party.json, and consider an access point or S3 Access Grants.`,
      );
      continue;
    }
    const statement: PolicyStatement = {
      Sid: `Keep${row.public ? "Public" : ""}ObjectAcl${statements.length + 1}`,
      Effect: "Allow",
      Principal: row.kind === "account" ? { CanonicalUser: row.grantee } : "*",
      Action: actions,
      Resource: names,
    };
    // A byte is left for the line feed at the end of the file.
    if (size([...statements, statement]) >= POLICY_BYTES_MAX) {
      remarks.push(
        `Not in the policy: ${who}. A bucket policy holds 20 KB, ${size(statements)} bytes are taken and ${size([statement])} would not fit any more; give it an access point, or drop what is not needed.`,
      );
      continue;
    }
    statements.push(statement);
    if (row.keys === null) remarks.push(`Wider than the ACLs: ${who} becomes the same on everything below ${names.length} prefixes.`);
  }
  if (statements.some((statement) => statement.Principal === "*")) {
    remarks.push(
      "Block Public Access (BlockPublicPolicy) refuses the whole policy while it has statements for everyone, whose Sid begins with KeepPublic: leave them out unless these objects are meant to be public.",
    );
  }
  if (statements.some((statement) => statement.Principal !== "*")) {
    remarks.push(
      "S3 refuses the whole policy where one of its accounts does not exist any more (MalformedPolicy, Invalid principal): leave that statement out.",
    );
  }
  return { policy: { Version: "2012-10-17", Statement: statements }, remarks };
}
