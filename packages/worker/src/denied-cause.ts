// What an operator is told when an account is paused for its denials: S3's answer, what else was found out, and where to look.
import type { Answer, Refusal } from "@quitclaim/aws";

import type { OwnerDenied } from "./operations/outcome.ts";

export interface Denial {
  readonly refusal: Pick<Refusal, "code" | "message" | "httpStatus">;
  /** Without a success between them. */
  readonly denials: number;
  /** Of one object that was denied. */
  readonly key: string;
  readonly versioned: boolean;
  readonly op: "acl" | "copy" | "reencrypt";
  /** What the same session was answered when it read the ACL of that object; undefined: it was not asked. */
  readonly reading?: Answer<unknown>;
  /** The bucket owner's role was denied, not this account, or not it alone. */
  readonly owner?: OwnerDenied | undefined;
  /** Some of the account's objects were done. */
  readonly worked: boolean;
}

const NOTHING_FAILED = "Nothing was marked as failed.";
const BY_CODE: ReadonlyMap<string, string> = new Map([
  ["InvalidAccessKeyId", "The access key does not exist: correct or renew this account's credentials."],
  ["SignatureDoesNotMatch", "The secret key is wrong: correct this account's credentials."],
  ["RequestTimeTooSkewed", "This machine's clock is off by more than 15 minutes: set it."],
  ["InvalidToken", "The session token is not of this server: check endpoint and stsEndpoint."],
]);

export function deniedCause(denial: Denial): string {
  const { refusal, denials, worked, owner } = denial;
  const said = refusal.message === "" ? refusal.code : `${refusal.code}: ${refusal.message}`;
  const hint = owner?.sure === true ? ownersRole(owner) : `${BY_CODE.get(refusal.code) ?? whereToLook(denial)}${perhapsOwner(owner)}`;
  const accepted = worked
    ? "Then resume this account. Where the denial is meant (a Deny on some prefixes, say), resume it as it is: these batches' denied objects are marked as failed then, and the rest goes on."
    : "Then resume this account.";
  return `S3 denied ${denials} calls in a row and granted none between them (HTTP ${refusal.httpStatus} ${said}), the last on ${JSON.stringify(shortened(denial.key))}. ${hint} ${NOTHING_FAILED} ${accepted}`;
}

const ownersRole = ({ lacks }: OwnerDenied): string =>
  `It was the bucket owner's role (bucket.credentials) that was denied, not this account: the copies are made, and to finish them that role lacks ${lacks}. Look for, in this order: its own policies (and a permissions boundary) that do not allow it; a Deny in the bucket policy; the policy of the KMS key; a service control policy of the bucket owner's organization. Copies that are made already are known again then, and only finished.`;

const perhapsOwner = (owner: OwnerDenied | undefined): string =>
  owner === undefined
    ? ""
    : ` Or the object was copied before: then it is the bucket owner's role (bucket.credentials) that lacks ${owner.lacks}.`;

function whereToLook(denial: Denial): string {
  const { message } = denial.refusal;
  const permission = permissionOf(denial);
  const deny = /with an explicit deny in (?:a |an )?([\w -]+?)(?: policy| boundary)/i.exec(message)?.[1];
  if (deny !== undefined) return `${DENIERS.get(deny.toLowerCase()) ?? `A Deny in a ${deny} policy stops it: take it out.`}`;
  const missing = /because no ([\w -]+?)(?: policy| boundary) allows the (\S+) action/i.exec(message);
  if (missing !== null) return `No ${missing[1]} policy allows ${missing[2]}: allow it on the bucket's objects.${versionWord(denial)}`;
  const { reading } = denial;
  if (reading?.ok === true)
    return `The same session may read that object's ACL, so that session, account and network are right: what it lacks is ${permission}. Look for, in this order: the role's own policies (and a permissions boundary) that do not allow it; a Deny in the bucket policy that names this action, for this account or for what the calls do not meet; a service control policy of the account's organization.`;
  if (reading !== undefined && reading.kind === "denied")
    return `The same session may not even read that object's ACL. Look for, in this order: a role that lacks ${permission} and s3:Get${denial.versioned ? "ObjectVersionAcl" : "ObjectAcl"} on the bucket's objects; a Deny in the bucket policy that names this account or a condition these calls do not meet; a service control policy or permissions boundary of the account; a VPC endpoint policy.`;
  return `Look for, in this order: the role lacks ${permission} on the bucket's objects; a Deny in the bucket policy that names this account or a condition these calls do not meet; a service control policy or permissions boundary of the account; a VPC endpoint policy.`;
}

/** By the word that S3 uses for a policy, where it says whose Deny it was (within one account or organization). */
const DENIERS: ReadonlyMap<string, string> = new Map([
  ["service control", "A service control policy of this account's organization denies it: have its administrators exempt the role."],
  ["resource control", "A resource control policy of the bucket owner's organization denies it: have its administrators exempt the role."],
  ["resource-based", "A Deny in the bucket policy stops it: take it out, or except the role from it."],
  ["identity-based", "A Deny in the role's own policies stops it: have the account take it out."],
  ["permissions", "The role's permissions boundary denies it: have the account widen it."],
  ["session", "The session policy denies it: use a base session without one."],
  ["vpc endpoint", "The policy of the VPC endpoint denies it: allow the bucket's objects there."],
]);

function permissionOf({ op, versioned }: Denial): string {
  const acl = versioned ? "s3:PutObjectVersionAcl (the calls name versions; s3:PutObjectAcl is not enough)" : "s3:PutObjectAcl";
  if (op === "acl") return acl;
  if (op === "reencrypt") return `s3:UpdateObjectEncryption, ${acl}, or the use of the KMS keys`;
  return `one of ${versioned ? "s3:GetObjectVersion" : "s3:GetObject"}, s3:PutObject, s3:PutObjectAcl, what the object has (tags, annotations, locks), or the use of its KMS key`;
}

const versionWord = ({ versioned }: Denial): string =>
  versioned ? " The calls name versions: actions on versions have names of their own." : "";
const shortened = (key: string): string => (key.length <= 120 ? key : `${key.slice(0, 117)}…`);
