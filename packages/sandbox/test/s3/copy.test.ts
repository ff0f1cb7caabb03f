/** CopyObject and multipart copies: what survives, what is refused, conditions at both ends. */
import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { userGrant } from "../../src/acl/acl.ts";
import { plainAttributes } from "../../src/store/attributes.ts";
import { virtualContent } from "../../src/store/content.ts";
import { noTags } from "../../src/store/intern.ts";
import { ObjectVersion } from "../../src/store/object.ts";
import { type Bench, outcome, refusal, startBench } from "./harness.ts";

const Bucket = "copies";
const selfCopy =
  "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
let bench: Bench;
let client: S3Client;
let count = 0;

beforeAll(async () => {
  bench = await startBench();
  client = bench.as(bench.owner);
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
});
afterAll(() => bench.close());

async function object(more: Partial<PutObjectCommandInput> = {}): Promise<{ Key: string; VersionId: string; ETag: string }> {
  const Key = `copy-${++count}`;
  const made = await client.send(new PutObjectCommand({ Bucket, Key, Body: "content", ...more }));
  return { Key, VersionId: made.VersionId as string, ETag: made.ETag as string };
}

const copy = (Key: string, source: string, more: object = {}) =>
  client.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${source}`, ...more }));

/** A virtual object of 6 GB, which costs nothing. */
function giant(Key: string, size = 6 * 1024 ** 3): void {
  const store = bench.sandbox.store;
  const bucket = store.bucket(Bucket);
  bucket?.insert(
    new ObjectVersion({
      key: Key,
      versionId: store.newVersionId(),
      owner: bench.owner.canonicalId,
      acl: [userGrant(bench.owner.canonicalId, "FULL_CONTROL")],
      content: virtualContent(size, Key),
      etag: "0123456789abcdef0123456789abcdef-700",
      lastModified: Date.now(),
      attributes: plainAttributes,
      storageClass: "STANDARD",
      encryption: { kind: "SSE-S3" },
      tags: noTags,
    }),
  );
}

describe("the self-copy rule", () => {
  it("refuses a copy onto itself that changes nothing that counts, in AWS's words", async () => {
    const { Key } = await object();
    for (const more of [{}, { ACL: "public-read" as const }, { TaggingDirective: "REPLACE" as const, Tagging: "a=1" }]) {
      const error = await refusal(copy(Key, Key, more));
      expect([error.name, error.$metadata.httpStatusCode, error.message]).toEqual(["InvalidRequest", 400, selfCopy]);
    }
  });

  it("is satisfied by class, metadata, redirect, encryption or a source version", async () => {
    const { Key, VersionId } = await object();
    expect(await outcome(copy(Key, Key, { StorageClass: "STANDARD" }))).toBe("ok");
    expect(await outcome(copy(Key, Key, { MetadataDirective: "REPLACE" }))).toBe("ok");
    expect(await outcome(copy(Key, Key, { WebsiteRedirectLocation: "/x" }))).toBe("ok");
    expect(await outcome(copy(Key, Key, { ServerSideEncryption: "AES256" }))).toBe("ok");
    expect(await outcome(copy(Key, `${Key}?versionId=${VersionId}`))).toBe("ok");
  });
});

describe("a copy onto itself", () => {
  it("keeps metadata, content headers and tags; loses ACL, class and redirect; gets a new version and date", async () => {
    const { Key, VersionId } = await object({
      ContentType: "text/csv",
      CacheControl: "no-cache",
      Metadata: { a: "1" },
      Tagging: "x=1&y=2",
      StorageClass: "STANDARD_IA",
      WebsiteRedirectLocation: "/there",
      ACL: "public-read",
    });
    const made = await copy(Key, `${Key}?versionId=${VersionId}`);
    expect(made.CopySourceVersionId).toBe(VersionId);
    expect(made.VersionId).not.toBe(VersionId);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({
      ContentType: "text/csv",
      CacheControl: "no-cache",
      Metadata: { a: "1" },
      TagCount: 2,
      VersionId: made.VersionId,
    });
    expect([head.StorageClass, head.WebsiteRedirectLocation]).toEqual([undefined, undefined]);
    const acl = await client.send(new GetObjectAclCommand({ Bucket, Key }));
    expect(acl.Grants).toHaveLength(1);
  });

  it("takes class, ACL, redirect and encryption from the request", async () => {
    const { Key } = await object({ StorageClass: "STANDARD_IA" });
    await copy(Key, Key, {
      StorageClass: "STANDARD_IA",
      ACL: "bucket-owner-full-control",
      WebsiteRedirectLocation: "/x",
      ServerSideEncryption: "AES256",
    });
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({ StorageClass: "STANDARD_IA", WebsiteRedirectLocation: "/x", ServerSideEncryption: "AES256" });
  });

  it("with REPLACE keeps only what is sent again", async () => {
    const { Key } = await object({ Metadata: { a: "1" }, ContentType: "text/csv", Tagging: "x=1" });
    await copy(Key, Key, { MetadataDirective: "REPLACE", Metadata: { b: "2" }, TaggingDirective: "REPLACE", Tagging: "y=2" });
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
    expect([head.Metadata, head.ContentType]).toEqual([{ b: "2" }, "binary/octet-stream"]);
    expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet).toEqual([{ Key: "y", Value: "2" }]);
    expect(await outcome(copy(Key, Key, { MetadataDirective: "KEEP" }))).toBe("InvalidArgument 400");
  });

  it("keeps the checksum's algorithm; makes CRC64NVME where there was none of another", async () => {
    const { Key } = await object({ ChecksumAlgorithm: "SHA256" });
    const made = await copy(Key, Key, { StorageClass: "STANDARD" });
    expect(made.CopyObjectResult?.ChecksumSHA256).toBe(createHash("sha256").update("content").digest("base64"));
  });
});

describe("conditions", () => {
  it("on the source are 412", async () => {
    const { Key, ETag } = await object();
    const to = `${Key}-copy`;
    expect(await outcome(copy(to, Key, { CopySourceIfMatch: ETag }))).toBe("ok");
    expect(await outcome(copy(to, Key, { CopySourceIfMatch: '"x"' }))).toBe("PreconditionFailed 412");
    expect(await outcome(copy(to, Key, { CopySourceIfNoneMatch: ETag }))).toBe("PreconditionFailed 412");
    expect(await outcome(copy(to, Key, { CopySourceIfModifiedSince: new Date(Date.now() + 3_600_000) }))).toBe("PreconditionFailed 412");
    expect(await outcome(copy(to, Key, { CopySourceIfUnmodifiedSince: new Date(0) }))).toBe("PreconditionFailed 412");
  });

  it("on the destination look at the current version: 412, or 404 once it is deleted", async () => {
    const { Key, ETag, VersionId } = await object();
    const pinned = `${Key}?versionId=${VersionId}`;
    expect(await outcome(copy(Key, pinned, { IfMatch: ETag, CopySourceIfMatch: ETag }))).toBe("ok");
    await client.send(new PutObjectCommand({ Bucket, Key, Body: "changed meanwhile" }));
    expect(await outcome(copy(Key, pinned, { IfMatch: ETag }))).toBe("PreconditionFailed 412");
    expect(await outcome(copy(Key, pinned, { IfNoneMatch: "*" }))).toBe("PreconditionFailed 412");
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(await outcome(copy(Key, pinned, { IfMatch: ETag }))).toBe("NoSuchKey 404");
  });
});

describe("a source", () => {
  it("may not be missing, archived, a delete marker by id, or over 5 GB", async () => {
    const { Key } = await object();
    const marker = await client.send(new DeleteObjectCommand({ Bucket, Key }));
    const byId = await refusal(copy("to", `${Key}?versionId=${marker.VersionId}`));
    expect([byId.name, byId.message]).toEqual([
      "InvalidRequest",
      "The source of a copy request may not specifically refer to a delete marker by version id.",
    ]);
    expect(await outcome(copy("to", Key))).toBe("NoSuchKey 404");
    expect(await outcome(copy("to", "missing"))).toBe("NoSuchKey 404");
    expect(await outcome(client.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource: "no-such-bucket-here/k" })))).toBe(
      "NoSuchBucket 404",
    );
    expect(await outcome(client.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource: "nonsense" })))).toBe("InvalidArgument 400");
    const archived = await object({ StorageClass: "GLACIER" });
    expect(await outcome(copy("to", archived.Key))).toBe("InvalidObjectState 403");
    giant("six-gigabytes");
    const tooLarge = await refusal(copy("six-gigabytes", "six-gigabytes", { StorageClass: "STANDARD" }));
    expect([tooLarge.name, tooLarge.message]).toEqual(["InvalidRequest", "CopyObject request made on objects larger than 5GB in size"]);
  });

  it("is read with its key as written, encoded once", async () => {
    for (const Key of ["a b+c", "100%25", "ü/日本", "//x", "q?versionId=1"]) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
      await client.send(
        new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${encodeURIComponent(Key)}`, StorageClass: "STANDARD" }),
      );
      const read = await client.send(new GetObjectCommand({ Bucket, Key }));
      expect(await read.Body?.transformToString()).toBe(Key);
    }
  });

  it("must belong to the account expected, like the destination", async () => {
    const { Key } = await object();
    const expected = (more: object) => outcome(copy(Key, Key, { StorageClass: "STANDARD", ...more }));
    const { accountId } = bench.owner;
    expect(await expected({ ExpectedBucketOwner: accountId, ExpectedSourceBucketOwner: accountId })).toBe("ok");
    expect(await expected({ ExpectedSourceBucketOwner: bench.third.accountId })).toBe("AccessDenied 403");
    expect(await expected({ ExpectedBucketOwner: bench.third.accountId })).toBe("AccessDenied 403");
  });
});

