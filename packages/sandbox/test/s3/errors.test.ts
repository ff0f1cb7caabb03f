/**
 * Every error code that a migration meets (ownership, ACLs, copies, conditions, archives, encryption, rates, sessions), each got
 * over real HTTP by a request that earns it: code, status, AWS's sentence where it is known, and the document around it.
 */
import { hash } from "node:crypto";
import { CreateBucketCommand, PutBucketPolicyCommand, PutBucketVersioningCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaultSettings } from "../../src/faults/settings.ts";
import type { Bucket } from "../../src/store/bucket.ts";
import { virtualContent } from "../../src/store/content.ts";
import { ObjectVersion } from "../../src/store/object.ts";
import { sessionKeys } from "../clients.ts";
import {
  type Bench,
  encode,
  type Keys,
  openTo,
  type RawRequest,
  type SigningOptions,
  send,
  setMode,
  signed,
  startBench,
} from "./harness.ts";

let bench: Bench;
let session: Keys;
let ended: Keys;
let marker: string;

beforeAll(async () => {
  bench = await startBench();
  const { owner, uploader } = bench;
  const client = bench.as(owner);
  for (const Bucket of ["lake", "enforced", "logs", "private", "sealed"]) {
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    if (Bucket !== "private") await client.send(new PutBucketPolicyCommand({ Bucket, Policy: openTo(Bucket, uploader) }));
  }
  await client.send(new PutObjectCommand({ Bucket: "lake", Key: "own", Body: "x" }));
  await client.send(new PutObjectCommand({ Bucket: "enforced", Key: "own", Body: "x" }));
  await client.send(new PutObjectCommand({ Bucket: "lake", Key: "ice", Body: "x", StorageClass: "GLACIER" }));
  await bench.as(uploader).send(new PutObjectCommand({ Bucket: "lake", Key: "foreign", Body: "x" }));
  await setMode(client, "enforced", "BucketOwnerEnforced");
  await raw(owner, { method: "PUT", path: "/logs", query: "acl", headers: { "x-amz-acl": "log-delivery-write" } });
  const gone = await raw(owner, { method: "DELETE", path: "/lake/gone" });
  marker = String(gone.headers["x-amz-version-id"]);
  const lake = store("lake");
  const own = lake.find("own", undefined) as ObjectVersion;
  const content = virtualContent(5 * 1024 ** 3 + 1, "too large");
  lake.insert(new ObjectVersion({ ...own, key: "huge", versionId: bench.sandbox.store.newVersionId(), content }));
  store("private").publicAccessBlock = {
    blockPublicAcls: true,
    ignorePublicAcls: false,
    blockPublicPolicy: true,
    restrictPublicBuckets: false,
  };
  store("sealed").encryption = { kind: "SSE-S3", bucketKey: false, blocksCustomerKeys: true };
  const keys = (account: Keys): Keys => ({ accessKeyId: account.accessKeyId, secretAccessKey: account.secretAccessKey });
  session = await sessionKeys(bench.sandbox, keys(owner), uploader);
  ended = await sessionKeys(bench.sandbox, keys(owner), uploader);
  bench.sandbox.book.expireSessions({ accessKeyId: ended.accessKeyId });
});
afterAll(() => bench.close());

const store = (name: string): Bucket => bench.sandbox.store.bucket(name) as Bucket;
const raw = (keys: Keys, request: RawRequest, options?: SigningOptions) =>
  send(bench.sandbox, signed(bench.sandbox, keys, request, options));

interface Row {
  readonly what: string;
  readonly expected: `${number} ${string}`;
  readonly message?: string;
  /** Default: the bucket owner. */
  readonly by?: () => Keys;
  /** Minutes the sender's clock is wrong. */
  readonly minutes?: number;
  readonly faults?: FaultSettings;
  readonly request: RawRequest | (() => RawRequest);
}

const acl = (path: string, canned: string, query = "acl"): RawRequest => ({ method: "PUT", path, query, headers: { "x-amz-acl": canned } });
const copy = (to: string, from: string, headers: Record<string, string> = {}): RawRequest => ({
  method: "PUT",
  path: to,
  headers: { "x-amz-copy-source": from, ...headers },
});
const aclPolicy = (owner: string, grants: string): string =>
  `<AccessControlPolicy><Owner><ID>${owner}</ID></Owner><AccessControlList>${grants}</AccessControlList></AccessControlPolicy>`;
const grant = (index: number): string =>
  `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>${index.toString(16).padStart(64, "0")}</ID></Grantee><Permission>READ</Permission></Grant>`;
