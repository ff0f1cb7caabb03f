/** Encryption: SSE-S3, SSE-KMS with keys that belong to accounts, DSSE, SSE-C, and re-keying in place. */
import { createHash } from "node:crypto";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketEncryptionCommand,
  GetBucketEncryptionCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UpdateObjectEncryptionCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AccountSpec } from "../../src/index.ts";
import { type Bench, clientOf, openTo, outcome, refusal, send, setMode, signed, startBench } from "./harness.ts";

const Bucket = "encrypted";
let bench: Bench;
let owner: S3Client;
let uploader: S3Client;

beforeAll(async () => {
  bench = await startBench();
  owner = bench.as(bench.owner);
  uploader = bench.as(bench.uploader);
  await owner.send(new CreateBucketCommand({ Bucket }));
  await owner.send(new PutBucketPolicyCommand({ Bucket, Policy: openTo(Bucket, bench.uploader) }));
});
afterAll(() => bench.close());

const customerKey = (account: AccountSpec): string => account.kmsKeys.find((key) => !key.managed)?.arn as string;
const managedKey = (account: AccountSpec): string => account.kmsKeys.find((key) => key.managed)?.arn as string;
const put = (client: S3Client, Key: string, more: Partial<PutObjectCommandInput> = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body: "secret", ...more }));
const head = (client: S3Client, Key: string) => client.send(new HeadObjectCommand({ Bucket, Key }));
const get = (client: S3Client, Key: string, more: object = {}) => outcome(client.send(new GetObjectCommand({ Bucket, Key, ...more })));

/** Lets an account use a key while something runs. */
async function sharing(arn: string, account: AccountSpec, run: () => Promise<void>): Promise<void> {
  const key = bench.sandbox.accounts.flatMap((one) => one.kmsKeys).find((one) => one.arn === arn);
  key?.policyAllows.push(account.accountId);
  await run();
  key?.policyAllows.splice(0);
}

