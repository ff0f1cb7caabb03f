/** Annotations: set, read, listed, deleted; what a copy does with them, and what a multipart copy does not. */
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectAnnotationCommand,
  GetObjectAnnotationCommand,
  HeadObjectCommand,
  ListObjectAnnotationsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectAnnotationCommand,
  type PutObjectAnnotationCommandInput,
  PutObjectCommand,
  type S3Client,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, openTo, outcome, startBench } from "./harness.ts";

const Bucket = "annotated";
let bench: Bench;
let owner: S3Client;

beforeAll(async () => {
  bench = await startBench();
  owner = bench.as(bench.owner);
  await owner.send(new CreateBucketCommand({ Bucket }));
  await owner.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  await openUp();
});
afterAll(() => bench.close());

const openUp = () => owner.send(new PutBucketPolicyCommand({ Bucket, Policy: openTo(Bucket, bench.uploader, ["s3:PutObject"]) }));

const put = (Key: string, AnnotationName: string, text: string | Uint8Array, more: Partial<PutObjectAnnotationCommandInput> = {}) =>
  owner.send(new PutObjectAnnotationCommand({ Bucket, Key, AnnotationName, AnnotationPayload: text, ...more }));

const names = async (Key: string, VersionId?: string) => {
  const listed = await owner.send(new ListObjectAnnotationsCommand({ Bucket, Key, VersionId }));
  expect(listed.AnnotationCount).toBe(listed.Annotations?.length ?? 0);
  return (listed.Annotations ?? []).map((one) => one.AnnotationName);
};

describe("annotations", () => {
  it("are named texts of a version, apart from its ETag and date", async () => {
    const { ETag, VersionId } = await owner.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    const before = await owner.send(new HeadObjectCommand({ Bucket, Key: "k" }));
    const made = await put("k", "review/é", "fine");
    expect(made).toMatchObject({ Key: "k", AnnotationName: "review/é", ObjectVersionId: VersionId });
    await put("k", "owner", "team a");
    const read = await owner.send(new GetObjectAnnotationCommand({ Bucket, Key: "k", AnnotationName: "review/é" }));
    expect([await read.AnnotationPayload?.transformToString(), read.ETag, read.ObjectVersionId]).toEqual(["fine", made.ETag, VersionId]);
    expect(await names("k")).toEqual(["owner", "review/é"]);
    const first = await owner.send(new ListObjectAnnotationsCommand({ Bucket, Key: "k", MaxAnnotationResults: 1 }));
    const ContinuationToken = first.NextContinuationToken;
    const second = await owner.send(new ListObjectAnnotationsCommand({ Bucket, Key: "k", ContinuationToken, AnnotationPrefix: "rev" }));
    expect([first.Annotations?.[0]?.AnnotationName, second.Annotations?.[0]?.AnnotationName]).toEqual(["owner", "review/é"]);
    const after = await owner.send(new HeadObjectCommand({ Bucket, Key: "k" }));
    expect([after.ETag, after.LastModified]).toEqual([ETag, before.LastModified]);
    await owner.send(new PutObjectCommand({ Bucket, Key: "k", Body: "newer" }));
    expect([await names("k"), await names("k", VersionId)]).toEqual([[], ["owner", "review/é"]]);
    await owner.send(new DeleteObjectAnnotationCommand({ Bucket, Key: "k", VersionId, AnnotationName: "owner" }));
    expect(await names("k", VersionId)).toEqual(["review/é"]);
    const written = bench.sandbox.writes().filter((write) => write.key === "k" && write.op.endsWith("ObjectAnnotation"));
    expect(written.map(({ op, versionId, detail }) => [op, versionId, detail?.annotation])).toEqual([
      ["PutObjectAnnotation", VersionId, "review/é"],
      ["PutObjectAnnotation", VersionId, "owner"],
      ["DeleteObjectAnnotation", VersionId, "owner"],
    ]);
  });

  it("have limits", async () => {
    await owner.send(new PutObjectCommand({ Bucket, Key: "limits", Body: "x" }));
    const refusals: [string, string | Uint8Array, string, Partial<PutObjectAnnotationCommandInput>?][] = [
      ["aws-mine", "x", "InvalidAnnotationName 400"],
      ["S3.mine", "x", "InvalidAnnotationName 400"],
      ["é".repeat(257), "x", "AnnotationNameTooLong 400"],
      ["large", "x".repeat(1024 * 1024 + 1), "InvalidArgument 400"],
      ["binary", Uint8Array.of(0xff, 0xfe), "UnsupportedMediaType 415"],
      ["other", "x", "PreconditionFailed 412", { ObjectIfMatch: '"00000000000000000000000000000000"' }],
    ];
    for (const [name, text, expected, more] of refusals) expect(await outcome(put("limits", name, text, more)), name).toBe(expected);
    expect(await outcome(owner.send(new GetObjectAnnotationCommand({ Bucket, Key: "limits", AnnotationName: "none" })))).toBe(
      "NoSuchAnnotation 404",
    );
    expect(await outcome(put("nowhere", "a", "x"))).toBe("NoSuchKey 404");
    const version = bench.sandbox.store.bucket(Bucket)?.find("limits", undefined);
    await put("limits", "first", "x");
    const one = version?.annotations?.get("first");
    if (version === undefined || one === undefined) throw new Error("it was put");
    version.annotations = new Map(Array.from({ length: 1_000 }, (_, n) => [`${n}`, one]));
    expect([await outcome(put("limits", "one-more", "x")), await outcome(put("limits", "7", "x"))]).toEqual([
      "AnnotationLimitExceeded 400",
      "ok",
    ]);
  });

  it("of a foreign object are its owner's and the bucket owner's, nobody else's", async () => {
    const uploader = bench.as(bench.uploader);
    await uploader.send(new PutObjectCommand({ Bucket, Key: "foreign", Body: "x" }));
    const list = (client: S3Client) => outcome(client.send(new ListObjectAnnotationsCommand({ Bucket, Key: "foreign" })));
    expect([await list(uploader), await list(owner), await list(bench.as(bench.third))]).toEqual(["ok", "ok", "AccessDenied 403"]);
  });
});

