/** Multipart uploads under policies that look at what an upload says of the object: its creation says it, for all its parts. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, outcome, startBench } from "./harness.ts";

let bench: Bench;
let count = 0;

beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

/** A bucket the uploader may write to, with a Deny on s3:PutObject under a condition. */
async function fenced(condition: object | undefined): Promise<string> {
  const Bucket = `fenced-${++count}`;
  const owner = bench.as(bench.owner);
  await owner.send(new CreateBucketCommand({ Bucket, ObjectOwnership: "BucketOwnerPreferred" }));
  await owner.send(new PutObjectCommand({ Bucket, Key: "source", Body: "from elsewhere", ACL: "public-read" }));
  if (condition !== undefined) await fence(Bucket, condition);
  return Bucket;
}

async function fence(Bucket: string, condition: object): Promise<void> {
  const Resource = `arn:aws:s3:::${Bucket}/*`;
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: bench.uploader.accountId }, Action: ["s3:PutObject", "s3:AbortMultipartUpload"], Resource },
      { Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource, Condition: condition },
    ],
  });
  await bench.as(bench.owner).send(new PutBucketPolicyCommand({ Bucket, Policy }));
}

const create = (Bucket: string, more: Partial<CreateMultipartUploadCommandInput> = {}) =>
  bench.as(bench.uploader).send(new CreateMultipartUploadCommand({ Bucket, Key: "k", ...more }));

/** What becomes of a part, of a copied part and of the completion of an upload. */
async function goOn(Bucket: string, UploadId: string | undefined): Promise<string[]> {
  const client = bench.as(bench.uploader);
  const upload = { Bucket, Key: "k", UploadId };
  let tags: { PartNumber: number; ETag: string | undefined }[] = [];
  const outcomes = [
    await outcome(
      client
        .send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: Buffer.alloc(5 * 1024 * 1024, "x") }))
        .then(({ ETag }) => tags.push({ PartNumber: 1, ETag })),
    ),
    await outcome(
      client
        .send(new UploadPartCopyCommand({ ...upload, PartNumber: 2, CopySource: `${Bucket}/source` }))
        .then(({ CopyPartResult }) => tags.push({ PartNumber: 2, ETag: CopyPartResult?.ETag })),
    ),
  ];
  if (tags.length === 0) tags = [{ PartNumber: 1, ETag: "00000000000000000000000000000000" }];
  outcomes.push(await outcome(client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: tags } }))));
  return outcomes;
}

const unlessGranted = { StringNotEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } };
const passed = ["ok", "ok", "ok"];
const refused = ["AccessDenied 403", "AccessDenied 403", "AccessDenied 403"];

describe("a fence against uploads without bucket-owner-full-control", () => {
  it("lets every part of a conforming multipart upload through, and the object is the bucket owner's", async () => {
    const Bucket = await fenced(unlessGranted);
    const { UploadId } = await create(Bucket, { ACL: "bucket-owner-full-control" });
    expect(await goOn(Bucket, UploadId)).toEqual(passed);
    const listed = await bench.as(bench.owner).send(new ListObjectsV2Command({ Bucket, Prefix: "k", FetchOwner: true }));
    expect(listed.Contents?.[0]?.Owner?.ID).toBe(bench.owner.canonicalId);
  });

  it("refuses the creation of any other", async () => {
    const Bucket = await fenced(unlessGranted);
    expect([await outcome(create(Bucket)), await outcome(create(Bucket, { ACL: "private" }))]).toEqual([
      "AccessDenied 403",
      "AccessDenied 403",
    ]);
  });

  it("stops the parts of an upload that began before it without the ACL; it can still be given up", async () => {
    const Bucket = await fenced({ Bool: { "aws:SecureTransport": "true" } });
    const { UploadId } = await create(Bucket);
    await fence(Bucket, unlessGranted);
    expect(await goOn(Bucket, UploadId)).toEqual(refused);
    const abort = new AbortMultipartUploadCommand({ Bucket, Key: "k", UploadId });
    expect(await outcome(bench.as(bench.uploader).send(abort))).toBe("ok");
  });

  it("that also takes the grant in a header judges parts by the header of their creation", async () => {
    const Bucket = await fenced({
      StringNotEqualsIfExists: { "s3:x-amz-grant-full-control": `id="${bench.owner.canonicalId}"` },
      Null: { "s3:x-amz-grant-full-control": "true" },
    });
    expect(await outcome(create(Bucket))).toBe("AccessDenied 403");
    const { UploadId } = await create(Bucket, { GrantFullControl: `id="${bench.owner.canonicalId}"` });
    expect(await goOn(Bucket, UploadId)).toEqual(passed);
  });

  it("tells an upload that is gone from one it refuses", async () => {
    const Bucket = await fenced(unlessGranted);
    const { UploadId } = await create(Bucket, { ACL: "bucket-owner-full-control" });
    await goOn(Bucket, UploadId);
    expect(await goOn(Bucket, UploadId)).toEqual(["NoSuchUpload 404", "NoSuchUpload 404", "NoSuchUpload 404"]);
    const anonymous = await fetch(`${bench.sandbox.endpoint}/${Bucket}/k?partNumber=1&uploadId=none`, { method: "PUT", body: "x" });
    expect(anonymous.status).toBe(403);
  });
});

it("a policy that wants objects encrypted is content with what the creation asked for", async () => {
  const Bucket = await fenced({ StringNotEquals: { "s3:x-amz-server-side-encryption": "AES256" } });
  expect(await outcome(create(Bucket))).toBe("AccessDenied 403");
  const { UploadId } = await create(Bucket, { ServerSideEncryption: "AES256", ACL: "bucket-owner-full-control" });
  expect(await goOn(Bucket, UploadId)).toEqual(passed);
  const head = await bench.as(bench.owner).send(new HeadObjectCommand({ Bucket, Key: "k" }));
  expect(head.ServerSideEncryption).toBe("AES256");
});
