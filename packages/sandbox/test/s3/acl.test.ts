/** ACLs: what each form means, who may read and write what under which grant, and what is refused. */
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  type Grant,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ObjectCannedACL,
  PutBucketAclCommand,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AccountSpec } from "../../src/index.ts";
import { type Bench, clientOf, openTo, outcome, refusal, send, signed, startBench } from "./harness.ts";

const allUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
const authenticated = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const logDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";
const Bucket = "acl-bench";

let bench: Bench;
let count = 0;

beforeAll(async () => {
  bench = await startBench();
  await bench.as(bench.owner).send(new CreateBucketCommand({ Bucket }));
  await bench.as(bench.owner).send(new PutBucketPolicyCommand({ Bucket, Policy: openTo(Bucket, bench.uploader, ["s3:PutObject"]) }));
});
afterAll(() => bench.close());

/** A new object of the uploader's in the owner's bucket. */
async function foreign(acl?: ObjectCannedACL): Promise<string> {
  const Key = `object-${++count}`;
  await bench.as(bench.uploader).send(new PutObjectCommand({ Bucket, Key, Body: "x", ACL: acl }));
  return Key;
}

const user = (account: AccountSpec, Permission: Grant["Permission"]): Grant => ({
  Grantee: { Type: "CanonicalUser", ID: account.canonicalId },
  Permission,
});
const group = (URI: string, Permission: Grant["Permission"]): Grant => ({ Grantee: { Type: "Group", URI }, Permission });

function setAcl(Key: string, Grants: Grant[], by: AccountSpec = bench.uploader, owner: AccountSpec = bench.uploader): Promise<unknown> {
  return bench.as(by).send(new PutObjectAclCommand({ Bucket, Key, AccessControlPolicy: { Owner: { ID: owner.canonicalId }, Grants } }));
}

async function grantsOf(Key: string, by: AccountSpec = bench.uploader): Promise<string[]> {
  const acl = await bench.as(by).send(new GetObjectAclCommand({ Bucket, Key }));
  const names = new Map([
    [bench.owner.canonicalId, "bucket owner"],
    [bench.uploader.canonicalId, "object owner"],
    [bench.third.canonicalId, "third"],
  ]);
  return (acl.Grants ?? []).map((grant) => {
    const who = grant.Grantee?.URI?.split("/").at(-1) ?? names.get(grant.Grantee?.ID ?? "") ?? grant.Grantee?.ID;
    return `${who} ${grant.Permission}`;
  });
}

const read = (by: AccountSpec, Key: string) => outcome(bench.as(by).send(new GetObjectCommand({ Bucket, Key })));
const readAcl = (by: AccountSpec, Key: string) => outcome(bench.as(by).send(new GetObjectAclCommand({ Bucket, Key })));
const writeAcl = (by: AccountSpec, Key: string) => outcome(setAcl(Key, [user(bench.uploader, "FULL_CONTROL")], by));

describe("canned ACLs of objects", () => {
  const table: [ObjectCannedACL, string[]][] = [
    ["private", ["object owner FULL_CONTROL"]],
    ["public-read", ["object owner FULL_CONTROL", "AllUsers READ"]],
    ["public-read-write", ["object owner FULL_CONTROL", "AllUsers READ", "AllUsers WRITE"]],
    ["authenticated-read", ["object owner FULL_CONTROL", "AuthenticatedUsers READ"]],
    ["bucket-owner-read", ["object owner FULL_CONTROL", "bucket owner READ"]],
    ["bucket-owner-full-control", ["object owner FULL_CONTROL", "bucket owner FULL_CONTROL"]],
    ["aws-exec-read", ["object owner FULL_CONTROL", "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c READ"]],
  ];
  for (const [canned, expected] of table) {
    it(`${canned} means ${expected.join(", ")}, on upload and on PutObjectAcl`, async () => {
      expect(await grantsOf(await foreign(canned))).toEqual(expected);
      const key = await foreign("public-read");
      await bench.as(bench.uploader).send(new PutObjectAclCommand({ Bucket, Key: key, ACL: canned }));
      expect(await grantsOf(key)).toEqual(expected);
    });
  }

  it("replace the whole ACL", async () => {
    const key = await foreign();
    await setAcl(key, [user(bench.uploader, "FULL_CONTROL"), user(bench.third, "READ"), group(allUsers, "READ")]);
    await bench.as(bench.uploader).send(new PutObjectAclCommand({ Bucket, Key: key, ACL: "bucket-owner-full-control" }));
    expect(await grantsOf(key)).toEqual(["object owner FULL_CONTROL", "bucket owner FULL_CONTROL"]);
    expect(await read(bench.third, key)).toBe("AccessDenied 403");
  });

  it("that nobody knows are InvalidArgument", async () => {
    const key = await foreign();
    const odd = (acl: string) =>
      outcome(bench.as(bench.uploader).send(new PutObjectAclCommand({ Bucket, Key: key, ACL: acl as ObjectCannedACL })));
    expect([await odd("everything"), await odd("log-delivery-write")]).toEqual(["InvalidArgument 400", "InvalidArgument 400"]);
  });
});

