/** Buckets: making and removing them, their settings with AWS's not-found codes, policies, and Block Public Access. */
import { createHash } from "node:crypto";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  type PublicAccessBlockConfiguration,
  PutBucketAclCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, openTo, outcome, refusal, send, signed, startBench } from "./harness.ts";

let bench: Bench;
let client: S3Client;
let count = 0;

beforeAll(async () => {
  bench = await startBench();
  client = bench.as(bench.owner);
});
afterAll(() => bench.close());

async function bucket(): Promise<string> {
  const Bucket = `bucket-${++count}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

const raw = async (method: string, path: string, query = "", body = ""): Promise<string> => {
  const answer = await send(bench.sandbox, signed(bench.sandbox, bench.owner, { method, path, query, body }));
  return answer.status < 300 ? `${answer.status}` : `${answer.code} ${answer.status}`;
};

describe("a bucket", () => {
  it("is made, found, located, and removed when empty", async () => {
    const Bucket = await bucket();
    expect((await client.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe("us-east-1");
    expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
    await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    expect(await outcome(client.send(new DeleteBucketCommand({ Bucket })))).toBe("BucketNotEmpty 409");
    expect(await outcome(client.send(new CreateBucketCommand({ Bucket })))).toBe("BucketAlreadyOwnedByYou 409");
    expect(await outcome(bench.as(bench.third).send(new CreateBucketCommand({ Bucket })))).toBe("BucketAlreadyExists 409");
    expect(await outcome(bench.as(bench.third).send(new HeadBucketCommand({ Bucket })))).toMatch(/403$/);
    const empty = await bucket();
    await client.send(new DeleteBucketCommand({ Bucket: empty }));
    expect(await outcome(client.send(new HeadBucketCommand({ Bucket: empty })))).toMatch(/404$/);
    expect(await outcome(client.send(new GetObjectCommand({ Bucket: empty, Key: "k" })))).toBe("NoSuchBucket 404");
  });

  it("has a proper name", async () => {
    for (const name of ["ab", "Upper", "with_underscore", "10.0.0.1", "double..dot", `x${"y".repeat(63)}`]) {
      expect(await raw("PUT", `/${name}`), name).toBe("InvalidBucketName 400");
    }
  });

  it("is reached by host name too, and every error carries AWS's XML", async () => {
    const Bucket = await bucket();
    await client.send(new PutObjectCommand({ Bucket, Key: "a/k", Body: "by host" }));
    for (const host of [`${Bucket}.localhost`, `${Bucket}.s3.us-east-1.localhost`, `${Bucket}.s3.amazonaws.com`]) {
      const request = signed(bench.sandbox, bench.owner, { method: "GET", path: "/a/k", headers: { host } });
      expect((await send(bench.sandbox, request)).body.toString(), host).toBe("by host");
    }
    const body = "<Delete><Object><Key>a/k</Key></Object></Delete>";
    const headers = { host: `${Bucket}.localhost`, "content-md5": createHash("md5").update(body).digest("base64") };
    const deletion = signed(bench.sandbox, bench.owner, { method: "POST", path: "/", query: "delete", headers, body });
    expect((await send(bench.sandbox, deletion)).body.toString()).toContain("<Deleted><Key>a/k</Key></Deleted>");
    const missing = await send(bench.sandbox, signed(bench.sandbox, bench.owner, { method: "GET", path: `/${Bucket}/none` }));
    expect(missing.headers["content-type"]).toBe("application/xml");
    expect(missing.body.toString()).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>The specified key does not exist.<\/Message><Key>none<\/Key>.*<RequestId>[0-9A-F]{16}<\/RequestId><HostId>[^<]+<\/HostId><\/Error>$/,
    );
  });
});

describe("settings that are not set", () => {
  const absent: [string, string][] = [
    ["policy", "NoSuchBucketPolicy 404"],
    ["policyStatus", "NoSuchBucketPolicy 404"],
    ["ownershipControls", "OwnershipControlsNotFoundError 404"],
    ["publicAccessBlock", "NoSuchPublicAccessBlockConfiguration 404"],
    ["tagging", "NoSuchTagSet 404"],
    ["cors", "NoSuchCORSConfiguration 404"],
    ["lifecycle", "NoSuchLifecycleConfiguration 404"],
    ["website", "NoSuchWebsiteConfiguration 404"],
    ["replication", "ReplicationConfigurationNotFoundError 404"],
    ["object-lock", "ObjectLockConfigurationNotFoundError 404"],
    ["inventory&id=x", "NoSuchConfiguration 404"],
    ["versioning", "200"],
    ["notification", "200"],
    ["logging", "200"],
    ["encryption", "200"],
    ["inventory", "200"],
    ["acl", "200"],
    ["location", "200"],
  ];
  it("answer with AWS's codes", async () => {
    const Bucket = await bucket();
    for (const [query, expected] of absent) expect(await raw("GET", `/${Bucket}`, query), query).toBe(expected);
  });

  it("that nobody knows are refused: NotImplemented, MethodNotAllowed", async () => {
    const Bucket = await bucket();
    expect(await raw("GET", `/${Bucket}/k`, "torrent")).toBe("NotImplemented 501");
    expect(await raw("PATCH", `/${Bucket}`)).toBe("MethodNotAllowed 405");
    expect(await raw("DELETE", `/${Bucket}`, "versioning")).toBe("MethodNotAllowed 405");
  });
});

describe("settings", () => {
  it("come back as they were given, and go", async () => {
    const Bucket = await bucket();
    const documents: [string, string, string][] = [
      ["cors", "CORSConfiguration", "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>"],
      ["website", "WebsiteConfiguration", "<IndexDocument><Suffix>i.html</Suffix></IndexDocument>"],
      ["replication", "ReplicationConfiguration", "<Role>arn:aws:iam::1:role/r</Role>"],
      ["tagging", "Tagging", "<TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet>"],
      ["inventory&id=daily", "InventoryConfiguration", "<Id>daily</Id><IsEnabled>true</IsEnabled>"],
    ];
    for (const [query, root, inner] of documents) {
      const xml = `<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${root}>`;
      expect(await raw("PUT", `/${Bucket}`, query, xml), query).toMatch(/^20[04]$/);
      const back = await send(bench.sandbox, signed(bench.sandbox, bench.owner, { method: "GET", path: `/${Bucket}`, query }));
      expect(back.body.toString()).toContain(inner);
      expect(await raw("PUT", `/${Bucket}`, query, "<Wrong/>"), query).toBe("MalformedXML 400");
      expect(await raw("DELETE", `/${Bucket}`, query), query).toBe("204");
      expect(await raw("GET", `/${Bucket}`, query), query).toMatch(/404$/);
    }
  });

  it("speak the SDK's language", async () => {
    const Bucket = await bucket();
    const Rules = [{ ID: "r", Status: "Enabled" as const, Filter: { Prefix: "x/" }, Expiration: { Days: 3 } }];
    await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    expect((await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toEqual(Rules);
  });
});

describe("the bucket policy", () => {
  const policy = (Bucket: string, more: object = {}) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*`, ...more }],
    });
  const set = (Bucket: string, Policy: string) => outcome(client.send(new PutBucketPolicyCommand({ Bucket, Policy })));

  it("comes back byte for byte, tells whether it is public, and goes", async () => {
    const Bucket = await bucket();
    const Policy = ` ${policy(Bucket)}`.trim();
    expect(await set(Bucket, Policy)).toBe("ok");
    expect((await client.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
    const isPublic = async () => (await client.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic;
    expect(await isPublic()).toBe(true);
    await set(Bucket, policy(Bucket, { Condition: { StringEquals: { "aws:PrincipalAccount": bench.third.accountId } } }));
    expect(await isPublic()).toBe(false);
    await client.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect(await outcome(client.send(new GetBucketPolicyCommand({ Bucket })))).toBe("NoSuchBucketPolicy 404");
  });

  it("is refused when malformed, too large, about another bucket, or set by another account", async () => {
    const Bucket = await bucket();
    expect(await set(Bucket, "no json")).toBe("MalformedPolicy 400");
    expect(await set(Bucket, policy(Bucket, { Principal: undefined }))).toBe("MalformedPolicy 400");
    expect(await set(Bucket, policy(Bucket, { Resource: "arn:aws:s3:::another/*" }))).toBe("MalformedPolicy 400");
    expect(await set(Bucket, policy(Bucket, { Sid: "x".repeat(21 * 1024) }))).toBe("PolicyTooLarge 400");
    const other = bench.as(bench.uploader).send(new PutBucketPolicyCommand({ Bucket, Policy: policy(Bucket) }));
    expect(await outcome(other)).toBe("AccessDenied 403");
    await set(Bucket, openTo(Bucket, bench.uploader));
    const allowed = bench.as(bench.uploader).send(new PutBucketPolicyCommand({ Bucket, Policy: policy(Bucket) }));
    expect(await outcome(allowed)).toBe("MethodNotAllowed 405");
  });

  it("denies the bucket owner too", async () => {
    const Bucket = await bucket();
    await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    await set(Bucket, policy(Bucket, { Effect: "Deny" }));
    const error = await refusal(client.send(new GetObjectCommand({ Bucket, Key: "k" })));
    expect(error.message).toMatch(/with an explicit deny in a resource-based policy$/);
  });
});

describe("Block Public Access", () => {
  const block = (Bucket: string, flags: PublicAccessBlockConfiguration) =>
    client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: flags }));
  const anonymous = async (Bucket: string) => (await send(bench.sandbox, { method: "GET", path: `/${Bucket}/k` })).status;

  async function publicBucket(): Promise<string> {
    const Bucket = await bucket();
    await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", ACL: "public-read" }));
    return Bucket;
  }

  it("BlockPublicAcls refuses calls that carry public ACLs, and leaves what is there", async () => {
    const Bucket = await publicBucket();
    await block(Bucket, { BlockPublicAcls: true });
    expect(await anonymous(Bucket)).toBe(200);
    expect(await outcome(client.send(new PutObjectAclCommand({ Bucket, Key: "k", ACL: "public-read" })))).toBe("AccessDenied 403");
    expect(await outcome(client.send(new PutObjectCommand({ Bucket, Key: "n", Body: "x", ACL: "authenticated-read" })))).toBe(
      "AccessDenied 403",
    );
    expect(await outcome(client.send(new PutBucketAclCommand({ Bucket, ACL: "public-read" })))).toBe("AccessDenied 403");
    expect(await outcome(client.send(new PutObjectAclCommand({ Bucket, Key: "k", ACL: "private" })))).toBe("ok");
  });

  it("IgnorePublicAcls closes public grants and hides them from GetObjectAcl and GetBucketAcl, without removing them", async () => {
    const Bucket = await publicBucket();
    await client.send(new PutBucketAclCommand({ Bucket, ACL: "public-read" }));
    await block(Bucket, { IgnorePublicAcls: true });
    const grants = async () => (await client.send(new GetObjectAclCommand({ Bucket, Key: "k" }))).Grants?.length;
    expect([await anonymous(Bucket), await grants()]).toEqual([403, 1]);
    expect((await client.send(new GetBucketAclCommand({ Bucket }))).Grants).toHaveLength(1);
    await client.send(new DeletePublicAccessBlockCommand({ Bucket }));
    expect([await anonymous(Bucket), await grants()]).toEqual([200, 2]);
  });

  it("BlockPublicPolicy refuses public policies only", async () => {
    const Bucket = await bucket();
    await block(Bucket, { BlockPublicPolicy: true });
    const open = openTo(Bucket, bench.uploader);
    const publicly = open.replace(/"Principal":\{[^}]*\}/, '"Principal":"*"');
    expect(await outcome(client.send(new PutBucketPolicyCommand({ Bucket, Policy: publicly })))).toBe("AccessDenied 403");
    expect(await outcome(client.send(new PutBucketPolicyCommand({ Bucket, Policy: open })))).toBe("ok");
  });

  it("RestrictPublicBuckets lets a public policy serve the bucket's own account only", async () => {
    const Bucket = await bucket();
    await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    const Policy = openTo(Bucket, bench.uploader, ["s3:GetObject"]).replace(/"Principal":\{[^}]*\}/, '"Principal":"*"');
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const foreign = () => outcome(bench.as(bench.third).send(new GetObjectCommand({ Bucket, Key: "k" })));
    expect([await anonymous(Bucket), await foreign()]).toEqual([200, "ok"]);
    await block(Bucket, { RestrictPublicBuckets: true });
    expect([await anonymous(Bucket), await foreign()]).toEqual([403, "AccessDenied 403"]);
    expect(await outcome(client.send(new GetObjectCommand({ Bucket, Key: "k" })))).toBe("ok");
  });

  it("of the account counts as much as the bucket's own", async () => {
    const Bucket = await publicBucket();
    bench.sandbox.store.accountBlocks.set(bench.owner.accountId, {
      blockPublicAcls: false,
      ignorePublicAcls: true,
      blockPublicPolicy: false,
      restrictPublicBuckets: false,
    });
    expect(await anonymous(Bucket)).toBe(403);
    bench.sandbox.store.accountBlocks.clear();
    expect(await anonymous(Bucket)).toBe(200);
    expect(await outcome(client.send(new GetPublicAccessBlockCommand({ Bucket })))).toBe("NoSuchPublicAccessBlockConfiguration 404");
  });
});