describe("a KMS key", () => {
  it("of the writer's account walls the bucket owner off, also after the switch; HEAD works", async () => {
    await put(uploader, "walled", {
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: customerKey(bench.uploader),
      ACL: "bucket-owner-full-control",
    });
    expect(await get(uploader, "walled")).toBe("ok");
    const error = await refusal(owner.send(new GetObjectCommand({ Bucket, Key: "walled" })));
    expect([error.name, error.$metadata.httpStatusCode]).toEqual(["AccessDenied", 403]);
    expect(error.message).toMatch(/is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext/);
    expect(await head(owner, "walled")).toMatchObject({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: customerKey(bench.uploader) });
    const copied = owner.send(new CopyObjectCommand({ Bucket, Key: "walled", CopySource: `${Bucket}/walled`, StorageClass: "STANDARD" }));
    expect(await outcome(copied)).toBe("AccessDenied 403");
    await setMode(owner, Bucket, "BucketOwnerEnforced");
    expect(await get(owner, "walled")).toBe("AccessDenied 403");
    await setMode(owner, Bucket, "ObjectWriter");
    await sharing(customerKey(bench.uploader), bench.owner, async () => expect(await get(owner, "walled")).toBe("ok"));
  });

  it("named by nobody is the writer's own aws/s3 key, which can never be shared", async () => {
    await put(uploader, "managed", { ServerSideEncryption: "aws:kms", ACL: "bucket-owner-full-control" });
    expect((await head(owner, "managed")).SSEKMSKeyId).toBe(managedKey(bench.uploader));
    await sharing(managedKey(bench.uploader), bench.owner, async () => expect(await get(owner, "managed")).toBe("AccessDenied 403"));
  });

  it("of somebody else refuses the write; an unknown one is KMS.NotFoundException; a bare id is one's own", async () => {
    const write = (SSEKMSKeyId: string) => outcome(put(uploader, "k", { ServerSideEncryption: "aws:kms", SSEKMSKeyId }));
    expect(await write(customerKey(bench.owner))).toBe("AccessDenied 403");
    expect(await write(customerKey(bench.uploader).replace(/.$/, "_"))).toBe("KMS.NotFoundException 400");
    expect(await write(customerKey(bench.uploader).split("/")[1] as string)).toBe("ok");
    expect((await head(uploader, "k")).SSEKMSKeyId).toBe(customerKey(bench.uploader));
  });

  it("needs kms actions in a role's policies", async () => {
    const session = (Action: string[]) =>
      clientOf(
        bench.sandbox,
        bench.sandbox.book.openSession({
          accountId: bench.uploader.accountId,
          canonicalId: bench.uploader.canonicalId,
          arn: `arn:aws:sts::${bench.uploader.accountId}:assumed-role/r/s`,
          roleArn: `arn:aws:iam::${bench.uploader.accountId}:role/r`,
          policies: [{ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: ["*"] }] }],
          durationSeconds: 900,
        }),
      );
    await put(uploader, "by-role", { ServerSideEncryption: "aws:kms", SSEKMSKeyId: customerKey(bench.uploader) });
    expect([await get(session(["s3:*"]), "by-role"), await get(session(["s3:*", "kms:*"]), "by-role")]).toEqual(["AccessDenied 403", "ok"]);
  });

  it("hides the content from the ETag; context and bucket key are told", async () => {
    const context = Buffer.from('{"a":"b"}').toString("base64");
    const made = await put(uploader, "context", {
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: customerKey(bench.uploader),
      SSEKMSEncryptionContext: context,
      BucketKeyEnabled: true,
    });
    expect(made).toMatchObject({ SSEKMSEncryptionContext: context, BucketKeyEnabled: true });
    expect(made.ETag).not.toBe(`"${createHash("md5").update("secret").digest("hex")}"`);
    expect((await put(uploader, "dsse", { ServerSideEncryption: "aws:kms:dsse" })).ServerSideEncryption).toBe("aws:kms:dsse");
  });
});

describe("a copy", () => {
  it("is not encrypted as its source was, but as asked, or as the bucket's default", async () => {
    await put(owner, "source", { ServerSideEncryption: "aws:kms", SSEKMSKeyId: customerKey(bench.owner) });
    const copy = (more: object = {}) =>
      owner.send(new CopyObjectCommand({ Bucket, Key: "copied", CopySource: `${Bucket}/source`, ...more }));
    expect((await copy()).ServerSideEncryption).toBe("AES256");
    await owner.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: customerKey(bench.owner) },
              BucketKeyEnabled: true,
            },
          ],
        },
      }),
    );
    expect(await copy()).toMatchObject({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: customerKey(bench.owner), BucketKeyEnabled: true });
    expect(await outcome(put(uploader, "by-default"))).toBe("AccessDenied 403");
    const config = await owner.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(config.ServerSideEncryptionConfiguration?.Rules?.[0]?.BucketKeyEnabled).toBe(true);
    await owner.send(new DeleteBucketEncryptionCommand({ Bucket }));
    expect(await outcome(put(uploader, "by-default"))).toBe("ok");
  });
});