const key = Buffer.alloc(32, "k");
const customerKey = {
  "x-amz-server-side-encryption-customer-algorithm": "AES256",
  "x-amz-server-side-encryption-customer-key": key.toString("base64"),
  "x-amz-server-side-encryption-customer-key-md5": hash("md5", key, "base64"),
};
const controls = (mode: string): string => `<OwnershipControls><Rule><ObjectOwnership>${mode}</ObjectOwnership></Rule></OwnershipControls>`;
const uploader = (): Keys => bench.uploader;
const third = (): Keys => bench.third;

const ownership: Row[] = [
  {
    what: "ownership controls that were never set",
    expected: "404 OwnershipControlsNotFoundError",
    message: "The bucket ownership controls were not found",
    request: { method: "GET", path: "/lake", query: "ownershipControls" },
  },
  {
    what: "the switch, while the bucket ACL grants to others",
    expected: "400 InvalidBucketAclWithObjectOwnership",
    message: "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    request: { method: "PUT", path: "/logs", query: "ownershipControls", body: controls("BucketOwnerEnforced") },
  },
  ...(
    [
      ["PutObject with an ACL", { method: "PUT", path: "/enforced/k", headers: { "x-amz-acl": "public-read" } }],
      ["PutObject with private", { method: "PUT", path: "/enforced/k", headers: { "x-amz-acl": "private" } }],
      ["PutObjectAcl", acl("/enforced/own", "private")],
      ["PutBucketAcl", acl("/enforced", "private")],
      ["CopyObject with an ACL", copy("/enforced/k", "enforced/own", { "x-amz-acl": "private" })],
      ["CreateMultipartUpload with an ACL", { ...acl("/enforced/k", "private", "uploads"), method: "POST" }],
    ] as [string, RawRequest][]
  ).map(([what, request]) => ({
    what: `${what} on an enforced bucket`,
    expected: "400 AccessControlListNotSupported" as const,
    message: "The bucket does not allow ACLs",
    request,
  })),
  {
    what: "an ownership mode that is none",
    expected: "400 MalformedXML",
    request: { method: "PUT", path: "/lake", query: "ownershipControls", body: controls("Mine") },
  },
  {
    what: "a bucket policy over 20 KB",
    expected: "400 PolicyTooLarge",
    request: { method: "PUT", path: "/lake", query: "policy", body: `{${" ".repeat(20 * 1024)}}` },
  },
];

const acls: Row[] = [
  { what: "the bucket owner reading a foreign object", expected: "403 AccessDenied", request: { method: "GET", path: "/lake/foreign" } },
  { what: "the bucket owner granting on a foreign object", expected: "403 AccessDenied", request: acl("/lake/foreign", "private") },
  {
    what: "another bucket owner than expected",
    expected: "403 AccessDenied",
    request: { method: "GET", path: "/lake", query: "acl", headers: { "x-amz-expected-bucket-owner": "111122223333" } },
  },
  {
    what: "a wrong owner in an ACL",
    expected: "403 AccessDenied",
    request: () => ({ method: "PUT", path: "/lake/own", query: "acl", body: aclPolicy(bench.third.canonicalId, "") }),
  },
  {
    what: "a public ACL under BlockPublicAcls",
    expected: "403 AccessDenied",
    request: { method: "PUT", path: "/private/k", headers: { "x-amz-acl": "public-read" } },
  },
  {
    what: "an ACL that is no ACL",
    expected: "400 MalformedACLError",
    request: { method: "PUT", path: "/lake/own", query: "acl", body: "<AccessControlPolicy/>" },
  },
  {
    what: "more than 100 grants",
    expected: "400 MalformedACLError",
    request: () => ({
      method: "PUT",
      path: "/lake/own",
      query: "acl",
      body: aclPolicy(bench.owner.canonicalId, Array.from({ length: 101 }, (_, n) => grant(n)).join("")),
    }),
  },
  {
    what: "a grant by e-mail",
    expected: "405 MethodNotAllowed",
    request: { method: "PUT", path: "/lake/own", query: "acl", headers: { "x-amz-grant-read": 'emailAddress="a@example.com"' } },
  },
  {
    what: "an ACL for a delete marker",
    expected: "405 MethodNotAllowed",
    message: "The specified method is not allowed against this resource.",
    request: () => acl("/lake/gone", "private", `acl&versionId=${encode(marker)}`),
  },
  {
    what: "a canned ACL together with grants",
    expected: "400 InvalidRequest",
    request: {
      method: "PUT",
      path: "/lake/own",
      query: "acl",
      headers: { "x-amz-acl": "private", "x-amz-grant-read": `id="${"0".repeat(64)}"` },
    },
  },
  { what: "an unknown canned ACL", expected: "400 InvalidArgument", request: acl("/lake/own", "everybody") },
  { what: "an ACL for a missing key", expected: "404 NoSuchKey", request: acl("/lake/none", "private") },
  {
    what: "an ACL for a missing version",
    expected: "404 NoSuchVersion",
    request: acl("/lake/own", "private", "acl&versionId=00000000000000000000000000000000"),
  },
  { what: "a missing key, for who may not list", expected: "403 AccessDenied", by: third, request: { method: "GET", path: "/lake/none" } },
];