describe("multipart", () => {
  const mb = 1024 * 1024;

  async function start(Key: string, more: object = {}): Promise<string> {
    return (await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId as string;
  }

  it("uploads parts, checks them, joins them", async () => {
    const Key = "parts";
    const UploadId = await start(Key, { ContentType: "text/plain", Metadata: { m: "1" }, StorageClass: "STANDARD_IA", Tagging: "t=1" });
    const bodies = [Buffer.alloc(5 * mb, "a"), Buffer.from("tail")];
    const Parts = [];
    for (const [index, Body] of bodies.entries()) {
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: index + 1, Body }));
      Parts.push({ PartNumber: index + 1, ETag });
    }
    const listed = await client.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    expect(listed.Parts?.map((part) => part.Size)).toEqual([5 * mb, 4]);
    const open = await client.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(open.Uploads?.map((upload) => [upload.Key, upload.UploadId])).toContainEqual([Key, UploadId]);
    const complete = (MultipartUpload: { Parts: object[] }, more: object = {}) =>
      client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload, ...more }));
    expect(await outcome(complete({ Parts: [...Parts].reverse() }))).toBe("InvalidPartOrder 400");
    expect(await outcome(complete({ Parts: [{ PartNumber: 1, ETag: '"wrong"' }] }))).toBe("InvalidPart 400");
    expect(await outcome(complete({ Parts }, { IfMatch: '"x"' }))).toBe("NoSuchKey 404");
    const done = await complete({ Parts });
    const md5 = (data: Buffer) => createHash("md5").update(data).digest();
    expect(done.ETag).toBe(
      `"${createHash("md5")
        .update(Buffer.concat(bodies.map(md5)))
        .digest("hex")}-2"`,
    );
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({
      ContentLength: 5 * mb + 4,
      ContentType: "text/plain",
      Metadata: { m: "1" },
      StorageClass: "STANDARD_IA",
      TagCount: 1,
    });
    const second = await client.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }));
    expect([second.PartsCount, await second.Body?.transformToString()]).toEqual([2, "tail"]);
    const attributes = await client.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ["ETag", "ObjectParts", "ObjectSize", "StorageClass", "Checksum"] }),
    );
    expect([attributes.ObjectSize, attributes.ObjectParts?.TotalPartsCount, attributes.StorageClass]).toEqual([
      5 * mb + 4,
      2,
      "STANDARD_IA",
    ]);
    expect(await outcome(complete({ Parts }))).toBe("NoSuchUpload 404");
  }, 20_000);

  it("with a checksum algorithm is composite", async () => {
    const Key = "composite";
    const UploadId = await start(Key, { ChecksumAlgorithm: "SHA256" });
    const { ETag, ChecksumSHA256 } = await client.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "x", ChecksumAlgorithm: "SHA256" }),
    );
    await client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag, ChecksumSHA256 }] } }),
    );
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
    const part = createHash("sha256").update("x").digest();
    expect([head.ChecksumSHA256, head.ChecksumType]).toEqual([`${createHash("sha256").update(part).digest("base64")}-1`, "COMPOSITE"]);
    const attributes = await client.send(new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ["ObjectParts"] }));
    expect(attributes.ObjectParts?.Parts?.[0]).toMatchObject({ PartNumber: 1, Size: 1, ChecksumSHA256 });
  });

  it("refuses small parts that are not the last, and can be aborted", async () => {
    const Key = "small";
    const UploadId = await start(Key);
    const Parts = [];
    for (const PartNumber of [1, 2]) {
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: "x" }));
      Parts.push({ PartNumber, ETag });
    }
    expect(await outcome(client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } })))).toBe(
      "EntityTooSmall 400",
    );
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    expect(await outcome(client.send(new ListPartsCommand({ Bucket, Key, UploadId })))).toBe("NoSuchUpload 404");
  });

  it("copies a 6 GB object in ranges, pinned, and carries nothing over by itself", async () => {
    giant("giant");
    const { ETag: sourceTag } = await client.send(new HeadObjectCommand({ Bucket, Key: "giant" }));
    const UploadId = await start("giant-copy");
    const size = 6 * 1024 ** 3;
    const part = 3 * 1024 ** 3;
    const Parts = [];
    for (const PartNumber of [1, 2]) {
      const first = (PartNumber - 1) * part;
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({
          Bucket,
          Key: "giant-copy",
          UploadId,
          PartNumber,
          CopySource: `${Bucket}/giant`,
          CopySourceIfMatch: sourceTag,
          CopySourceRange: `bytes=${first}-${first + part - 1}`,
        }),
      );
      Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    const bad = (CopySourceRange: string, more: object = {}) =>
      outcome(
        client.send(
          new UploadPartCopyCommand({
            Bucket,
            Key: "giant-copy",
            UploadId,
            PartNumber: 3,
            CopySource: `${Bucket}/giant`,
            CopySourceRange,
            ...more,
          }),
        ),
      );
    expect([await bad(`bytes=0-${size}`), await bad("bytes=5-"), await bad("bytes=0-9", { CopySourceIfMatch: '"x"' })]).toEqual([
      "InvalidArgument 400",
      "InvalidArgument 400",
      "PreconditionFailed 412",
    ]);
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key: "giant-copy", UploadId, MultipartUpload: { Parts } }));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: "giant-copy" }));
    expect([head.ContentLength, head.Metadata]).toEqual([size, {}]);
    const range = `bytes=${part - 5}-${part + 4}`;
    const read = async (Key: string) =>
      (await client.send(new GetObjectCommand({ Bucket, Key, Range: range }))).Body?.transformToByteArray();
    expect(await read("giant-copy")).toEqual(await read("giant"));
  });
});
