// What a code means for an object, and what a person does about it: one sentence each, for the dashboard and the report.
import { OWN_CODES } from "./explain-own.ts";

export interface Explanation {
  readonly meaning: string;
  readonly fix: string;
}

/** The calls whose refusals are explained apart where the same code means something else. */
export type ExplainedOp = "acl" | "copy" | "reencrypt" | "head" | "put" | "get" | "list";

const again = "Nothing to do: it is tried again; `quitclaim retry` takes up what was given up.";
const replan = "Run `quitclaim plan` on a newer inventory; nothing was overwritten.";

const BY_CODE: Readonly<Record<string, Explanation>> = {
  AccessDenied: {
    meaning:
      "S3 refuses this principal on this object: it is not the object's owner, its role lacks the permission, or a Deny in a bucket policy, SCP or VPC endpoint stops it.",
    fix: "Check that the role belongs to the account that owns the object and allows the call with and without versions, and look for a Deny in the bucket policy; then `quitclaim retry`.",
  },
  AccessControlListNotSupported: {
    meaning: "The bucket is BucketOwnerEnforced already: ACLs are off and the bucket owner owns the object.",
    fix: "Nothing is left to do for this object; go on with `quitclaim verify`.",
  },
  AllAccessDisabled: {
    meaning: "AWS has disabled all access to this object or account.",
    fix: "Ask AWS Support through the account that owns the object.",
  },
  AccountProblem: {
    meaning: "The signing account is suspended or closed.",
    fix: "Have the account reopened; its objects become the bucket owner's only by the switch.",
  },
  AuthorizationHeaderMalformed: {
    meaning: "The request was signed for another region or service.",
    fix: "Set bucket.region in the campaign file to the bucket's region.",
  },
  BadAnswer: {
    meaning: "What came back was not an answer of S3; a proxy may stand between.",
    fix: `Check endpoint in the campaign file. ${again}`,
  },
  BadDigest: { meaning: "The body arrived damaged.", fix: again },
  Aborted: { meaning: "The call was stopped before its answer came.", fix: "Run `quitclaim run` again: it goes on where it stood." },
  ConditionalRequestConflict: { meaning: "Another write to the same key ran at the same time.", fix: again },
  ConnectionRefused: {
    meaning: "Nothing accepts connections at the endpoint.",
    fix: `Check endpoint in the campaign file and the firewall. ${again}`,
  },
  ConnectionReset: { meaning: "The connection broke before the answer; the call may or may not have taken effect.", fix: again },
  ConnectTimeout: { meaning: "The endpoint could not be connected to in time.", fix: `Check the network and the firewall. ${again}` },
  EntityTooLarge: {
    meaning: "The object is larger than one request may write.",
    fix: "Copy it in parts; `quitclaim plan` puts objects over 5 GB in batches of their own.",
  },
  ExpiredToken: { meaning: "The session's token had expired.", fix: "Nothing to do: the session is renewed and the call repeated." },
  HostNotFound: {
    meaning: "The endpoint's name does not resolve.",
    fix: `Check endpoint and region in the campaign file, and DNS. ${again}`,
  },
  IncompleteBody: { meaning: "The body arrived cut short.", fix: again },
  InternalError: { meaning: "S3 failed by its own account; the call may or may not have taken effect.", fix: again },
  InvalidAccessKeyId: {
    meaning: "S3 does not know the access key.",
    fix: "Set valid keys for this account, or check that the endpoint is the one that issued them.",
  },
  InvalidArgument: {
    meaning: "S3 does not accept a value in the request, for example a grantee that no longer exists.",
    fix: "Look at S3's full answer; `thirdPartyGrants: drop` leaves out grants to vanished accounts.",
  },
  InvalidBucketAclWithObjectOwnership: {
    meaning: "The bucket's own ACL grants something to others, so S3 refuses to switch ACLs off.",
    fix: "Move the bucket ACL's grants to the bucket policy, set the bucket ACL to private, and run `quitclaim preflight` again.",
  },
  InvalidObjectState: {
    meaning: "The object is in an archive class or tier and cannot be read until it is restored.",
    fix: "Leave it to the switch, or restore it and run `quitclaim retry`; an ACL needs no restore.",
  },
  InvalidRequest: {
    meaning: "S3 does not do this to this object as it is; its message says which attribute is in the way.",
    fix: "Read the message: SSE-C, DSSE, a missing encryption or a copy without change cannot be done here; leave the object to the switch.",
  },
  InvalidStorageClass: {
    meaning: "The server does not know the object's storage class.",
    fix: "Leave the object out of the copy by a rule, and to the switch.",
  },
  InvalidToken: {
    meaning: "S3 does not recognise the session token.",
    fix: "Check that STS and S3 endpoints belong to the same cloud; the session is renewed.",
  },
  "KMS.DisabledException": {
    meaning: "The object is encrypted under a KMS key that is disabled.",
    fix: "Have the key's account enable the key, then `quitclaim retry`.",
  },
  "KMS.InternalException": { meaning: "KMS failed by its own account.", fix: again },
  "KMS.KMSInvalidStateException": {
    meaning: "The object's KMS key is pending deletion or otherwise unusable.",
    fix: "Have the key's account cancel the deletion, re-encrypt, then `quitclaim retry`; once the key is gone the bytes are lost whoever owns them.",
  },
  "KMS.NotFoundException": {
    meaning: "The KMS key does not exist.",
    fix: "Check actions.kmsKey; if it is the object's own key that is gone, its bytes cannot be read by anybody.",
  },
  "KMS.ThrottlingException": { meaning: "KMS throttles the account.", fix: again },
  "KMS.LimitExceededException": { meaning: "A KMS quota is exhausted.", fix: again },
  KeyTooLongError: {
    meaning: "The key has more than 1,024 bytes, so no such object can exist.",
    fix: "Check that the inventory's keys are decoded once: report this as a bug.",
  },
  MalformedACLError: {
    meaning: "S3 does not accept the ACL that would keep the object's other grants.",
    fix: "Look at the object's grants; `thirdPartyGrants: drop` writes the canned ACL instead.",
  },
  MethodNotAllowed: {
    meaning: "The version is a delete marker, which has neither an ACL nor data, or the server does not offer the call.",
    fix: replan,
  },
  NoSession: {
    meaning: "There are no credentials for the account that owns the object.",
    fix: "Run `quitclaim check`: it says which trust policy or key has to change; then `quitclaim retry`.",
  },
  NoSuchBucket: {
    meaning: "The bucket does not exist at this endpoint.",
    fix: "Check bucket.name, region and endpoint in the campaign file.",
  },
  NoSuchKey: { meaning: "The object has been deleted since the inventory.", fix: "Nothing to do: what is gone needs no owner." },
  NoSuchVersion: { meaning: "This version has been deleted since the inventory.", fix: "Nothing to do: what is gone needs no owner." },
  NotImplemented: {
    meaning: "The server does not offer this call.",
    fix: "Use another action for these objects: `do: acl` or `do: skip` in a rule.",
  },
  NotSignedUp: { meaning: "The signing account has no S3.", fix: "Sign the account up for S3, or check that it is the right one." },
  ObjectNotInActiveTierError: {
    meaning: "The object is in an archive tier and cannot be copied until it is restored.",
    fix: "Leave it to the switch, or restore it and run `quitclaim retry`.",
  },
  OperationAborted: { meaning: "A conflicting operation ran at the same time.", fix: again },
  OwnershipControlsNotFoundError: {
    meaning: "The bucket has no ownership controls, which means ObjectWriter.",
    fix: "Nothing to do: the switch sets them, and a rollback removes them again.",
  },
  PermanentRedirect: { meaning: "The bucket is in another region.", fix: "Set bucket.region in the campaign file to the bucket's region." },
  PreconditionFailed: { meaning: "The object has been rewritten since the inventory.", fix: replan },
  RequestTimeTooSkewed: {
    meaning: "This machine's clock is more than 15 minutes off.",
    fix: "Set the clock (for example with chrony or systemd-timesyncd), then `quitclaim retry`.",
  },
  RequestTimeout: { meaning: "S3 waited too long for the request to arrive.", fix: again },
  ServiceUnavailable: {
    meaning: "S3 is asked for too much at once.",
    fix: "Nothing to do: the rate is lowered by itself; `limits.requestsPerSecond` is the ceiling.",
  },
  SignatureDoesNotMatch: {
    meaning: "The secret key is wrong, or a proxy changes requests on their way.",
    fix: "Set the right secret for this account; check proxies.",
  },
  SlowDown: {
    meaning: "S3 asks for fewer requests a second.",
    fix: "Nothing to do: the rate is lowered by itself; `limits.requestsPerSecond` is the ceiling.",
  },
  Timeout: { meaning: "No answer came in time; the call may or may not have taken effect.", fix: again },
  TlsFailure: {
    meaning: "No secure connection to the endpoint: its certificate is not trusted or not for this name.",
    fix: "Check endpoint, or give Node the certificate authority with NODE_EXTRA_CA_CERTS.",
  },
  TokenRefreshRequired: {
    meaning: "S3 wants the session's token renewed.",
    fix: "Nothing to do: the session is renewed and the call repeated.",
  },
};

