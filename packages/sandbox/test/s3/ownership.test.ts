/** Who owns what after which call in which mode, what a mode accepts, and what the switch hides and gives back. */
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketOwnershipControlsCommand,
  GetBucketAclCommand,
  GetBucketOwnershipControlsCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ObjectCannedACL,
  PutBucketAclCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, type Mode, openTo, outcome, refusal, send, setMode, signed, startBench } from "./harness.ts";

let bench: Bench;
let count = 0;

beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

/** A bucket of the owner's that the uploader may use, in a mode. */
async function bucketIn(mode: Mode): Promise<string> {
  const Bucket = `ownership-${++count}`;
  const client = bench.as(bench.owner);
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutBucketPolicyCommand({ Bucket, Policy: openTo(Bucket, bench.uploader) }));
  if (mode !== "none") await setMode(client, Bucket, mode);
  return Bucket;
}

type Write = (bucket: string, acl: ObjectCannedACL | undefined) => Promise<unknown>;

const put: Write = (Bucket, ACL) => bench.as(bench.uploader).send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", ACL }));

const copy: Write = async (Bucket, ACL) => {
  await bench.as(bench.owner).send(new PutObjectCommand({ Bucket, Key: "source", Body: "x" }));
  await bench.as(bench.owner).send(new PutObjectCommand({ Bucket: await publicSource(), Key: "source", Body: "x", ACL: "public-read" }));
  return bench.as(bench.uploader).send(new CopyObjectCommand({ Bucket, Key: "k", CopySource: `${await publicSource()}/source`, ACL }));
};

const multipart: Write = async (Bucket, ACL) => {
  const client = bench.as(bench.uploader);
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: "k", ACL }));
  const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key: "k", UploadId, PartNumber: 1, Body: "x" }));
  return client.send(
    new CompleteMultipartUploadCommand({ Bucket, Key: "k", UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }),
  );
};

let source: string | undefined;
async function publicSource(): Promise<string> {
  source ??= await bucketIn("ObjectWriter");
  return source;
}

async function ownerOf(Bucket: string, Key = "k"): Promise<string> {
  const listed = await bench.as(bench.owner).send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
  const id = listed.Versions?.find((version) => version.Key === Key && version.IsLatest)?.Owner?.ID;
  return id === bench.owner.canonicalId ? "bucket owner" : id === bench.uploader.canonicalId ? "writer" : String(id);
}

describe("who owns a new object", () => {
  const writes: [string, Write][] = [
    ["put", put],
    ["copy", copy],
    ["multipart", multipart],
  ];
  const bofc = "bucket-owner-full-control" as const;
  const table: [Mode, ObjectCannedACL | undefined, string][] = [
    ["none", undefined, "writer"],
    ["none", bofc, "writer"],
    ["ObjectWriter", undefined, "writer"],
    ["ObjectWriter", bofc, "writer"],
    ["ObjectWriter", "public-read", "writer"],
    ["BucketOwnerPreferred", undefined, "writer"],
    ["BucketOwnerPreferred", "private", "writer"],
    ["BucketOwnerPreferred", "bucket-owner-read", "writer"],
    ["BucketOwnerPreferred", bofc, "bucket owner"],
    ["BucketOwnerEnforced", undefined, "bucket owner"],
    ["BucketOwnerEnforced", bofc, "bucket owner"],
    ["BucketOwnerEnforced", "private", "AccessControlListNotSupported 400"],
    ["BucketOwnerEnforced", "public-read", "AccessControlListNotSupported 400"],
    ["BucketOwnerEnforced", "bucket-owner-read", "AccessControlListNotSupported 400"],
  ];
  for (const [how, write] of writes) {
    for (const [mode, acl, expected] of table) {
      it(`${how} with ${acl ?? "no ACL"} under ${mode}: ${expected}`, async () => {
        const bucket = await bucketIn(mode);
        const result = await outcome(write(bucket, acl));
        expect(result === "ok" ? await ownerOf(bucket) : result).toBe(expected);
      });
    }
  }

  it("Preferred wants the canned header: the same in grants leaves the writer as owner", async () => {
    const bucket = await bucketIn("BucketOwnerPreferred");
    await bench
      .as(bench.uploader)
      .send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "x", GrantFullControl: `id="${bench.owner.canonicalId}"` }));
    expect(await ownerOf(bucket)).toBe("writer");
  });

  it("enforced takes the bucket owner's full control in grants too, and no other grants", async () => {
    const bucket = await bucketIn("BucketOwnerEnforced");
    const grant = (GrantFullControl: string) =>
      outcome(bench.as(bench.uploader).send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "x", GrantFullControl })));
    expect(await grant(`id="${bench.owner.canonicalId}"`)).toBe("ok");
    expect(await grant(`id="${bench.owner.canonicalId}",id="${bench.third.canonicalId}"`)).toBe("AccessControlListNotSupported 400");
  });

  it("an object in a bucket of one's own is one's own in every mode", async () => {
    for (const mode of ["none", "ObjectWriter", "BucketOwnerPreferred", "BucketOwnerEnforced"] as const) {
      const bucket = await bucketIn(mode);
      await bench.as(bench.owner).send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "x" }));
      expect(await ownerOf(bucket), mode).toBe("bucket owner");
    }
  });
});

