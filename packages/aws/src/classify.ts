// The one table from what S3 answered, or did not, to what the worker does about it (design.md 6; domain.md 2.2, 3, 4.5 to 4.7, 5).
// A code decides where it is known; the HTTP status decides for the rest, for answers without a body (HEAD) and for proxies.
import type { RefusalKind } from "./calls/object-calls.ts";

export interface RefusalFacts {
  /** 0 where no answer was had. A 200 may carry an error in its body. */
  readonly httpStatus: number;
  /** S3's code; `Http<status>` for answers without one; a NetworkCode where no answer was had. */
  readonly code: string;
  readonly message?: string;
  /** The answer had `x-amz-delete-marker: true`. */
  readonly deleteMarker?: boolean;
}

const CODES_OF_KIND = {
  throttled: [
    "SlowDown",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequests",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "PriorRequestNotComplete",
    "KMS.ThrottlingException",
    "KMS.LimitExceededException",
  ],
  transient: [
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "OperationAborted",
    "ConditionalRequestConflict",
    "RequestTimeout",
    "RequestTimeoutException",
    "IncompleteBody",
    "BadDigest",
    "XAmzContentSHA256Mismatch",
    "KMS.InternalException",
    "KMS.KMSInternalException",
    "KMS.DependencyTimeoutException",
    "KMS.KeyUnavailableException",
  ],
  expired: ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken", "RequestExpired"],
  denied: [
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "AccountProblem",
    "AuthorizationHeaderMalformed",
    "InvalidAccessKeyId",
    "InvalidPayer",
    "InvalidSecurity",
    "NotSignedUp",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnauthorizedAccess",
  ],
  gone: ["NoSuchKey", "NoSuchVersion"],
  precondition: ["PreconditionFailed"],
  enforced: ["AccessControlListNotSupported"],
  archived: ["InvalidObjectState", "ObjectNotInActiveTierError"],
  failed: [
    "BucketAlreadyExists",
    "BucketAlreadyOwnedByYou",
    "BucketNotEmpty",
    "EntityTooLarge",
    "EntityTooSmall",
    "InvalidArgument",
    "InvalidBucketAclWithObjectOwnership",
    "InvalidBucketName",
    "InvalidBucketState",
    "InvalidDigest",
    "InvalidEncryptionAlgorithmError",
    "InvalidPart",
    "InvalidPartOrder",
    "InvalidRange",
    "InvalidRequest",
    "InvalidStorageClass",
    "InvalidTag",
    "KMS.DisabledException",
    "KMS.InvalidKeyUsageException",
    "KMS.KMSInvalidStateException",
    "KMS.NotFoundException",
    "KeyTooLongError",
    "MalformedACLError",
    "MalformedPolicy",
    "MalformedXML",
    "NoSuchBucket",
    "NoSuchUpload",
    "NotImplemented",
    "ObjectAlreadyInActiveTierError",
    "OwnershipControlsNotFoundError",
    "PermanentRedirect",
    "TemporaryRedirect",
    "UnresolvableGrantByEmailAddress",
  ],
} as const satisfies Record<RefusalKind, readonly string[]>;

const KIND_OF_CODE: ReadonlyMap<string, RefusalKind> = new Map(
  (Object.keys(CODES_OF_KIND) as RefusalKind[]).flatMap((kind) => CODES_OF_KIND[kind].map((code): [string, RefusalKind] => [code, kind])),
);

/** Every code that the table names, with its kind: for tests and for the documentation. */
export const knownCodes: ReadonlyMap<string, RefusalKind> = KIND_OF_CODE;

/** What a refusal means for the worker. */
export function classify(facts: RefusalFacts): RefusalKind {
  const { httpStatus, code } = facts;
  // No answer: whatever the network did, it may do otherwise next time.
  if (httpStatus === 0) return "transient";
  // A delete marker answers 405 to everything but DELETE, and 404 to a GET of the key (domain.md 3).
  if (facts.deleteMarker === true && (httpStatus === 404 || httpStatus === 405)) return "gone";
  // The one use of InvalidRequest that means there is nothing to copy (domain.md 4.1).
  if (code === "InvalidRequest" && facts.message?.includes("delete marker") === true) return "gone";
  return KIND_OF_CODE.get(code) ?? kindOfStatus(httpStatus, code);
}

function kindOfStatus(status: number, code: string): RefusalKind {
  switch (status) {
    case 401:
    case 403:
      return "denied";
    case 404:
      // Without a body this is HEAD of a key that is not there; with a code that is not in the table it is something else that is missing.
      return code === "Http404" || code === "NotFound" ? "gone" : "failed";
    case 408:
    case 409:
      return "transient";
    case 412:
      return "precondition";
    case 429:
    case 503:
      return "throttled";
    case 501:
    case 505:
      return "failed";
    default:
      return status >= 500 ? "transient" : "failed";
  }
}
