import { randomBytes } from "node:crypto";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seededAccounts, trustOf } from "../src/account/seeded.ts";
import type { AccountSpec } from "../src/account/spec.ts";
import { policyFrom } from "../src/iam/document.ts";
import { type Sandbox, startSandbox } from "../src/start.ts";
import { type Keys, keysOf, refusalOf, s3For, sessionKeys, stsFor } from "./clients.ts";

let sandbox: Sandbox;
let owner: AccountSpec;
let uploader: AccountSpec;
let ownerKeys: Keys;
const limited: Keys = { accessKeyId: "AKIALIMITED", secretAccessKey: "limited-secret" };
const readOnly = policyFrom({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "s3:Get*", Resource: "*" } }, "identity");

beforeAll(async () => {
  const [first, second, ...rest] = seededAccounts({ seed: 11, count: 3, region: "us-east-1", externalIds: true });
  if (first === undefined || second === undefined) throw new Error("two accounts are needed");
  owner = { ...first, furtherKeys: [{ ...limited, userName: "reader", policies: [readOnly] }] };
  const arn = `arn:aws:iam::${second.accountId}:role/short`;
  uploader = {
    ...second,
    roles: [
      ...second.roles,
      { name: "short", arn, trust: trustOf(owner.accountId), policies: "everything", maxSessionSeconds: 3_600 },
      {
        name: "get-only",
        arn: arn.replace("short", "get-only"),
        trust: trustOf(owner.accountId),
        policies: [readOnly],
        maxSessionSeconds: 3_600,
      },
    ],
  };
  sandbox = await startSandbox({ accounts: [owner, uploader, ...rest], bucketDefaults: "legacy" });
  ownerKeys = keysOf(owner);
  const s3 = s3For(sandbox, ownerKeys);
  await s3.send(new CreateBucketCommand({ Bucket: "shared" }));
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: { AWS: uploader.accountId }, Action: "s3:PutObject", Resource: "arn:aws:s3:::shared/*" },
  });
  await s3.send(new PutBucketPolicyCommand({ Bucket: "shared", Policy }));
});
afterAll(() => sandbox.close());

const externalId = (account: AccountSpec) => ({ ExternalId: account.roles[0]?.externalId });
const assume = (input: Partial<AssumeRoleCommandInput>, keys: Keys = ownerKeys) =>
  stsFor(sandbox, keys).send(
    new AssumeRoleCommand({ RoleArn: uploader.roles[0]?.arn, RoleSessionName: "test", ...externalId(uploader), ...input }),
  );

describe("who am I", () => {
  test("a user, a session, a session token", async () => {
    const identity = async (keys: Keys) => (await stsFor(sandbox, keys).send(new GetCallerIdentityCommand({}))).Arn;
    expect(await identity(ownerKeys)).toBe(`arn:aws:iam::${owner.accountId}:user/admin`);
    expect(
      await identity(await sessionKeys(sandbox, ownerKeys, uploader, { ...externalId(uploader), RoleSessionName: "campaign-7" })),
    ).toBe(`arn:aws:sts::${uploader.accountId}:assumed-role/quitclaim/campaign-7`);
    const { Credentials } = await stsFor(sandbox, ownerKeys).send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    expect(
      await identity({
        accessKeyId: Credentials?.AccessKeyId ?? "",
        secretAccessKey: Credentials?.SecretAccessKey ?? "",
        sessionToken: Credentials?.SessionToken ?? "",
      }),
    ).toBe(`arn:aws:iam::${owner.accountId}:user/admin`);
  });

  test("nobody, with a wrong key", async () => {
    const wrong = await refusalOf(
      stsFor(sandbox, { accessKeyId: "AKIANOBODY", secretAccessKey: "x" }).send(new GetCallerIdentityCommand({})),
    );
    expect(wrong).toMatchObject({ code: "InvalidClientTokenId", status: 403 });
  });
});