describe("PutObjectAcl", () => {
  it("never changes the owner", async () => {
    for (const mode of ["ObjectWriter", "BucketOwnerPreferred"] as const) {
      const bucket = await bucketIn(mode);
      await put(bucket, undefined);
      await bench.as(bench.uploader).send(new PutObjectAclCommand({ Bucket: bucket, Key: "k", ACL: "bucket-owner-full-control" }));
      expect(await ownerOf(bucket), mode).toBe("writer");
      expect((await bench.as(bench.owner).send(new GetObjectCommand({ Bucket: bucket, Key: "k" }))).$metadata.httpStatusCode).toBe(200);
    }
  });

  it("a copy over itself by the bucket owner, once granted, does", async () => {
    const bucket = await bucketIn("ObjectWriter");
    await put(bucket, "bucket-owner-full-control");
    await bench.as(bench.owner).send(
      new CopyObjectCommand({
        Bucket: bucket,
        Key: "k",
        CopySource: `${bucket}/k`,
        StorageClass: "STANDARD",
        ACL: "bucket-owner-full-control",
      }),
    );
    expect(await ownerOf(bucket)).toBe("bucket owner");
  });

  it("is refused on an enforced bucket, canned or not", async () => {
    const bucket = await bucketIn("BucketOwnerEnforced");
    await put(bucket, undefined);
    for (const ACL of ["private", "public-read", "bucket-owner-full-control"] as const) {
      const error = await refusal(bench.as(bench.owner).send(new PutObjectAclCommand({ Bucket: bucket, Key: "k", ACL })));
      expect([error.name, error.$metadata.httpStatusCode, error.message]).toEqual([
        "AccessControlListNotSupported",
        400,
        "The bucket does not allow ACLs",
      ]);
    }
    expect(await outcome(bench.as(bench.owner).send(new PutBucketAclCommand({ Bucket: bucket, ACL: "private" })))).toBe(
      "AccessControlListNotSupported 400",
    );
  });

  it("tells the former owner of an object so as well, who has no rights left on it", async () => {
    const bucket = await bucketIn("ObjectWriter");
    const owner = bench.as(bench.owner);
    await put(bucket, undefined);
    await owner.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: openTo(bucket, bench.third) }));
    await setMode(owner, bucket, "BucketOwnerEnforced");
    const uploader = bench.as(bench.uploader);
    expect(await outcome(uploader.send(new GetObjectCommand({ Bucket: bucket, Key: "k" })))).toBe("AccessDenied 403");
    expect(await outcome(uploader.send(new PutObjectAclCommand({ Bucket: bucket, Key: "k", ACL: "bucket-owner-full-control" })))).toBe(
      "AccessControlListNotSupported 400",
    );
  });

  it("with the sandbox's option, enforced accepts bucket-owner-full-control and changes nothing", async () => {
    const accepting = await startBench({ enforcedAcceptsCanned: true });
    try {
      const client = accepting.as(accepting.owner);
      await client.send(new CreateBucketCommand({ Bucket: "accepting" }));
      await setMode(client, "accepting", "BucketOwnerEnforced");
      await client.send(new PutObjectCommand({ Bucket: "accepting", Key: "k", Body: "x" }));
      const writes = accepting.sandbox.writes().length;
      const acl = (ACL: ObjectCannedACL) => outcome(client.send(new PutObjectAclCommand({ Bucket: "accepting", Key: "k", ACL })));
      expect([await acl("bucket-owner-full-control"), await acl("private")]).toEqual(["ok", "AccessControlListNotSupported 400"]);
      expect(accepting.sandbox.writes()).toHaveLength(writes);
    } finally {
      await accepting.close();
    }
  });
});