describe("a foreign object", () => {
  it("is closed to the bucket owner until granted", async () => {
    const key = await foreign();
    const owner = bench.as(bench.owner);
    expect(await read(bench.owner, key)).toBe("AccessDenied 403");
    expect(await outcome(owner.send(new HeadObjectCommand({ Bucket, Key: key })))).toMatch(/403$/);
    expect(await readAcl(bench.owner, key)).toBe("AccessDenied 403");
    expect(await writeAcl(bench.owner, key)).toBe("AccessDenied 403");
    await bench.as(bench.uploader).send(new PutObjectAclCommand({ Bucket, Key: key, ACL: "bucket-owner-full-control" }));
    expect([await read(bench.owner, key), await readAcl(bench.owner, key), await writeAcl(bench.owner, key)]).toEqual(["ok", "ok", "ok"]);
  });

  it("can always be deleted by the bucket owner, and by its own owner only with a right on the bucket", async () => {
    const key = await foreign();
    expect(await outcome(bench.as(bench.uploader).send(new DeleteObjectCommand({ Bucket, Key: key })))).toBe("AccessDenied 403");
    expect(await outcome(bench.as(bench.owner).send(new DeleteObjectCommand({ Bucket, Key: key })))).toBe("ok");
  });

  it("is out of reach of the bucket policy's Allow, not of its Deny", async () => {
    const name = "acl-policy";
    const owner = bench.as(bench.owner);
    await owner.send(new CreateBucketCommand({ Bucket: name }));
    const statement = (Effect: string, account: AccountSpec, Action: string) => ({
      Effect,
      Principal: { AWS: `arn:aws:iam::${account.accountId}:root` },
      Action,
      Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
    });
    const set = (...Statement: object[]) =>
      owner.send(new PutBucketPolicyCommand({ Bucket: name, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) }));
    await set(statement("Allow", bench.uploader, "s3:PutObject"), statement("Allow", bench.third, "s3:GetObject"));
    await bench.as(bench.uploader).send(new PutObjectCommand({ Bucket: name, Key: "foreign", Body: "x" }));
    await owner.send(new PutObjectCommand({ Bucket: name, Key: "own", Body: "x" }));
    const get = (by: AccountSpec, Key: string) => outcome(bench.as(by).send(new GetObjectCommand({ Bucket: name, Key })));
    expect([await get(bench.third, "own"), await get(bench.third, "foreign")]).toEqual(["ok", "AccessDenied 403"]);
    expect(await get(bench.uploader, "foreign")).toBe("ok");
    const putAcl = () => outcome(bench.as(bench.uploader).send(new PutObjectAclCommand({ Bucket: name, Key: "foreign", ACL: "private" })));
    expect(await putAcl()).toBe("ok");
    await set(statement("Deny", bench.uploader, "s3:PutObjectAcl"));
    expect([await putAcl(), await get(bench.uploader, "foreign")]).toEqual(["AccessDenied 403", "ok"]);
  });
});