const copies: Row[] = [
  {
    what: "a copy onto itself that changes nothing",
    expected: "400 InvalidRequest",
    message:
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    request: copy("/lake/own", "lake/own", { "x-amz-acl": "bucket-owner-full-control" }),
  },
  {
    what: "a delete marker as source",
    expected: "400 InvalidRequest",
    message: "The source of a copy request may not specifically refer to a delete marker by version id.",
    request: () => copy("/lake/back", `lake/gone?versionId=${encode(marker)}`),
  },
  { what: "a deleted source", expected: "404 NoSuchKey", request: copy("/lake/back", "lake/gone") },
  {
    what: "a source over 5 GB",
    expected: "400 InvalidRequest",
    message: "CopyObject request made on objects larger than 5GB in size",
    request: copy("/lake/huge", "lake/huge", { "x-amz-storage-class": "STANDARD" }),
  },
  { what: "an archived source", expected: "403 InvalidObjectState", request: copy("/lake/warm", "lake/ice") },
  { what: "reading an archived object", expected: "403 InvalidObjectState", request: { method: "GET", path: "/lake/ice" } },
  {
    what: "an archived source, in AWS's other words",
    expected: "403 ObjectNotInActiveTierError",
    faults: { scope: { ops: ["CopyObject"] }, refusal: { code: "ObjectNotInActiveTierError", probability: 1 } },
    request: copy("/lake/warm", "lake/ice"),
  },
  {
    what: "a source that changed",
    expected: "412 PreconditionFailed",
    message: "At least one of the pre-conditions you specified did not hold",
    request: copy("/lake/own", "lake/own", { "x-amz-copy-source-if-match": '"0"', "x-amz-storage-class": "STANDARD" }),
  },
  {
    what: "a destination that changed",
    expected: "412 PreconditionFailed",
    request: copy("/lake/own", "lake/own", { "if-match": '"0"', "x-amz-storage-class": "STANDARD" }),
  },
  {
    what: "a destination that should not be there",
    expected: "412 PreconditionFailed",
    request: copy("/lake/own", "lake/own", { "if-none-match": "*", "x-amz-storage-class": "STANDARD" }),
  },
  { what: "a destination that is deleted", expected: "404 NoSuchKey", request: copy("/lake/gone", "lake/own", { "if-match": '"0"' }) },
  {
    what: "a concurrent conditional write",
    expected: "409 ConditionalRequestConflict",
    faults: { refusal: { code: "ConditionalRequestConflict", probability: 1 } },
    request: copy("/lake/own", "lake/own", { "if-match": '"0"', "x-amz-storage-class": "STANDARD" }),
  },
  {
    what: "SSE-C where it is blocked",
    expected: "403 AccessDenied",
    request: { method: "PUT", path: "/sealed/k", headers: customerKey },
  },
  {
    what: "an upload that is not there",
    expected: "404 NoSuchUpload",
    request: { method: "PUT", path: "/lake/k", query: "partNumber=1&uploadId=none" },
  },
  { what: "a part number out of range", expected: "400 InvalidArgument", request: () => part("partNumber=10001") },
  {
    what: "re-keying to nonsense",
    expected: "400 MalformedXML",
    request: { method: "PUT", path: "/lake/own", query: "encryption", body: "<a/>" },
  },
];

/** A part of an upload that is there. */
function part(query: string): RawRequest {
  return { method: "PUT", path: "/lake/parts", query: `${query}&uploadId=${[...store("lake").uploads.keys()][0]}` };
}