describe("a copy", () => {
  const copy = (more: object = {}) => owner.send(new CopyObjectCommand({ Bucket, Key: "copied", CopySource: `${Bucket}/source`, ...more }));

  beforeAll(async () => {
    await owner.send(new PutObjectCommand({ Bucket, Key: "source", Body: Buffer.alloc(1_000) }));
    await put("source", "note", "keep me");
  });

  it("takes annotations along unless told not to", async () => {
    await copy();
    expect(await names("copied")).toEqual(["note"]);
    await put("copied", "more", "x");
    expect(await names("source")).toEqual(["note"]);
    await copy({ AnnotationDirective: "EXCLUDE" });
    expect(await names("copied")).toEqual([]);
    expect(await outcome(copy({ AnnotationDirective: "REPLACE" }))).toBe("InvalidArgument 400");
  });

  it("in parts leaves them behind", async () => {
    const upload = { Bucket, Key: "in-parts" };
    const { UploadId } = await owner.send(new CreateMultipartUploadCommand(upload));
    const part = await owner.send(new UploadPartCopyCommand({ ...upload, UploadId, PartNumber: 1, CopySource: `${Bucket}/source` }));
    const Parts = [{ PartNumber: 1, ETag: part.CopyPartResult?.ETag }];
    await owner.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } }));
    expect(await names("in-parts")).toEqual([]);
  });

  it("is refused to who may not read or write them", async () => {
    const deny = (Action: string) =>
      owner.send(
        new PutBucketPolicyCommand({
          Bucket,
          Policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: { Effect: "Deny", Principal: "*", Action, Resource: `arn:aws:s3:::${Bucket}/*` },
          }),
        }),
      );
    try {
      for (const action of ["s3:GetObjectAnnotation", "s3:PutObjectAnnotation"]) {
        await deny(action);
        expect([await outcome(copy()), await outcome(copy({ AnnotationDirective: "EXCLUDE" }))], action).toEqual([
          "AccessDenied 403",
          "ok",
        ]);
      }
    } finally {
      await openUp();
    }
  });
});