describe("grants", () => {
  const permissions = ["READ", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"] as const;
  const opens: Record<(typeof permissions)[number], string[]> = {
    READ: ["ok", "AccessDenied 403", "AccessDenied 403"],
    READ_ACP: ["AccessDenied 403", "ok", "AccessDenied 403"],
    WRITE_ACP: ["AccessDenied 403", "AccessDenied 403", "ok"],
    FULL_CONTROL: ["ok", "ok", "ok"],
  };
  for (const permission of permissions) {
    it(`${permission} opens what it names and nothing else`, async () => {
      const key = await foreign();
      await setAcl(key, [user(bench.third, permission)]);
      expect([await read(bench.third, key), await readAcl(bench.third, key), await writeAcl(bench.third, key)]).toEqual(opens[permission]);
    });
  }

  it("to groups: everybody, everybody with an account, log delivery", async () => {
    const key = await foreign();
    const anonymous = async () => (await send(bench.sandbox, { method: "GET", path: `/${Bucket}/${key}` })).status;
    await setAcl(key, [group(allUsers, "READ")]);
    expect([await anonymous(), await read(bench.third, key)]).toEqual([200, "ok"]);
    await setAcl(key, [group(authenticated, "READ")]);
    expect([await anonymous(), await read(bench.third, key)]).toEqual([403, "ok"]);
    await setAcl(key, [group(logDelivery, "READ")]);
    expect([await anonymous(), await read(bench.third, key)]).toEqual([403, "AccessDenied 403"]);
  });

  it("leave the owner able to mend an ACL that names nobody", async () => {
    const key = await foreign();
    await setAcl(key, []);
    expect(await grantsOf(key)).toEqual([]);
    expect([await read(bench.uploader, key), await writeAcl(bench.uploader, key)]).toEqual(["ok", "ok"]);
  });

  it("in headers, on upload and on PutObjectAcl", async () => {
    const Key = "by-headers";
    await bench.as(bench.uploader).send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: "x",
        GrantFullControl: `id="${bench.uploader.canonicalId}", id="${bench.owner.canonicalId}"`,
        GrantRead: `uri="${authenticated}"`,
      }),
    );
    expect(await grantsOf(Key)).toEqual(["object owner FULL_CONTROL", "bucket owner FULL_CONTROL", "AuthenticatedUsers READ"]);
    await bench.as(bench.uploader).send(new PutObjectAclCommand({ Bucket, Key, GrantReadACP: `id=${bench.third.canonicalId}` }));
    expect(await grantsOf(Key)).toEqual(["third READ_ACP"]);
  });
});

describe("PutObjectAcl refuses", () => {
  const put = async (headers: Record<string, string>, body = ""): Promise<string> => {
    const key = await foreign();
    const request = signed(bench.sandbox, bench.uploader, { method: "PUT", path: `/${Bucket}/${key}`, query: "acl", headers, body });
    const answer = await send(bench.sandbox, request);
    return answer.status === 200 ? "ok" : `${answer.code} ${answer.status}`;
  };
  const xml = (grants: string, owner = bench.uploader.canonicalId): string =>
    `<AccessControlPolicy><Owner><ID>${owner}</ID></Owner><AccessControlList>${grants}</AccessControlList></AccessControlPolicy>`;
  const grantee = (type: string, inner: string, permission = "READ"): string =>
    `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${type}">${inner}</Grantee><Permission>${permission}</Permission></Grant>`;
  const id = (n: number): string => n.toString(16).padStart(64, "0");

  it("mixed forms", async () => {
    expect(await put({ "x-amz-acl": "private", "x-amz-grant-read": `id=${id(1)}` })).toBe("InvalidRequest 400");
    expect(await put({ "x-amz-acl": "private" }, xml(""))).toBe("UnexpectedContent 400");
    expect(await put({})).toBe("MissingSecurityHeader 400");
  });

  it("more than 100 grants", async () => {
    const many = (count: number): string => Array.from({ length: count }, (_, n) => grantee("CanonicalUser", `<ID>${id(n)}</ID>`)).join("");
    expect([await put({}, xml(many(100))), await put({}, xml(many(101)))]).toEqual(["ok", "MalformedACLError 400"]);
  });

  it("e-mail grantees with 405, unknown ids and groups with 400", async () => {
    expect(await put({}, xml(grantee("AmazonCustomerByEmail", "<EmailAddress>a@example.com</EmailAddress>")))).toBe("MethodNotAllowed 405");
    expect(await put({ "x-amz-grant-read": 'emailAddress="a@example.com"' })).toBe("MethodNotAllowed 405");
    expect(await put({}, xml(grantee("CanonicalUser", "<ID>nobody</ID>")))).toBe("InvalidArgument 400");
    expect(await put({}, xml(grantee("Group", "<URI>http://example.com/group</URI>")))).toBe("InvalidArgument 400");
  });

  it("a wrong owner with 403, a malformed policy with 400", async () => {
    expect(await put({}, xml("", bench.owner.canonicalId))).toBe("AccessDenied 403");
    expect(await put({}, "<AccessControlPolicy>")).toBe("MalformedACLError 400");
    expect(await put({}, "<Other/>")).toBe("MalformedACLError 400");
    expect(await put({}, xml(grantee("CanonicalUser", `<ID>${id(1)}</ID>`, "EVERYTHING")))).toBe("MalformedACLError 400");
    expect(await put({}, "<AccessControlPolicy><AccessControlList/></AccessControlPolicy>")).toBe("MalformedACLError 400");
  });
});

