// The table, row by row: what each answer means for the worker, and that every code has a word for people.
import { describe, expect, it } from "vitest";
import { knownCodes } from "../src/classify.ts";
import { OWN_CODES } from "../src/explain-own.ts";
import { classify, explain, type RefusalKind } from "../src/index.ts";

const rows: readonly (readonly [
  kind: RefusalKind,
  httpStatus: number,
  code: string,
  more?: { message?: string; deleteMarker?: boolean },
])[] = [
  // domain.md 5
  ["throttled", 503, "SlowDown"],
  ["throttled", 503, "ServiceUnavailable"],
  ["throttled", 400, "ThrottlingException"],
  ["throttled", 400, "KMS.ThrottlingException"],
  ["throttled", 429, "TooManyRequests"],
  ["throttled", 429, "AnythingElse"],
  ["throttled", 503, "Http503"],
  ["throttled", 200, "SlowDown"],
  ["expired", 400, "ExpiredToken"],
  ["expired", 400, "InvalidToken"],
  ["expired", 400, "TokenRefreshRequired"],
  ["denied", 403, "InvalidAccessKeyId"],
  ["denied", 403, "RequestTimeTooSkewed"],
  ["denied", 403, "SignatureDoesNotMatch"],
  ["denied", 403, "AccessDenied"],
  ["denied", 403, "Http403"],
  ["denied", 401, "Http401"],
  ["denied", 403, "SomethingNewAndForbidden"],
  ["transient", 500, "InternalError"],
  ["transient", 200, "InternalError"],
  ["transient", 500, "Http500"],
  ["transient", 502, "Http502"],
  ["transient", 504, "Http504"],
  ["transient", 408, "Http408"],
  ["transient", 400, "RequestTimeout"],
  ["transient", 0, "ConnectionReset"],
  ["transient", 0, "ConnectionRefused"],
  ["transient", 0, "ConnectTimeout"],
  ["transient", 0, "Timeout"],
  ["transient", 0, "Aborted"],
  ["transient", 0, "BadAnswer"],
  // domain.md 2.1, 2.2
  ["enforced", 400, "AccessControlListNotSupported"],
  ["failed", 400, "InvalidBucketAclWithObjectOwnership"],
  ["failed", 404, "OwnershipControlsNotFoundError"],
  // domain.md 3
  ["gone", 405, "MethodNotAllowed", { deleteMarker: true }],
  ["gone", 405, "Http405", { deleteMarker: true }],
  ["failed", 405, "MethodNotAllowed"],
  ["failed", 400, "MalformedACLError"],
  ["failed", 400, "InvalidArgument"],
  ["gone", 404, "NoSuchKey"],
  ["gone", 404, "NoSuchVersion"],
  ["gone", 404, "Http404"],
  ["gone", 404, "Http404", { deleteMarker: true }],
  ["failed", 404, "NoSuchBucket"],
  ["failed", 404, "NoSuchUpload"],
  ["failed", 404, "NoSuchTagSet"],
  // domain.md 4.1, 4.5 to 4.7, 4.9
  [
    "failed",
    400,
    "InvalidRequest",
    {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    },
  ],
  ["gone", 400, "InvalidRequest", { message: "The source of a copy request may not specifically refer to a delete marker by version id." }],
  ["failed", 400, "InvalidRequest", { message: "CopyObject request made on objects larger than 5GB in size" }],
  ["precondition", 412, "PreconditionFailed"],
  ["precondition", 412, "Http412"],
  ["transient", 409, "ConditionalRequestConflict"],
  ["transient", 409, "OperationAborted"],
  ["transient", 409, "Http409"],
  ["failed", 409, "InvalidBucketState"],
  ["archived", 403, "InvalidObjectState"],
  ["archived", 403, "ObjectNotInActiveTierError"],
  ["failed", 400, "KMS.DisabledException"],
  ["failed", 400, "KMS.NotFoundException"],
  ["failed", 400, "KMS.KMSInvalidStateException"],
  ["failed", 501, "NotImplemented"],
  ["failed", 501, "Http501"],
  ["failed", 301, "PermanentRedirect"],
  ["failed", 400, "Http400"],
  ["failed", 400, "SomethingNew"],
];

describe("the classification", () => {
  for (const [kind, httpStatus, code, more] of rows) {
    it(`${httpStatus} ${code}${more === undefined ? "" : ` ${JSON.stringify(more).slice(0, 60)}`} is ${kind}`, () => {
      expect(classify({ httpStatus, code, ...more })).toBe(kind);
    });
  }

  it("names each code once, and none so that its status would be needed to tell it", () => {
    expect(knownCodes.size).toBeGreaterThan(70);
    for (const [code, kind] of knownCodes) expect(classify({ httpStatus: 400, code })).toBe(kind);
  });

  it("has two sentences for people on every code, whatever it is", () => {
    const codes = [
      ...knownCodes.keys(),
      ...rows.map(([, , code]) => code),
      "KMS.SomethingNew",
      "NeverHeardOf",
      "NoSession",
      "TlsFailure",
      "HostNotFound",
      ...Object.keys(OWN_CODES),
    ];
    for (const code of codes) {
      for (const op of ["acl", "copy", "reencrypt", undefined] as const) {
        const { meaning, fix } = explain(code, op);
        expect(meaning).toMatch(/^[A-Z].*\.$/);
        expect(fix).toMatch(/^[A-Z].*[.`]$/);
      }
    }
  });

  it("says of AccessDenied which permission the call needs", () => {
    expect(explain("AccessDenied", "acl").fix).toContain("s3:PutObjectVersionAcl");
    expect(explain("AccessDenied", "copy").meaning).toContain("kms:Decrypt");
    expect(explain("AccessDenied", "reencrypt").meaning).toContain("kms:ReEncrypt");
  });
});