const BY_OP: Readonly<Partial<Record<ExplainedOp, Readonly<Record<string, Explanation>>>>> = {
  acl: {
    AccessDenied: {
      meaning:
        "S3 refuses this principal to write the object's ACL: it neither is the owner's account nor holds WRITE_ACP, its role lacks s3:PutObjectAcl or s3:PutObjectVersionAcl, Block Public Access refuses a public grant, or something denies it.",
      fix: "Give the role s3:PutObjectAcl and s3:PutObjectVersionAcl on the bucket's objects, look for a Deny in the bucket policy and for public grants under BlockPublicAcls; then `quitclaim retry`.",
    },
  },
  copy: {
    AccessDenied: {
      meaning:
        "S3 or KMS refuses this principal to read the source or to write the copy: s3:GetObject(Version), s3:PutObject, s3:PutObjectAcl, tag or lock permissions, or kms:Decrypt and kms:GenerateDataKey are missing.",
      fix: "Add what the message names to the role; for objects under the uploader's own KMS key use `do: reencrypt` first; then `quitclaim retry`.",
    },
    InvalidRequest: {
      meaning: "S3 refuses the copy: it would change nothing, the object is over 5 GB, or the source is under SSE-C.",
      fix: "Read the message; objects under SSE-C can only be rewritten by whoever holds their key.",
    },
  },
  reencrypt: {
    AccessDenied: {
      meaning:
        "S3 or KMS refuses the new key: it belongs to another account than the bucket, kms:Decrypt on the old key or kms:Encrypt and kms:ReEncrypt* on the new one are missing, or the object is under Object Lock.",
      fix: "Allow the uploading role on the bucket owner's key (key policy and role), and give actions.kmsKey as a key of the bucket owner's account; then `quitclaim retry`.",
    },
    InvalidRequest: {
      meaning: "Only SSE-S3 and SSE-KMS objects can be given another key without a copy; this one is unencrypted, DSSE-KMS or SSE-C.",
      fix: "Use `do: copy` for unencrypted objects; DSSE and SSE-C objects stay as they are.",
    },
  },
};