describe("bucket ACLs", () => {
  it("open listing (READ), uploading (WRITE), the ACL itself (READ_ACP, WRITE_ACP)", async () => {
    const name = "bucket-acl";
    const owner = bench.as(bench.owner);
    const third = bench.as(bench.third);
    await owner.send(new CreateBucketCommand({ Bucket: name }));
    const set = (Permission: Grant["Permission"]) =>
      owner.send(
        new PutBucketAclCommand({
          Bucket: name,
          AccessControlPolicy: {
            Owner: { ID: bench.owner.canonicalId },
            Grants: [user(bench.owner, "FULL_CONTROL"), user(bench.third, Permission)],
          },
        }),
      );
    const list = () => outcome(third.send(new ListObjectsV2Command({ Bucket: name })));
    const upload = () => outcome(third.send(new PutObjectCommand({ Bucket: name, Key: "k", Body: "x" })));
    await set("READ");
    expect([await list(), await upload()]).toEqual(["ok", "AccessDenied 403"]);
    await set("WRITE");
    expect([await list(), await upload()]).toEqual(["AccessDenied 403", "ok"]);
    expect(await outcome(third.send(new DeleteObjectCommand({ Bucket: name, Key: "k" })))).toBe("ok");
    await owner.send(new PutObjectCommand({ Bucket: name, Key: "own", Body: "x" }));
    expect(await outcome(third.send(new DeleteObjectCommand({ Bucket: name, Key: "own" })))).toBe("AccessDenied 403");
    await set("WRITE_ACP");
    expect(await outcome(third.send(new PutBucketAclCommand({ Bucket: name, ACL: "public-read" })))).toBe("ok");
  });
});

describe("anonymous uploads", () => {
  it("belong to the anonymous ID, which an unsigned call can then grant away", async () => {
    const name = "dropbox";
    const owner = bench.as(bench.owner);
    await owner.send(new CreateBucketCommand({ Bucket: name, ACL: "public-read-write" }));
    const dropped = await send(bench.sandbox, { method: "PUT", path: `/${name}/dropped`, body: "x" });
    expect(dropped.status).toBe(200);
    const listed = await owner.send(new ListObjectsV2Command({ Bucket: name, FetchOwner: true }));
    expect(listed.Contents?.[0]?.Owner?.ID).toBe("65a011a29cdf8ec533ec3d1ccaae921c");
    expect(await outcome(owner.send(new GetObjectCommand({ Bucket: name, Key: "dropped" })))).toBe("AccessDenied 403");
    const granted = await send(bench.sandbox, {
      method: "PUT",
      path: `/${name}/dropped`,
      query: "acl",
      headers: { "x-amz-acl": "bucket-owner-full-control" },
    });
    expect(granted.status).toBe(200);
    expect(await outcome(owner.send(new GetObjectCommand({ Bucket: name, Key: "dropped" })))).toBe("ok");
  });
});