describe("the switch", () => {
  it("makes the bucket owner own and read everything at once, every version, and adds none", async () => {
    const bucket = await bucketIn("none");
    const owner = bench.as(bench.owner);
    await owner.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }));
    await put(bucket, undefined);
    await put(bucket, undefined);
    expect(await outcome(owner.send(new GetObjectCommand({ Bucket: bucket, Key: "k" })))).toBe("AccessDenied 403");
    await setMode(owner, bucket, "BucketOwnerEnforced");
    const { Versions = [] } = await owner.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    expect(Versions.map((version) => version.Owner?.ID)).toEqual([bench.owner.canonicalId, bench.owner.canonicalId]);
    for (const { VersionId } of Versions) {
      expect(await outcome(owner.send(new GetObjectCommand({ Bucket: bucket, Key: "k", VersionId })))).toBe("ok");
    }
    const listed = await owner.send(new ListObjectsV2Command({ Bucket: bucket, FetchOwner: true }));
    expect(listed.Contents?.[0]?.Owner?.ID).toBe(bench.owner.canonicalId);
  });

  it("shows only the bucket owner in every ACL, and closes what an ACL had opened", async () => {
    const bucket = await bucketIn("ObjectWriter");
    const owner = bench.as(bench.owner);
    await put(bucket, "public-read");
    await setMode(owner, bucket, "BucketOwnerEnforced");
    const acl = await owner.send(new GetObjectAclCommand({ Bucket: bucket, Key: "k" }));
    expect(acl.Owner?.ID).toBe(bench.owner.canonicalId);
    expect(acl.Grants).toEqual([{ Grantee: { Type: "CanonicalUser", ID: bench.owner.canonicalId }, Permission: "FULL_CONTROL" }]);
    const bucketAcl = await owner.send(new GetBucketAclCommand({ Bucket: bucket }));
    expect(bucketAcl.Grants?.map((grant) => grant.Grantee?.ID)).toEqual([bench.owner.canonicalId]);
    const anonymous = await fetch(`${bench.sandbox.endpoint}/${bucket}/k`);
    expect(anonymous.status).toBe(403);
  });

  it("is undone by leaving: old ACLs and owners are back, what was written while enforced stays the bucket owner's", async () => {
    for (const back of ["ObjectWriter", "BucketOwnerPreferred", "none"] as const) {
      const bucket = await bucketIn("ObjectWriter");
      const owner = bench.as(bench.owner);
      await put(bucket, "public-read");
      await setMode(owner, bucket, "BucketOwnerEnforced");
      await bench.as(bench.uploader).send(new PutObjectCommand({ Bucket: bucket, Key: "during", Body: "x" }));
      if (back === "none") await owner.send(new DeleteBucketOwnershipControlsCommand({ Bucket: bucket }));
      else await setMode(owner, bucket, back);
      expect([await ownerOf(bucket), await ownerOf(bucket, "during")], back).toEqual(["writer", "bucket owner"]);
      const acl = await bench.as(bench.uploader).send(new GetObjectAclCommand({ Bucket: bucket, Key: "k" }));
      expect(acl.Grants?.map((grant) => grant.Grantee?.URI ?? grant.Grantee?.ID)).toEqual([
        bench.uploader.canonicalId,
        "http://acs.amazonaws.com/groups/global/AllUsers",
      ]);
      expect(await outcome(bench.as(bench.uploader).send(new GetObjectAclCommand({ Bucket: bucket, Key: "during" })))).toBe("ok");
    }
  });

  it("is refused while the bucket's own ACL grants anything to somebody else; object ACLs do not bar it", async () => {
    const bucket = await bucketIn("ObjectWriter");
    const owner = bench.as(bench.owner);
    await put(bucket, "public-read-write");
    // The SDK's types do not know this canned name; S3 does.
    const logging = { method: "PUT", path: `/${bucket}`, query: "acl", headers: { "x-amz-acl": "log-delivery-write" } };
    expect((await send(bench.sandbox, signed(bench.sandbox, bench.owner, logging))).status).toBe(200);
    const error = await refusal(setMode(owner, bucket, "BucketOwnerEnforced"));
    expect([error.name, error.$metadata.httpStatusCode, error.message]).toEqual([
      "InvalidBucketAclWithObjectOwnership",
      400,
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    ]);
    await owner.send(new PutBucketAclCommand({ Bucket: bucket, ACL: "private" }));
    expect(await outcome(setMode(owner, bucket, "BucketOwnerEnforced"))).toBe("ok");
  });

  it("knows 'never set' from ObjectWriter", async () => {
    const bucket = await bucketIn("none");
    const owner = bench.as(bench.owner);
    const controls = () => outcome(owner.send(new GetBucketOwnershipControlsCommand({ Bucket: bucket })));
    expect(await controls()).toBe("OwnershipControlsNotFoundError 404");
    await setMode(owner, bucket, "ObjectWriter");
    expect(await controls()).toBe("ok");
    await owner.send(new DeleteBucketOwnershipControlsCommand({ Bucket: bucket }));
    expect(await controls()).toBe("OwnershipControlsNotFoundError 404");
  });

  it("is the bucket owner's to throw: others need a policy", async () => {
    const bucket = `ownership-${++count}`;
    await bench.as(bench.owner).send(new CreateBucketCommand({ Bucket: bucket }));
    expect(await outcome(setMode(bench.as(bench.uploader), bucket, "BucketOwnerEnforced"))).toBe("AccessDenied 403");
  });
});