describe("AssumeRole", () => {
  test("answers a session that expires after the duration asked for", async () => {
    const { Credentials, AssumedRoleUser } = await assume({ DurationSeconds: 900 });
    const left = (Credentials?.Expiration?.getTime() ?? 0) - Date.now();
    expect(left).toBeGreaterThan(800_000);
    expect(left).toBeLessThanOrEqual(900_000);
    expect(Credentials?.AccessKeyId).toMatch(/^ASIA/);
    expect(AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA.{17}:test$/);
  });

  test("wants the external ID of the trust policy", async () => {
    const sentence = `User: arn:aws:iam::${owner.accountId}:user/admin is not authorized to perform: sts:AssumeRole on resource: ${uploader.roles[0]?.arn}`;
    expect(await refusalOf(assume({ ExternalId: undefined }))).toEqual({ code: "AccessDenied", status: 403, message: sentence });
    expect(await refusalOf(assume({ ExternalId: "another" }))).toMatchObject({ code: "AccessDenied" });
  });

  test("refuses accounts the role does not trust, users who may not assume roles, and roles that are not there", async () => {
    expect(await refusalOf(assume({}, keysOf(uploader)))).toMatchObject({ code: "AccessDenied" });
    expect(await refusalOf(assume({}, limited))).toMatchObject({ code: "AccessDenied", status: 403 });
    expect(await refusalOf(assume({ RoleArn: `arn:aws:iam::${uploader.accountId}:role/none` }))).toMatchObject({ code: "AccessDenied" });
  });

  test("follows the trust policy as it is changed", async () => {
    const role = sandbox.book.role(uploader.roles[0]?.arn ?? "")?.role;
    if (role === undefined) throw new Error("the role is there");
    const before = role.trust;
    role.trust = policyFrom({ Statement: { Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" } }, "trust");
    expect(await refusalOf(assume({}))).toMatchObject({ code: "AccessDenied" });
    role.trust = before;
    await assume({});
  });

  test.each<[string, Partial<AssumeRoleCommandInput>, RegExp]>([
    ["a duration below 900 s", { DurationSeconds: 899 }, /greater than or equal to 900/],
    ["a duration above 12 h", { DurationSeconds: 43_201 }, /less than or equal to 43200/],
    ["a session name with a space", { RoleSessionName: "a b" }, /regular expression pattern/],
    ["a session name of one letter", { RoleSessionName: "a" }, /greater than or equal to 2/],
    ["an external ID with a space", { ExternalId: "a b" }, /externalId/],
  ])("refuses %s", async (_name, input, message) => {
    expect(await refusalOf(assume(input))).toMatchObject({ code: "ValidationError", status: 400, message: expect.stringMatching(message) });
  });

  test("refuses more than the role's maximum, and more than an hour for a chained session", async () => {
    const short = { RoleArn: uploader.roles[1]?.arn, ExternalId: undefined };
    expect(await refusalOf(assume({ ...short, DurationSeconds: 3_601 }))).toMatchObject({
      code: "ValidationError",
      message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    });
    const chained = await sessionKeys(sandbox, ownerKeys, owner, externalId(owner));
    expect(await refusalOf(assume({ DurationSeconds: 3_601 }, chained))).toMatchObject({
      code: "ValidationError",
      message: "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    });
    await assume({ DurationSeconds: 3_600 }, chained);
    await assume({ DurationSeconds: 43_200 });
  });

  test("refuses session policies that are malformed or too long, and parameters it would have to ignore", async () => {
    expect(await refusalOf(assume({ Policy: "{}" }))).toMatchObject({ code: "MalformedPolicyDocumentException", status: 400 });
    const policy = (id: string) =>
      JSON.stringify({ Version: "2012-10-17", Id: id, Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
    expect(await refusalOf(assume({ Policy: policy("x".repeat(2_048)) }))).toMatchObject({ code: "ValidationError", status: 400 });
    expect(await refusalOf(assume({ Policy: policy(randomBytes(900).toString("hex")) }))).toMatchObject({
      code: "PackedPolicyTooLargeException",
      status: 400,
    });
    expect((await assume({ Policy: policy("x".repeat(1_900)) })).PackedPolicySize).toBeLessThan(20);
    expect(await refusalOf(assume({ PolicyArns: [{ arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }] }))).toMatchObject({
      code: "NotImplemented",
    });
  });
});

describe("a session in S3", () => {
  test("uploads into the foreign bucket, and the bucket's owner is refused until granted", async () => {
    const role = s3For(sandbox, await sessionKeys(sandbox, ownerKeys, uploader, externalId(uploader)));
    const object = { Bucket: "shared", Key: "from/uploader.txt" };
    await role.send(new PutObjectCommand({ ...object, Body: "hello" }));
    const asOwner = s3For(sandbox, ownerKeys);
    expect(await refusalOf(asOwner.send(new GetObjectCommand(object)))).toMatchObject({ code: "AccessDenied", status: 403 });
    expect(await refusalOf(asOwner.send(new PutObjectAclCommand({ ...object, ACL: "bucket-owner-full-control" })))).toMatchObject({
      status: 403,
    });
    await role.send(new PutObjectAclCommand({ ...object, ACL: "bucket-owner-full-control" }));
    expect(await (await asOwner.send(new GetObjectCommand(object))).Body?.transformToString()).toBe("hello");
    const arn = `arn:aws:sts::${uploader.accountId}:assumed-role/quitclaim/test`;
    expect(
      sandbox
        .writes()
        .filter((write) => write.key === object.Key)
        .map(({ op, arn: by, accountId }) => [op, by, accountId]),
    ).toEqual([
      ["PutObject", arn, uploader.accountId],
      ["PutObjectAcl", arn, uploader.accountId],
    ]);
  });

  test("may do only what both the role and its session policy allow", async () => {
    const object = { Bucket: "shared", Key: "shrunk.txt" };
    await s3For(sandbox, await sessionKeys(sandbox, ownerKeys, uploader, externalId(uploader))).send(
      new PutObjectCommand({ ...object, Body: "x" }),
    );
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: ["s3:PutObjectAcl", "s3:GetObjectAcl"], Resource: "arn:aws:s3:::shared/*" },
    });
    const shrunk = s3For(sandbox, await sessionKeys(sandbox, ownerKeys, uploader, { ...externalId(uploader), Policy }));
    await shrunk.send(new PutObjectAclCommand({ ...object, ACL: "bucket-owner-full-control" }));
    expect(await refusalOf(shrunk.send(new GetObjectCommand(object)))).toMatchObject({ status: 403 });
    expect(await refusalOf(shrunk.send(new PutObjectCommand({ ...object, Body: "y" })))).toMatchObject({ status: 403 });
    const getOnly = { RoleArn: uploader.roles[2]?.arn, ExternalId: undefined };
    const everything = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" } });
    const widened = s3For(sandbox, await sessionKeys(sandbox, ownerKeys, uploader, { ...getOnly, Policy: everything }));
    await widened.send(new GetObjectCommand(object));
    expect(await refusalOf(widened.send(new PutObjectAclCommand({ ...object, ACL: "private" })))).toMatchObject({ status: 403 });
  });

  test("ends: S3 answers ExpiredToken 400, STS 403, and a new session works", async () => {
    const keys = await sessionKeys(sandbox, ownerKeys, uploader, externalId(uploader));
    const object = { Bucket: "shared", Key: "from/uploader.txt" };
    await s3For(sandbox, keys).send(new GetObjectCommand(object));
    expect(sandbox.book.expireSessions({ accountId: uploader.accountId })).toBeGreaterThan(0);
    expect(await refusalOf(s3For(sandbox, keys).send(new GetObjectCommand(object)))).toMatchObject({ code: "ExpiredToken", status: 400 });
    expect((await refusalOf(s3For(sandbox, keys).send(new HeadObjectCommand(object)))).status).toBe(400);
    expect(await refusalOf(stsFor(sandbox, keys).send(new GetCallerIdentityCommand({})))).toMatchObject({ status: 403 });
    await s3For(sandbox, await sessionKeys(sandbox, ownerKeys, uploader, externalId(uploader))).send(new GetObjectCommand(object));
  });

  test("ends early under a shortened lifetime while its promised expiration stays", async () => {
    sandbox.book.limitSessions(0.001);
    const { Credentials } = await assume({});
    sandbox.book.limitSessions(undefined);
    expect((Credentials?.Expiration?.getTime() ?? 0) - Date.now()).toBeGreaterThan(3_500_000);
    const keys = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
    await expect
      .poll(async () => (await refusalOf(s3For(sandbox, keys).send(new GetObjectCommand({ Bucket: "shared", Key: "none" })))).code)
      .toBe("ExpiredToken");
  });
});