describe("a role's policies", () => {
  const sessionOf = (account: AccountSpec, actions: string[], sessionActions?: string[]) => {
    const allow = (Action: string[]) => ({
      Version: "2012-10-17" as const,
      Statement: [{ Effect: "Allow" as const, Action, Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`] }],
    });
    return clientOf(
      bench.sandbox,
      bench.sandbox.book.openSession({
        accountId: account.accountId,
        canonicalId: account.canonicalId,
        arn: `arn:aws:sts::${account.accountId}:assumed-role/worker/test`,
        roleArn: `arn:aws:iam::${account.accountId}:role/worker`,
        policies: [allow(actions)],
        ...(sessionActions === undefined ? {} : { sessionPolicy: allow(sessionActions) }),
        durationSeconds: 900,
      }),
    );
  };

  it("tell s3:PutObjectAcl from s3:PutObjectVersionAcl", async () => {
    const Key = await foreign();
    const plain = sessionOf(bench.uploader, ["s3:PutObjectAcl"]);
    const versioned = sessionOf(bench.uploader, ["s3:PutObjectVersionAcl"]);
    const call = (client: typeof plain, VersionId?: string) =>
      outcome(client.send(new PutObjectAclCommand({ Bucket, Key, VersionId, ACL: "bucket-owner-full-control" })));
    expect([await call(plain), await call(plain, "null")]).toEqual(["ok", "AccessDenied 403"]);
    expect([await call(versioned), await call(versioned, "null")]).toEqual(["AccessDenied 403", "ok"]);
  });

  it("are shrunk by the session policy", async () => {
    const Key = await foreign();
    const client = sessionOf(bench.uploader, ["s3:*"], ["s3:PutObjectAcl"]);
    expect(await outcome(client.send(new PutObjectAclCommand({ Bucket, Key, ACL: "private" })))).toBe("ok");
    expect(await outcome(client.send(new GetObjectCommand({ Bucket, Key })))).toBe("AccessDenied 403");
  });

  it("of the bucket's account are named in the refusal, others only get Access Denied", async () => {
    const own = await refusal(sessionOf(bench.owner, ["s3:ListBucket"]).send(new GetObjectCommand({ Bucket, Key: await foreign() })));
    expect(own.message).toMatch(
      /^User: arn:aws:sts::\d{12}:assumed-role\/worker\/test is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::acl-bench\/object-\d+" because no identity-based policy allows the s3:GetObject action$/,
    );
    const other = await refusal(bench.as(bench.third).send(new GetObjectCommand({ Bucket, Key: await foreign() })));
    expect(other.message).toBe("Access Denied");
  });

  it("that an upload with an ACL needs include s3:PutObjectAcl", async () => {
    const client = sessionOf(bench.uploader, ["s3:PutObject"]);
    const put = (ACL?: ObjectCannedACL) => outcome(client.send(new PutObjectCommand({ Bucket, Key: "with-acl", Body: "x", ACL })));
    expect([await put(), await put("bucket-owner-full-control")]).toEqual(["ok", "AccessDenied 403"]);
  });

  it("decide nothing about missing keys: 404 only for who may list", async () => {
    expect(await outcome(bench.as(bench.owner).send(new GetObjectCommand({ Bucket, Key: "missing" })))).toBe("NoSuchKey 404");
    expect(await outcome(bench.as(bench.uploader).send(new PutObjectAclCommand({ Bucket, Key: "missing", ACL: "private" })))).toBe(
      "AccessDenied 403",
    );
  });
});

describe("the fence", () => {
  it("a policy that denies uploads without bucket-owner-full-control lets only those through", async () => {
    const name = "fenced";
    const owner = bench.as(bench.owner);
    await owner.send(new CreateBucketCommand({ Bucket: name, ObjectOwnership: "BucketOwnerPreferred" }));
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { AWS: bench.uploader.accountId }, Action: "s3:PutObject", Resource: `arn:aws:s3:::${name}/*` },
        {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:PutObject",
          Resource: `arn:aws:s3:::${name}/*`,
          Condition: {
            StringNotEquals: { "s3:x-amz-acl": "bucket-owner-full-control", "aws:PrincipalAccount": bench.owner.accountId },
          },
        },
      ],
    });
    await owner.send(new PutBucketPolicyCommand({ Bucket: name, Policy }));
    const put = (by: AccountSpec, ACL?: ObjectCannedACL) =>
      outcome(bench.as(by).send(new PutObjectCommand({ Bucket: name, Key: "k", Body: "x", ACL })));
    expect(await put(bench.uploader)).toBe("AccessDenied 403");
    expect(await put(bench.uploader, "private")).toBe("AccessDenied 403");
    expect(await put(bench.uploader, "bucket-owner-full-control")).toBe("ok");
    expect(await put(bench.owner)).toBe("ok");
    const listed = await owner.send(new ListObjectsV2Command({ Bucket: name, FetchOwner: true }));
    expect(listed.Contents?.map((object) => object.Owner?.ID)).toEqual([bench.owner.canonicalId]);
  });
});

describe("x-amz-expected-bucket-owner", () => {
  it("is checked before anything else", async () => {
    const Key = await foreign();
    const put = (ExpectedBucketOwner: string) =>
      outcome(bench.as(bench.uploader).send(new PutObjectAclCommand({ Bucket, Key, ACL: "private", ExpectedBucketOwner })));
    expect([await put(bench.owner.accountId), await put(bench.uploader.accountId), await put("12")]).toEqual([
      "ok",
      "AccessDenied 403",
      "InvalidBucketOwnerAWSAccountID 400",
    ]);
  });
});