describe("new buckets", () => {
  it("are enforced and closed to the public today, neither before April 2023", async () => {
    const current = await startBench({ bucketDefaults: "current" });
    try {
      const client = current.as(current.owner);
      await client.send(new CreateBucketCommand({ Bucket: "today" }));
      const controls = await client.send(new GetBucketOwnershipControlsCommand({ Bucket: "today" }));
      expect(controls.OwnershipControls?.Rules?.[0]?.ObjectOwnership).toBe("BucketOwnerEnforced");
      expect(await outcome(client.send(new CreateBucketCommand({ Bucket: "public-today", ACL: "public-read" })))).toBe(
        "InvalidBucketAclWithObjectOwnership 400",
      );
      const unblocked = new CreateBucketCommand({ Bucket: "public-today", ACL: "public-read", ObjectOwnership: "ObjectWriter" });
      expect(await outcome(client.send(unblocked))).toBe("InvalidBucketAclWithBlockPublicAccessError 400");
      await client.send(new CreateBucketCommand({ Bucket: "asked-for", ObjectOwnership: "ObjectWriter" }));
      const asked = await client.send(new GetBucketOwnershipControlsCommand({ Bucket: "asked-for" }));
      expect(asked.OwnershipControls?.Rules?.[0]?.ObjectOwnership).toBe("ObjectWriter");
    } finally {
      await current.close();
    }
  });
});
