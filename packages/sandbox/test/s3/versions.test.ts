/** Versions, null versions, delete markers, locks; reading with ranges and conditions; writing with conditions; tags. */
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, outcome, refusal, send, signed, startBench } from "./harness.ts";

let bench: Bench;
let client: S3Client;
let count = 0;

beforeAll(async () => {
  bench = await startBench();
  client = bench.as(bench.owner);
});
afterAll(() => bench.close());

async function bucket(versioning?: "Enabled" | "Suspended"): Promise<string> {
  const Bucket = `versions-${++count}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  if (versioning !== undefined) await version(Bucket, versioning);
  return Bucket;
}

const version = (Bucket: string, Status: "Enabled" | "Suspended") =>
  client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));

const put = async (Bucket: string, Body: string, Key = "k") => (await client.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;

async function read(Bucket: string, VersionId?: string, Key = "k"): Promise<string | undefined> {
  return (await client.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();
}

/** `v:one` for versions, `m` for markers, `null` ids marked, newest first. */
async function chain(Bucket: string): Promise<string[]> {
  const listed = await client.send(new ListObjectVersionsCommand({ Bucket }));
  const all = [
    ...(listed.Versions ?? []).map((one) => ({ ...one, kind: "version" })),
    ...(listed.DeleteMarkers ?? []).map((one) => ({ ...one, kind: "marker" })),
  ];
  return all.map((one) => `${one.kind}${one.VersionId === "null" ? " null" : ""}${one.IsLatest ? " latest" : ""}`);
}

describe("versioning", () => {
  it("off: one null version that has no id", async () => {
    const name = await bucket();
    expect(await put(name, "one")).toBeUndefined();
    expect(await put(name, "two")).toBeUndefined();
    expect(await chain(name)).toEqual(["version null latest"]);
    expect(await read(name, "null")).toBe("two");
    await client.send(new DeleteObjectCommand({ Bucket: name, Key: "k" }));
    expect(await chain(name)).toEqual([]);
  });

  it("on: every write a version, the former null version among them, each readable by its id", async () => {
    const name = await bucket();
    await put(name, "before");
    await version(name, "Enabled");
    const one = await put(name, "one");
    const two = await put(name, "two");
    expect(await chain(name)).toEqual(["version latest", "version", "version null"]);
    expect([await read(name), await read(name, one), await read(name, two), await read(name, "null")]).toEqual([
      "two",
      "one",
      "two",
      "before",
    ]);
  });

  it("suspended: writes take the null version's place, others stay", async () => {
    const name = await bucket("Enabled");
    await put(name, "one");
    await version(name, "Suspended");
    expect(await put(name, "two")).toBe("null");
    await put(name, "three");
    expect(await chain(name)).toEqual(["version null latest", "version"]);
    expect(await read(name)).toBe("three");
    const deleted = await client.send(new DeleteObjectCommand({ Bucket: name, Key: "k" }));
    expect([deleted.DeleteMarker, deleted.VersionId]).toEqual([true, "null"]);
    expect(await chain(name)).toEqual(["version", "marker null latest"]);
  });

  it("unknown ids are NoSuchVersion, impossible ones InvalidArgument", async () => {
    const name = await bucket("Enabled");
    await put(name, "one");
    const get = (VersionId: string) => outcome(client.send(new GetObjectCommand({ Bucket: name, Key: "k", VersionId })));
    expect([await get("A".repeat(32)), await get("null"), await get("not a version!")]).toEqual([
      "NoSuchVersion 404",
      "NoSuchVersion 404",
      "InvalidArgument 400",
    ]);
  });
});

describe("a delete marker", () => {
  it("hides the object; by its id everything but DELETE is 405; deleting it brings the object back", async () => {
    const name = await bucket("Enabled");
    await put(name, "one");
    const marker = await client.send(new DeleteObjectCommand({ Bucket: name, Key: "k" }));
    expect(marker.DeleteMarker).toBe(true);
    const plain = await refusal(client.send(new GetObjectCommand({ Bucket: name, Key: "k" })));
    expect([plain.name, plain.$response?.headers["x-amz-delete-marker"]]).toEqual(["NoSuchKey", "true"]);
    const byId = await refusal(client.send(new GetObjectCommand({ Bucket: name, Key: "k", VersionId: marker.VersionId })));
    expect([
      byId.name,
      byId.$metadata.httpStatusCode,
      byId.$response?.headers["x-amz-delete-marker"],
      byId.$response?.headers.allow,
    ]).toEqual(["MethodNotAllowed", 405, "true", "DELETE"]);
    const head = await refusal(client.send(new HeadObjectCommand({ Bucket: name, Key: "k", VersionId: marker.VersionId })));
    expect([head.$metadata.httpStatusCode, head.$response?.headers["x-amz-delete-marker"]]).toEqual([405, "true"]);
    for (const VersionId of [undefined, marker.VersionId]) {
      expect(await outcome(client.send(new PutObjectAclCommand({ Bucket: name, Key: "k", VersionId, ACL: "private" })))).toBe(
        "MethodNotAllowed 405",
      );
      expect(await outcome(client.send(new GetObjectAclCommand({ Bucket: name, Key: "k", VersionId })))).toBe("MethodNotAllowed 405");
      expect(await outcome(client.send(new GetObjectTaggingCommand({ Bucket: name, Key: "k", VersionId })))).toBe("MethodNotAllowed 405");
    }
    await client.send(new DeleteObjectCommand({ Bucket: name, Key: "k", VersionId: marker.VersionId }));
    expect(await read(name)).toBe("one");
  });

  it("HEAD refusals have no body, only the status", async () => {
    const name = await bucket();
    const answer = await send(bench.sandbox, signed(bench.sandbox, bench.owner, { method: "HEAD", path: `/${name}/missing` }));
    expect([answer.status, answer.body.length]).toEqual([404, 0]);
    expect(answer.headers["x-amz-request-id"]).toBeDefined();
  });
});

describe("DeleteObjects", () => {
  it("deletes versions and makes markers, each key with its own result", async () => {
    const name = await bucket("Enabled");
    const one = await put(name, "one");
    await put(name, "x", "other");
    const result = await client.send(
      new DeleteObjectsCommand({ Bucket: name, Delete: { Objects: [{ Key: "k", VersionId: one }, { Key: "other" }, { Key: "never" }] } }),
    );
    expect(result.Deleted?.map((one) => [one.Key, one.DeleteMarker ?? false])).toEqual([
      ["k", false],
      ["other", true],
      ["never", true],
    ]);
    expect(result.Errors).toBeUndefined();
  });

  it("needs a checksum", async () => {
    const name = await bucket();
    const body = "<Delete><Object><Key>k</Key></Object></Delete>";
    const answer = await send(
      bench.sandbox,
      signed(bench.sandbox, bench.owner, { method: "POST", path: `/${name}`, query: "delete", body }),
    );
    expect([answer.status, answer.code]).toEqual([400, "InvalidRequest"]);
  });
});

describe("reading", () => {
  it("by ranges", async () => {
    const name = await bucket();
    await put(name, "0123456789");
    const get = async (Range: string) => {
      const answer = await client.send(new GetObjectCommand({ Bucket: name, Key: "k", Range }));
      return [answer.$metadata.httpStatusCode, await answer.Body?.transformToString(), answer.ContentRange];
    };
    expect(await get("bytes=2-4")).toEqual([206, "234", "bytes 2-4/10"]);
    expect(await get("bytes=7-")).toEqual([206, "789", "bytes 7-9/10"]);
    expect(await get("bytes=-3")).toEqual([206, "789", "bytes 7-9/10"]);
    expect(await get("bytes=5-100")).toEqual([206, "56789", "bytes 5-9/10"]);
    expect(await get("bytes=4-2")).toEqual([200, "0123456789", undefined]);
    const error = await refusal(client.send(new GetObjectCommand({ Bucket: name, Key: "k", Range: "bytes=10-" })));
    expect([error.name, error.$metadata.httpStatusCode]).toEqual(["InvalidRange", 416]);
  });

  it("under conditions", async () => {
    const name = await bucket();
    const { ETag } = await client.send(new PutObjectCommand({ Bucket: name, Key: "k", Body: "x" }));
    const get = (conditions: object) => outcome(client.send(new GetObjectCommand({ Bucket: name, Key: "k", ...conditions })));
    const past = new Date(Date.now() - 3_600_000);
    expect(await get({ IfMatch: ETag })).toBe("ok");
    expect(await get({ IfMatch: '"other"' })).toBe("PreconditionFailed 412");
    expect(await get({ IfNoneMatch: '"other"' })).toBe("ok");
    expect(await get({ IfNoneMatch: ETag })).toMatch(/304$/);
    expect(await get({ IfModifiedSince: past })).toBe("ok");
    expect(await get({ IfUnmodifiedSince: past })).toBe("PreconditionFailed 412");
    expect(await get({ IfMatch: ETag, IfUnmodifiedSince: past })).toBe("ok");
  });

  it("gives back what was written: headers, metadata, redirect, class", async () => {
    const name = await bucket();
    await client.send(
      new PutObjectCommand({
        Bucket: name,
        Key: "k",
        Body: "x",
        ContentType: "text/csv",
        ContentEncoding: "gzip",
        ContentLanguage: "de",
        ContentDisposition: "attachment",
        CacheControl: "max-age=5",
        Expires: new Date("2030-01-01T00:00:00Z"),
        Metadata: { colour: "blue", "with-dash": "1" },
        WebsiteRedirectLocation: "/elsewhere",
        StorageClass: "STANDARD_IA",
        Tagging: "a=1&b=2",
      }),
    );
    const head = await client.send(new HeadObjectCommand({ Bucket: name, Key: "k" }));
    expect(head).toMatchObject({
      ContentType: "text/csv",
      ContentEncoding: "gzip",
      ContentLanguage: "de",
      ContentDisposition: "attachment",
      CacheControl: "max-age=5",
      ExpiresString: "Tue, 01 Jan 2030 00:00:00 GMT",
      Metadata: { colour: "blue", "with-dash": "1" },
      WebsiteRedirectLocation: "/elsewhere",
      StorageClass: "STANDARD_IA",
      ServerSideEncryption: "AES256",
      TagCount: 2,
    });
  });

  it("archived objects is InvalidObjectState until they are restored; HEAD and ACLs work", async () => {
    const name = await bucket();
    await client.send(new PutObjectCommand({ Bucket: name, Key: "k", Body: "x", StorageClass: "DEEP_ARCHIVE" }));
    const error = await refusal(client.send(new GetObjectCommand({ Bucket: name, Key: "k" })));
    expect([error.name, error.$metadata.httpStatusCode]).toEqual(["InvalidObjectState", 403]);
    expect(await outcome(client.send(new HeadObjectCommand({ Bucket: name, Key: "k" })))).toBe("ok");
    expect(await outcome(client.send(new PutObjectAclCommand({ Bucket: name, Key: "k", ACL: "public-read" })))).toBe("ok");
    await client.send(new RestoreObjectCommand({ Bucket: name, Key: "k", RestoreRequest: { Days: 1 } }));
    expect(await read(name)).toBe("x");
    const head = await client.send(new HeadObjectCommand({ Bucket: name, Key: "k" }));
    expect(head.Restore).toMatch(/^ongoing-request="false", expiry-date="/);
    const restored = bench.sandbox.store.bucket(name)?.find("k", undefined);
    if (restored !== undefined) restored.restore = { expiresAt: Date.now() - 1 };
    expect(await outcome(client.send(new GetObjectCommand({ Bucket: name, Key: "k" })))).toBe("InvalidObjectState 403");
    expect((await client.send(new HeadObjectCommand({ Bucket: name, Key: "k" }))).Restore).toBeUndefined();
  });
});

describe("writing under conditions", () => {
  it("If-None-Match: * wants nothing there, If-Match the ETag of what is", async () => {
    const name = await bucket("Enabled");
    const write = (conditions: object) => outcome(client.send(new PutObjectCommand({ Bucket: name, Key: "k", Body: "x", ...conditions })));
    expect(await write({ IfMatch: '"any"' })).toBe("NoSuchKey 404");
    expect(await write({ IfNoneMatch: "*" })).toBe("ok");
    expect(await write({ IfNoneMatch: "*" })).toBe("PreconditionFailed 412");
    expect(await write({ IfMatch: '"other"' })).toBe("PreconditionFailed 412");
    expect(await write({ IfMatch: '"9dd4e461268c8034f5c8564e155c67a6"' })).toBe("ok");
    await client.send(new DeleteObjectCommand({ Bucket: name, Key: "k" }));
    expect(await write({ IfMatch: '"9dd4e461268c8034f5c8564e155c67a6"' })).toBe("NoSuchKey 404");
    expect(await write({ IfNoneMatch: "*" })).toBe("ok");
  });
});

describe("checksums", () => {
  it("are verified, kept and shown on demand; CRC64NVME is made for who sends none", async () => {
    const name = await bucket();
    const wanted = {
      CRC32: "NSRBwg==",
      CRC32C: "Nks/tw==",
      CRC64NVME: undefined,
      SHA1: "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
      SHA256: "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
    };
    for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const) {
      if (ChecksumAlgorithm === "CRC64NVME") continue;
      await client.send(new PutObjectCommand({ Bucket: name, Key: ChecksumAlgorithm, Body: "abc", ChecksumAlgorithm }));
      const head = await client.send(new HeadObjectCommand({ Bucket: name, Key: ChecksumAlgorithm, ChecksumMode: "ENABLED" }));
      expect(head[`Checksum${ChecksumAlgorithm}`], ChecksumAlgorithm).toBe(wanted[ChecksumAlgorithm]);
    }
    await send(bench.sandbox, signed(bench.sandbox, bench.owner, { method: "PUT", path: `/${name}/none`, body: "123456789" }));
    const none = await client.send(new HeadObjectCommand({ Bucket: name, Key: "none", ChecksumMode: "ENABLED" }));
    expect(none.ChecksumCRC64NVME).toBe("rosUhgp5mIg=");
    const wrong = await refusal(client.send(new PutObjectCommand({ Bucket: name, Key: "w", Body: "abc", ChecksumCRC32: "AAAAAA==" })));
    expect([wrong.name, wrong.$metadata.httpStatusCode]).toEqual(["BadDigest", 400]);
  });
});

describe("tags", () => {
  it("belong to the version and have limits", async () => {
    const name = await bucket("Enabled");
    await put(name, "one");
    const set = (TagSet: { Key: string; Value: string }[]) =>
      outcome(client.send(new PutObjectTaggingCommand({ Bucket: name, Key: "k", Tagging: { TagSet } })));
    expect(await set([{ Key: "a", Value: "1" }])).toBe("ok");
    await put(name, "two");
    expect((await client.send(new GetObjectTaggingCommand({ Bucket: name, Key: "k" }))).TagSet).toEqual([]);
    expect(await set(Array.from({ length: 11 }, (_, n) => ({ Key: `k${n}`, Value: "" })))).toBe("BadRequest 400");
    expect(
      await set([
        { Key: "a", Value: "1" },
        { Key: "a", Value: "2" },
      ]),
    ).toBe("InvalidTag 400");
    expect(await outcome(client.send(new DeleteObjectTaggingCommand({ Bucket: name, Key: "k" })))).toBe("ok");
  });
});

describe("Object Lock", () => {
  const tomorrow = () => new Date(Date.now() + 86_400_000);
  const held = "AccessDenied 403";

  async function lockable(): Promise<string> {
    const Bucket = `locked-${++count}`;
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    return Bucket;
  }

  it("keeps versions from being deleted: compliance always, governance unless bypassed, legal hold until lifted", async () => {
    const name = await lockable();
    const lock = async (more: object) =>
      (await client.send(new PutObjectCommand({ Bucket: name, Key: "k", Body: "x", ...more }))).VersionId;
    const remove = (VersionId: string | undefined, more: object = {}) =>
      outcome(client.send(new DeleteObjectCommand({ Bucket: name, Key: "k", VersionId, ...more })));
    const compliance = await lock({ ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: tomorrow() });
    const governance = await lock({ ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: tomorrow() });
    const hold = await lock({ ObjectLockLegalHoldStatus: "ON" });
    expect([await remove(compliance), await remove(compliance, { BypassGovernanceRetention: true })]).toEqual([held, held]);
    expect([await remove(governance), await remove(governance, { BypassGovernanceRetention: true })]).toEqual([held, "ok"]);
    expect(await remove(hold)).toBe(held);
    await client.send(new PutObjectLegalHoldCommand({ Bucket: name, Key: "k", VersionId: hold, LegalHold: { Status: "OFF" } }));
    expect(await remove(hold)).toBe("ok");
    expect(await remove(undefined)).toBe("ok");
    expect(await outcome(client.send(new PutObjectAclCommand({ Bucket: name, Key: "k", VersionId: compliance, ACL: "public-read" })))).toBe(
      "ok",
    );
  });

  it("is shown by HEAD and its own calls; retention may grow, not shrink", async () => {
    const name = await lockable();
    await put(name, "x");
    const retention = (RetainUntilDate: Date, Mode: "COMPLIANCE" | "GOVERNANCE") =>
      outcome(client.send(new PutObjectRetentionCommand({ Bucket: name, Key: "k", Retention: { Mode, RetainUntilDate } })));
    expect(await outcome(client.send(new GetObjectRetentionCommand({ Bucket: name, Key: "k" })))).toBe("NoSuchObjectLockConfiguration 404");
    expect(await outcome(client.send(new GetObjectLegalHoldCommand({ Bucket: name, Key: "k" })))).toBe("NoSuchObjectLockConfiguration 404");
    expect(await retention(tomorrow(), "COMPLIANCE")).toBe("ok");
    expect(await retention(new Date(Date.now() + 3_600_000), "COMPLIANCE")).toBe(held);
    expect(await retention(new Date(Date.now() + 90_000_000), "COMPLIANCE")).toBe("ok");
    expect((await client.send(new HeadObjectCommand({ Bucket: name, Key: "k" }))).ObjectLockMode).toBe("COMPLIANCE");
  });

  it("has a default of the bucket, and needs a bucket that has it", async () => {
    const name = await lockable();
    await client.send(
      new PutObjectLockConfigurationCommand({
        Bucket: name,
        ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } } },
      }),
    );
    await put(name, "x");
    expect((await client.send(new HeadObjectCommand({ Bucket: name, Key: "k" }))).ObjectLockMode).toBe("GOVERNANCE");
    const plain = await bucket();
    expect(await outcome(client.send(new PutObjectCommand({ Bucket: plain, Key: "k", Body: "x", ObjectLockLegalHoldStatus: "ON" })))).toBe(
      "InvalidRequest 400",
    );
  });
});

describe("the write log", () => {
  it("has every accepted write and no refused one", async () => {
    const name = await bucket("Enabled");
    const before = bench.sandbox.writes().at(-1)?.seq ?? 0;
    const id = await put(name, "x");
    await outcome(bench.as(bench.third).send(new PutObjectCommand({ Bucket: name, Key: "k", Body: "x" })));
    await client.send(new PutObjectAclCommand({ Bucket: name, Key: "k", VersionId: id, ACL: "public-read" }));
    await client.send(new DeleteObjectCommand({ Bucket: name, Key: "k" }));
    const log = bench.sandbox.writes(before);
    expect(log.map((entry) => [entry.op, entry.key, entry.accountId])).toEqual([
      ["PutObject", "k", bench.owner.accountId],
      ["PutObjectAcl", "k", bench.owner.accountId],
      ["DeleteObject", "k", bench.owner.accountId],
    ]);
    expect([log[0]?.newVersionId, log[1]?.versionId]).toEqual([id, id]);
  });
});