const BY_STATUS: Readonly<Record<string, Explanation>> = {
  Http403: {
    meaning: "S3 refuses this principal on this object, and gives no reason for a HEAD.",
    fix: "Check s3:GetObject and s3:GetObjectVersion, kms:Decrypt, and that the role's account owns the object or has been granted it; then `quitclaim retry`.",
  },
  Http404: {
    meaning: "The object or this version has been deleted since the inventory.",
    fix: "Nothing to do: what is gone needs no owner.",
  },
  Http405: { meaning: "This version is a delete marker.", fix: replan },
  Http412: { meaning: "The object has been rewritten since the inventory.", fix: replan },
  Http400: {
    meaning: "S3 cannot tell the object's facts without more: it is encrypted under a key the caller must send (SSE-C).",
    fix: "Only the key's holder can rewrite it; an ACL needs no key, and the switch changes its owner.",
  },
};

const ALIASES: Readonly<Record<string, string>> = {
  AccessDeniedException: "AccessDenied",
  ExpiredTokenException: "ExpiredToken",
  InternalFailure: "InternalError",
  InternalServerError: "InternalError",
  "KMS.KMSInternalException": "KMS.InternalException",
  "KMS.DependencyTimeoutException": "KMS.InternalException",
  "KMS.KeyUnavailableException": "KMS.InternalException",
  RequestExpired: "ExpiredToken",
  RequestTimeoutException: "RequestTimeout",
  TemporaryRedirect: "PermanentRedirect",
  ThrottlingException: "SlowDown",
  Throttling: "SlowDown",
  TooManyRequests: "SlowDown",
  TooManyRequestsException: "SlowDown",
  RequestLimitExceeded: "SlowDown",
  XAmzContentSHA256Mismatch: "BadDigest",
};

/** What a code means and what to do; never empty, whatever the code. */
export function explain(code: string, op?: ExplainedOp): Explanation {
  const known = ALIASES[code] ?? code;
  const found = (op === undefined ? undefined : BY_OP[op]?.[known]) ?? BY_CODE[known] ?? OWN_CODES[known] ?? BY_STATUS[known];
  if (found !== undefined) return found;
  if (known.startsWith("KMS.")) {
    return {
      meaning: `KMS refuses to work with the object's or the new key (${known}).`,
      fix: "Look at the key's state and policy in its account, then `quitclaim retry`.",
    };
  }
  if (/^Http5\d\d$/.test(known)) return { meaning: "The server, or a proxy before it, failed.", fix: again };
  return {
    meaning: `S3 refused with ${known}.`,
    fix: "Look at S3's full answer for the reason; `quitclaim retry` tries again once it is gone.",
  };
}