const get: RawRequest = { method: "GET", path: "/lake/own" };
const senders: Row[] = [
  {
    what: "an ended session",
    expected: "400 ExpiredToken",
    message: "The provided token has expired.",
    by: () => ended,
    request: get,
  },
  { what: "a token nobody gave", expected: "400 InvalidToken", by: () => ({ ...session, sessionToken: "bogus" }), request: get },
  {
    what: "a token that must be refreshed",
    expected: "400 TokenRefreshRequired",
    by: () => session,
    faults: { refusal: { code: "TokenRefreshRequired", probability: 1 } },
    request: get,
  },
  { what: "an unknown key", expected: "403 InvalidAccessKeyId", by: () => ({ ...bench.owner, accessKeyId: "AKIANOBODY" }), request: get },
  { what: "a wrong secret", expected: "403 SignatureDoesNotMatch", by: () => ({ ...bench.owner, secretAccessKey: "wrong" }), request: get },
  { what: "a clock 20 minutes late", expected: "403 RequestTimeTooSkewed", minutes: -20, request: get },
  { what: "a clock 20 minutes early", expected: "403 RequestTimeTooSkewed", minutes: 20, request: get },
  {
    what: "too many requests",
    expected: "503 SlowDown",
    message: "Please reduce your request rate.",
    faults: { refusal: { code: "SlowDown", probability: 1 } },
    request: get,
  },
  {
    what: "a bad day at S3",
    expected: "500 InternalError",
    message: "We encountered an internal error. Please try again.",
    faults: { internalError: { before: 1 } },
    request: get,
  },
  {
    what: "an overloaded S3",
    expected: "503 ServiceUnavailable",
    faults: { refusal: { code: "ServiceUnavailable", probability: 1 } },
    request: get,
  },
  {
    what: "a body that did not come",
    expected: "400 RequestTimeout",
    faults: { refusal: { code: "RequestTimeout", probability: 1 } },
    request: get,
  },
  {
    what: "no bucket",
    expected: "404 NoSuchBucket",
    message: "The specified bucket does not exist",
    request: { method: "GET", path: "/nowhere-at-all/k" },
  },
  { what: "a writer without permission", expected: "403 AccessDenied", by: third, request: { method: "PUT", path: "/lake/k" } },
  { what: "a stranger's object", expected: "403 AccessDenied", by: uploader, request: { method: "GET", path: "/private/k" } },
];

describe.each([
  ["ownership", ownership],
  ["ACLs", acls],
  ["copies and conditions", copies],
  ["senders and rates", senders],
])("%s:", (_, rows) => {
  it.each(rows)("$what is $expected", async ({ expected, message, by, minutes, faults, request }) => {
    if (store("lake").uploads.size === 0) await raw(bench.owner, { method: "POST", path: "/lake/parts", query: "uploads" });
    const asked = typeof request === "function" ? request() : request;
    const options = minutes === undefined ? {} : { at: new Date(Date.now() + minutes * 60_000) };
    const before = bench.sandbox.writes().length;
    bench.sandbox.faults.set(faults ?? {});
    const answer = await raw(by?.() ?? bench.owner, asked, options);
    bench.sandbox.faults.set({});
    expect(`${answer.status} ${answer.code}`).toBe(expected);
    const text = answer.body.toString();
    expect(text).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>\w+<\/Code><Message>[^<]*<\/Message>.*<\/Error>$/);
    expect(text).toContain(`<RequestId>${String(answer.headers["x-amz-request-id"])}</RequestId><HostId>`);
    expect(answer.headers["content-type"]).toBe("application/xml");
    if (message !== undefined) expect(answer.message?.replaceAll("&apos;", "'")).toBe(message);
    expect(bench.sandbox.writes()).toHaveLength(before);
  });
});

it("a delete marker says that it is one", async () => {
  const asked = await raw(bench.owner, acl("/lake/gone", "private", `acl&versionId=${encode(marker)}`));
  expect([asked.headers["x-amz-delete-marker"], asked.headers.allow]).toEqual(["true", "DELETE"]);
  const current = await raw(bench.owner, { method: "GET", path: "/lake/gone" });
  expect([current.status, current.code, current.headers["x-amz-delete-marker"]]).toEqual([404, "NoSuchKey", "true"]);
});

it.each([
  ["/lake/foreign", 403],
  ["/lake/none", 404],
  ["/nowhere-at-all/k", 404],
])("HEAD %s is a bare %i", async (path, status) => {
  const answer = await raw(bench.owner, { method: "HEAD", path });
  expect([answer.status, answer.body.length]).toEqual([status, 0]);
});

it("HEAD of a delete marker by its id is a bare 405", async () => {
  const answer = await raw(bench.owner, { method: "HEAD", path: "/lake/gone", query: `versionId=${encode(marker)}` });
  expect([answer.status, answer.body.length, answer.headers["x-amz-delete-marker"]]).toEqual([405, 0, "true"]);
});