describe("SSE-C", () => {
  const key = (fill: string) => {
    const bytes = Buffer.alloc(32, fill);
    return {
      SSECustomerAlgorithm: "AES256",
      SSECustomerKey: bytes.toString("base64"),
      SSECustomerKeyMD5: createHash("md5").update(bytes).digest("base64"),
    };
  };

  it("wants its key on every read, and the right one", async () => {
    await put(owner, "customer", key("a"));
    expect(await get(owner, "customer", key("a"))).toBe("ok");
    expect(await get(owner, "customer")).toBe("InvalidRequest 400");
    expect(await get(owner, "customer", key("b"))).toBe("AccessDenied 403");
    expect(await outcome(head(owner, "customer"))).toMatch(/400$/);
    const mismatched = signed(bench.sandbox, bench.owner, {
      method: "PUT",
      path: `/${Bucket}/customer`,
      headers: {
        "x-amz-server-side-encryption-customer-algorithm": "AES256",
        "x-amz-server-side-encryption-customer-key": key("a").SSECustomerKey,
        "x-amz-server-side-encryption-customer-key-md5": key("b").SSECustomerKeyMD5,
      },
    });
    expect((await send(bench.sandbox, mismatched)).code).toBe("InvalidArgument");
    const copy = (more: object) =>
      outcome(owner.send(new CopyObjectCommand({ Bucket, Key: "plain", CopySource: `${Bucket}/customer`, ...more })));
    const source = key("a");
    expect(await copy({})).toBe("InvalidRequest 400");
    expect(
      await copy({
        CopySourceSSECustomerAlgorithm: "AES256",
        CopySourceSSECustomerKey: source.SSECustomerKey,
        CopySourceSSECustomerKeyMD5: source.SSECustomerKeyMD5,
      }),
    ).toBe("ok");
  });

  it("is blocked in buckets of today until unblocked", async () => {
    const current = await startBench({ bucketDefaults: "current" });
    try {
      const client = current.as(current.owner);
      await client.send(new CreateBucketCommand({ Bucket: "today" }));
      const write = () => outcome(client.send(new PutObjectCommand({ Bucket: "today", Key: "k", Body: "x", ...key("a") })));
      expect(await write()).toBe("AccessDenied 403");
      await client.send(
        new PutBucketEncryptionCommand({
          Bucket: "today",
          ServerSideEncryptionConfiguration: {
            Rules: [
              { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BlockedEncryptionTypes: { EncryptionType: ["NONE"] } },
            ],
          },
        }),
      );
      expect(await write()).toBe("ok");
    } finally {
      await current.close();
    }
  });
});

describe("UpdateObjectEncryption", () => {
  const update = (client: S3Client, Key: string, KMSKeyArn: string) =>
    client.send(new UpdateObjectEncryptionCommand({ Bucket, Key, ObjectEncryption: { SSEKMS: { KMSKeyArn, BucketKeyEnabled: true } } }));

  it("re-keys in place to the bucket owner's key: same version, ETag, date and owner, archives included", async () => {
    await put(uploader, "rekey", {
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: customerKey(bench.uploader),
      StorageClass: "DEEP_ARCHIVE",
      ACL: "bucket-owner-full-control",
    });
    const before = await head(uploader, "rekey");
    await sharing(customerKey(bench.owner), bench.uploader, async () => {
      expect(await outcome(update(uploader, "rekey", customerKey(bench.owner)))).toBe("ok");
    });
    const after = await head(uploader, "rekey");
    expect(after).toMatchObject({ SSEKMSKeyId: customerKey(bench.owner), ETag: before.ETag, StorageClass: "DEEP_ARCHIVE" });
    expect(after.LastModified).toEqual(before.LastModified);
  });

  it("wants a key of the bucket's account that the sender may use, and a source it can re-key", async () => {
    await put(uploader, "keyed", { ServerSideEncryption: "aws:kms", SSEKMSKeyId: customerKey(bench.uploader) });
    expect(await outcome(update(uploader, "keyed", customerKey(bench.uploader)))).toBe("AccessDenied 403");
    expect(await outcome(update(uploader, "keyed", customerKey(bench.owner)))).toBe("AccessDenied 403");
    await put(owner, "dsse-source", { ServerSideEncryption: "aws:kms:dsse" });
    expect(await outcome(update(owner, "dsse-source", customerKey(bench.owner)))).toBe("InvalidRequest 400");
    await put(owner, "sse-s3");
    expect(await outcome(update(owner, "sse-s3", customerKey(bench.owner)))).toBe("ok");
    expect(await outcome(update(bench.as(bench.third), "sse-s3", customerKey(bench.owner)))).toBe("AccessDenied 403");
  });
});
