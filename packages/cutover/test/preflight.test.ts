import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  PutBucketAclCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketLoggingCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutPublicAccessBlockCommand,
  UpdateObjectEncryptionCommand,
} from "@aws-sdk/client-s3";
import { jsonBytes } from "@quitclaim/campaign";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  applyAnswer,
  type Finding,
  fence,
  type Preflight,
  type PreflightOptions,
  preflight,
  preflightLines,
  readPreflight,
} from "../src/index.ts";
import { type PlanFacts, type PlannedObject, writePlan } from "./support/plan.ts";
import { openScene, type Place, put, type Scene } from "./support/scene.ts";

let scene: Scene;
let logs: string;
beforeAll(async () => {
  scene = await openScene();
  logs = await mkdtemp(join(tmpdir(), "quitclaim-logs-"));
});
afterAll(async () => {
  await scene.close();
  await rm(logs, { recursive: true, force: true });
});

const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";

async function planned(place: Place, objects: readonly PlannedObject[], more: Partial<PlanFacts> = {}): Promise<void> {
  await writePlan(place.store, { bucket: place.name, owner: scene.owner, objects: new Map([[scene.uploaders[0], objects]]), ...more });
}

const look = (place: Place, options: Partial<PreflightOptions> = {}): Promise<Preflight> =>
  preflight(place.target, place.store, { inventoryAgeHours: 72, ...options });

async function finding(place: Place, id: string, options: Partial<PreflightOptions> = {}): Promise<Finding | undefined> {
  return (await look(place, options)).findings.find((f) => f.id === id);
}

const done: PlannedObject = { key: "a", outcome: "granted" };

const allow = (place: Place, ...statements: object[]): Promise<unknown> =>
  scene.as(scene.owner).send(
    new PutBucketPolicyCommand({
      Bucket: place.name,
      Policy: JSON.stringify({ ...JSON.parse(place.policy), Statement: [...JSON.parse(place.policy).Statement, ...statements] }),
    }),
  );

describe("preflight", () => {
  it("finds nothing in the way of a fenced bucket whose work is done, and writes that down", async () => {
    const place = await scene.bucket();
    await fence(place.target, place.store);
    await planned(place, [done]);
    const verdict = await look(place);
    expect(verdict.ok).toBe(true);
    expect(verdict.findings.filter((f) => f.severity === "blocking")).toEqual([]);
    expect(await readPreflight(place.store)).toEqual(verdict);
    expect(preflightLines(verdict).at(-1)).toBe(`${place.name} can be switched: nothing stands in the way`);
  });

  it("wants a plan, and nothing takes its place", async () => {
    const place = await scene.bucket();
    expect(await finding(place, "no-plan", { accept: ["no-plan"] })).toMatchObject({ severity: "blocking", acceptable: false });
    await planned(place, [done]);
    expect(await finding(place, "no-plan")).toBeUndefined();
  });

  it("stops at unfinished work, which nobody can accept", async () => {
    const place = await scene.bucket();
    await planned(place, [done, { key: "b", op: "copy" }]);
    const verdict = await look(place, { accept: ["unfinished-work"] });
    expect(verdict.findings.find((f) => f.id === "unfinished-work")).toMatchObject({ severity: "blocking", acceptable: false });
    expect(verdict.acceptedInVain).toEqual(["unfinished-work"]);
    expect(verdict.ok).toBe(false);
    await planned(place, [done, { key: "b", op: "copy", outcome: "copied" }]);
    expect(await finding(place, "unfinished-work")).toBeUndefined();
  });

  it("does not take grants that nobody could see for grants that are not there", async () => {
    const place = await scene.bucket();
    await planned(place, [done], { columnsAbsent: ["ETag", "ObjectAccessControlList"] });
    const unknown = await finding(place, "unknown-grants");
    expect(unknown).toMatchObject({ severity: "blocking", acceptable: true });
    expect(unknown?.evidence[0]).toContain("has no ObjectAccessControlList");
    expect((await look(place)).ok).toBe(false);
    expect((await finding(place, "unknown-grants", { accept: ["unknown-grants"] }))?.accepted).toBe(true);
    await planned(place, [done], { columnsAbsent: ["ETag"], grantsUnknown: { objects: 3, ownedByBucketOwner: 2 } });
    expect(await finding(place, "unknown-grants")).toMatchObject({
      severity: "warning",
      evidence: ["the report does not tell the ACL of 3 objects", "2 of them are the bucket owner's own"],
    });
    await planned(place, [done], { columnsAbsent: ["ETag"] });
    expect(await finding(place, "unknown-grants")).toBeUndefined();
  });

  it("names failures by code; failed grants can be accepted, failed re-encryption cannot", async () => {
    const place = await scene.bucket();
    await planned(place, [done, { key: "b", outcome: "failed", code: "AccessDenied" }]);
    const failed = await finding(place, "failed-work", { accept: ["failed-work"] });
    expect(failed).toMatchObject({ accepted: true, evidence: [expect.stringContaining("1 AccessDenied")] });
    await planned(place, [{ key: "b", op: "reencrypt", outcome: "failed", code: "InvalidRequest" }]);
    expect((await finding(place, "failed-work", { accept: ["failed-work"] }))?.accepted).toBeUndefined();
    await planned(place, [done]);
    expect(await finding(place, "failed-work")).toBeUndefined();
  });

  it("tells of changed, vanished and held objects without standing in the way", async () => {
    const place = await scene.bucket();
    await planned(place, [done, { key: "b", outcome: "changed" }, { key: "c", outcome: "vanished" }], {
      held: { "anonymous-owner": 2, "sse-c": 1 },
    });
    const { findings, ok } = await look(place);
    expect(ok).toBe(true);
    expect(findings.find((f) => f.id === "changed-objects")?.severity).toBe("warning");
    expect(findings.find((f) => f.id === "vanished-objects")?.severity).toBe("note");
    expect(findings.find((f) => f.id === "held-objects")?.evidence).toEqual([
      expect.stringMatching(/^anonymous-owner: 2/),
      expect.stringMatching(/^sse-c: 1/),
    ]);
  });

  it("minds the inventory's age, which can be accepted", async () => {
    const place = await scene.bucket();
    await planned(place, [done], { reportCreated: new Date(Date.now() - 100 * 3_600_000).toISOString() });
    expect(await finding(place, "old-inventory")).toMatchObject({ severity: "blocking", title: "The inventory is 100 hours old" });
    expect((await look(place, { accept: ["old-inventory"] })).ok).toBe(true);
    expect(await finding(place, "old-inventory", { inventoryAgeHours: 200 })).toBeUndefined();
  });

  it("finds bucket-ACL grants and log delivery, and both go with the fix", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    expect(await finding(place, "bucket-acl-grants")).toBeUndefined();
    const logDelivery = 'uri="http://acs.amazonaws.com/groups/s3/LogDelivery"';
    const full = `id=${scene.owner.canonicalId}`;
    await scene
      .as(scene.owner)
      .send(new PutBucketAclCommand({ Bucket: place.name, GrantFullControl: full, GrantWrite: logDelivery, GrantReadACP: logDelivery }));
    expect(await finding(place, "bucket-acl-grants")).toMatchObject({
      severity: "blocking",
      acceptable: false,
      answer: "bucket-acl-grants",
    });
    expect(await finding(place, "log-delivery")).toMatchObject({ severity: "blocking" });
    await applyAnswer(place.target, place.store, "bucket-acl-grants");
    const { findings } = await look(place);
    expect(findings.map((f) => f.id)).not.toContain("bucket-acl-grants");
    expect(findings.map((f) => f.id)).not.toContain("log-delivery");
  });

  it("finds the buckets that log into this one", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    const own = scene.as(scene.owner);
    await own.send(new CreateBucketCommand({ Bucket: "logger" }));
    await own.send(
      new PutBucketLoggingCommand({
        Bucket: "logger",
        BucketLoggingStatus: { LoggingEnabled: { TargetBucket: place.name, TargetPrefix: "l/" } },
      }),
    );
    expect((await finding(place, "log-delivery"))?.evidence[0]).toContain("bucket logger delivers");
    await own.send(new PutBucketLoggingCommand({ Bucket: "logger", BucketLoggingStatus: {} }));
    expect(await finding(place, "log-delivery")).toBeUndefined();
  });

  it("knows the accounts of ElastiCache and CloudFront in a bucket ACL", async () => {
    const place = await scene.bucket();
    await planned(place, [done], {
      thirdParties: [
        { grantee: "540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353", permission: "READ", objects: 2, bytes: 9 },
      ],
    });
    expect(await finding(place, "elasticache-grantee")).toMatchObject({ severity: "blocking" });
    await allow(place, {
      Sid: "Snapshots",
      Effect: "Allow",
      Principal: { Service: `${scene.sandbox.region}.elasticache-snapshot.amazonaws.com` },
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${place.name}/*`,
    });
    expect(await finding(place, "elasticache-grantee")).toBeUndefined();
  });

  it("holds third-party grants against the policy, and they go with the planner's policy merged", async () => {
    const place = await scene.bucket();
    const { outsider } = scene;
    await planned(place, [done], { thirdParties: [{ grantee: outsider.canonicalId, permission: "READ", objects: 7, bytes: 70 }] });
    expect(await finding(place, "third-party-grants")).toMatchObject({
      severity: "blocking",
      acceptable: true,
      evidence: [expect.stringContaining("READ on 7 objects")],
    });
    expect((await finding(place, "third-party-grants"))?.answer).toBeUndefined();
    await expect(applyAnswer(place.target, place.store, "third-party-grants")).rejects.toMatchObject({ reason: "nothing-to-fix" });

    const statement = {
      Sid: "ThirdParty1",
      Effect: "Allow",
      Principal: { CanonicalUser: outsider.canonicalId },
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: [`arn:aws:s3:::${place.name}/shared/*`],
    };
    const everyone = { ...statement, Sid: "ThirdParty2", Principal: "*" };
    await place.store.write("grants/bucket-policy.json", jsonBytes({ Version: "2012-10-17", Statement: [statement, everyone] }));
    const row = { grantee: outsider.canonicalId, permission: "READ", objects: 7, bytes: 70, prefixes: { "shared/": 7 }, keys: null };
    await place.store.write("grants/third-party.json", jsonBytes([row]));
    expect((await finding(place, "third-party-grants"))?.answer).toBe("third-party-grants");
    const { statements } = await applyAnswer(place.target, place.store, "third-party-grants");
    // What would be for everyone on the internet is left to a person.
    expect(statements.map((s) => s.Sid)).toEqual(["ThirdParty1"]);
    expect(await finding(place, "third-party-grants")).toBeUndefined();
    await place.store.write("grants/third-party.json", jsonBytes([{ ...row, prefixes: { "shared/": 6, "elsewhere/": 1 } }]));
    expect(await finding(place, "third-party-grants")).toMatchObject({ severity: "blocking" });
  });

  it("takes a policy for the whole bucket as a replacement, but no conditional one", async () => {
    const place = await scene.bucket();
    const { outsider } = scene;
    await planned(place, [done], { thirdParties: [{ grantee: outsider.canonicalId, permission: "READ", objects: 7, bytes: 70 }] });
    const reads = {
      Sid: "Reads",
      Effect: "Allow",
      Principal: { CanonicalUser: outsider.canonicalId },
      Action: "s3:Get*",
      Resource: `arn:aws:s3:::${place.name}/*`,
    };
    await allow(place, { ...reads, Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } });
    expect((await finding(place, "third-party-grants"))?.evidence[0]).toContain("only under conditions");
    await allow(place, reads);
    expect(await finding(place, "third-party-grants")).toBeUndefined();
  });

  it("holds public grants against Block Public Access and the policy", async () => {
    const place = await scene.bucket();
    await planned(place, [done], { thirdParties: [{ grantee: ALL_USERS, permission: "READ", objects: 3, bytes: 30 }] });
    expect(await finding(place, "public-grants")).toMatchObject({ severity: "blocking", acceptable: true });
    const own = scene.as(scene.owner);
    const ignore = { IgnorePublicAcls: true, BlockPublicPolicy: true, BlockPublicAcls: false, RestrictPublicBuckets: false };
    await own.send(
      new PutPublicAccessBlockCommand({ Bucket: place.name, PublicAccessBlockConfiguration: { ...ignore, IgnorePublicAcls: false } }),
    );
    expect((await finding(place, "public-grants"))?.evidence.at(-1)).toContain("BlockPublicPolicy");
    await own.send(new PutPublicAccessBlockCommand({ Bucket: place.name, PublicAccessBlockConfiguration: ignore }));
    expect(await finding(place, "public-grants")).toMatchObject({ severity: "note" });
    await own.send(
      new PutPublicAccessBlockCommand({
        Bucket: place.name,
        PublicAccessBlockConfiguration: { ...ignore, IgnorePublicAcls: false, BlockPublicPolicy: false },
      }),
    );
    await allow(place, {
      Sid: "Public",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${place.name}/*`,
    });
    expect(await finding(place, "public-grants")).toBeUndefined();
  });

  it("warns that uploaders lose their own access, until a policy gives it", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    const [uploader] = scene.uploaders;
    expect((await finding(place, "uploader-access"))?.evidence[0]).toContain(uploader.accountId);
    await allow(place, {
      Sid: "Back",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${uploader.accountId}:root` },
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${place.name}/*`,
    });
    expect(await finding(place, "uploader-access")).toBeUndefined();
  });

  it("tells policy conditions that S3 will refuse from those that may stay", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    const must = (acl: string): object => ({
      Sid: "Must",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${place.name}/*`,
      Condition: { StringNotEquals: { "s3:x-amz-acl": acl } },
    });
    await allow(place, must("public-read"));
    expect(await finding(place, "policy-acl-conditions")).toMatchObject({
      severity: "blocking",
      evidence: [expect.stringContaining("must be public-read")],
    });
    await allow(place, must("bucket-owner-full-control"));
    expect(await finding(place, "policy-acl-conditions")).toMatchObject({ severity: "note" });
    await scene.as(scene.owner).send(new DeleteBucketPolicyCommand({ Bucket: place.name }));
    expect(await finding(place, "policy-acl-conditions")).toBeUndefined();
  });

  it("finds foreign KMS keys by HEAD, and sees when they are gone", async () => {
    const place = await scene.bucket();
    const [uploader] = scene.uploaders;
    const key = uploader.kmsKeys[0]?.arn;
    const theirs = scene.as(uploader);
    await put(theirs, place.name, "sealed", "bucket-owner-full-control", { ServerSideEncryption: "aws:kms", SSEKMSKeyId: key });
    const sealed: PlannedObject = { key: "sealed", encryption: "SSE-KMS", outcome: "granted" };
    await planned(place, [sealed]);
    expect(await finding(place, "foreign-kms-keys")).toMatchObject({
      severity: "blocking",
      acceptable: true,
      evidence: [expect.stringContaining(uploader.accountId), expect.anything()],
    });
    // Granted by its uploader, so neither planned nor held: found by looking around.
    await planned(place, [done]);
    expect(await finding(place, "foreign-kms-keys")).toMatchObject({ severity: "blocking" });

    // A key whose policy lets both in: the uploader moves the object to the bucket owner's key.
    const ownKey = scene.owner.kmsKeys[0];
    ownKey?.policyAllows.push(uploader.accountId);
    const type = { SSEKMS: { KMSKeyArn: ownKey?.arn ?? "" } };
    await theirs.send(new UpdateObjectEncryptionCommand({ Bucket: place.name, Key: "sealed", ObjectEncryption: type }));
    await planned(place, [sealed]);
    expect(await finding(place, "foreign-kms-keys")).toBeUndefined();
  });

  it("does not take keys for harmless that the bucket owner may not even look at", async () => {
    const place = await scene.bucket();
    const [uploader] = scene.uploaders;
    const key = uploader.kmsKeys[0]?.arn;
    await put(scene.as(uploader), place.name, "hidden", undefined, { ServerSideEncryption: "aws:kms", SSEKMSKeyId: key });
    await planned(place, [{ key: "hidden", encryption: "SSE-KMS", outcome: "failed", code: "AccessDenied" }]);
    expect(await finding(place, "foreign-kms-keys")).toMatchObject({
      severity: "blocking",
      acceptable: true,
      title: expect.stringContaining("not known"),
    });
  });

  it("minds what is attached to the bucket: replication, notifications, lifecycle", async () => {
    const place = await scene.bucket({ versioned: true });
    const own = scene.as(scene.owner);
    await planned(place, [{ key: "b", version: "null", op: "copy" }]);
    const ids = (await look(place)).findings.map((f) => f.id);
    for (const id of ["replication", "notifications", "lifecycle"]) expect(ids).not.toContain(id);
    const bucket = `arn:aws:s3:::elsewhere`;
    await own.send(
      new PutBucketReplicationCommand({
        Bucket: place.name,
        ReplicationConfiguration: {
          Role: "arn:aws:iam::111122223333:role/r",
          Rules: [{ ID: "all", Status: "Enabled", Destination: { Bucket: bucket } }],
        },
      }),
    );
    await own.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: place.name,
        NotificationConfiguration: {
          QueueConfigurations: [{ QueueArn: "arn:aws:sqs:us-east-1:111122223333:q", Events: ["s3:ObjectCreated:*"] }],
        },
      }),
    );
    await own.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: place.name,
        LifecycleConfiguration: { Rules: [{ ID: "old", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 30 } }] },
      }),
    );
    const { findings } = await look(place);
    expect(findings.find((f) => f.id === "replication")).toMatchObject({
      severity: "blocking",
      evidence: [`rule all to ${bucket} is enabled`],
    });
    expect(findings.find((f) => f.id === "notifications")?.evidence[0]).toContain("arn:aws:sqs");
    expect(findings.find((f) => f.id === "lifecycle")?.severity).toBe("note");
  });

  it("sees a report without versions of a bucket with versions", async () => {
    const place = await scene.bucket({ versioned: true });
    await planned(place, [done]);
    expect(await finding(place, "current-only-inventory")).toMatchObject({ severity: "warning" });
    await planned(place, [{ ...done, version: "null" }]);
    expect(await finding(place, "current-only-inventory")).toBeUndefined();
  });

  it("sees others' multipart uploads and what arrived after the inventory", async () => {
    const place = await scene.bucket();
    const [uploader] = scene.uploaders;
    const theirs = scene.as(uploader);
    await planned(place, [done], { reportCreated: new Date(Date.now() - 3_600_000).toISOString() });
    const { UploadId } = await theirs.send(new CreateMultipartUploadCommand({ Bucket: place.name, Key: "big" }));
    expect((await finding(place, "pending-uploads"))?.evidence[1]).toContain("big since");
    await theirs.send(new AbortMultipartUploadCommand({ Bucket: place.name, Key: "big", UploadId }));
    expect(await finding(place, "pending-uploads")).toBeUndefined();

    expect(await finding(place, "arrivals")).toBeUndefined();
    await put(theirs, place.name, "late");
    await put(scene.as(scene.owner), place.name, "own");
    const late = await finding(place, "arrivals");
    expect(late?.evidence[0]).toBe("1 of 2 versions looked at (the whole bucket)");
    expect(late?.evidence).toContain(`1 version of ${uploader.name}`);
  });

  it("knows whether the fence is up and whether the bucket is enforced", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    expect(await finding(place, "not-fenced")).toMatchObject({ severity: "warning" });
    await fence(place.target, place.store);
    expect(await finding(place, "not-fenced")).toBeUndefined();
    const set = (ObjectOwnership: "ObjectWriter" | "BucketOwnerEnforced"): Promise<unknown> =>
      scene
        .as(scene.owner)
        .send(new PutBucketOwnershipControlsCommand({ Bucket: place.name, OwnershipControls: { Rules: [{ ObjectOwnership }] } }));
    await set("ObjectWriter");
    expect((await finding(place, "not-fenced"))?.evidence[1]).toContain("somebody has set other");
    await set("BucketOwnerEnforced");
    const { findings } = await look(place);
    expect(findings.find((f) => f.id === "already-enforced")).toMatchObject({ severity: "note" });
    expect(findings.map((f) => f.id)).not.toContain("not-fenced");
  });

  it("says what it could not read, and stops where that is the way back", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    const deny = (action: string): object => ({
      Sid: "Blind",
      Effect: "Deny",
      Principal: { AWS: `arn:aws:iam::${scene.owner.accountId}:root` },
      Action: action,
      Resource: `arn:aws:s3:::${place.name}`,
    });
    await allow(place, deny("s3:GetReplicationConfiguration"));
    expect(await finding(place, "unread-settings")).toMatchObject({
      severity: "warning",
      evidence: [expect.stringContaining("s3:GetReplicationConfiguration")],
    });
    await allow(place, deny("s3:GetBucketAcl"));
    expect(await finding(place, "unread-settings")).toMatchObject({ severity: "blocking", acceptable: false });
    await scene.as(scene.owner).send(new DeleteBucketPolicyCommand({ Bucket: place.name }));
    expect(await finding(place, "unread-settings")).toBeUndefined();
  });

  it("asks a server without ownership controls for none, and says that there is nothing to switch", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    const before = JSON.stringify(scene.sandbox.stats()).match(/OwnershipControls[^}]*/g);
    const verdict = await preflight({ ...place.target, dialect: "rgw" }, place.store, { inventoryAgeHours: 72 });
    expect(verdict.findings[0]).toMatchObject({ id: "no-ownership-controls", severity: "blocking", acceptable: false });
    expect(JSON.stringify(scene.sandbox.stats()).match(/OwnershipControls[^}]*/g)).toEqual(before);
  });
});

describe("access logs", () => {
  const line = (bucket: string, requester: string, operation: string, key: string, aclRequired: string): string =>
    `79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be ${bucket} [06/Feb/2026:00:00:38 +0000] 192.0.2.3 ${requester} 3E57427F3EXAMPLE ${operation} ${key} ` +
    `"GET /${key} HTTP/1.1" 200 - 113 113 7 5 "-" "S3Console/0.4 \\"x\\" y" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader b.s3.us-west-1.amazonaws.com TLSv1.2 - ${aclRequired}`;

  it("are a note with the way to check them where none are given", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    expect(await finding(place, "acl-required-unchecked")).toMatchObject({
      severity: "note",
      fix: expect.stringContaining("--access-logs"),
    });
  });

  it("show who is let in by an ACL, from either kind of log, gzipped or not", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    const folder = await mkdtemp(join(logs, "both-"));
    await writeFile(
      join(folder, "2026-02-06-00-00-38-EXAMPLE"),
      [
        line(place.name, "arn:aws:iam::444455556666:user/reader", "REST.GET.OBJECT", "a%20b", "Yes"),
        line(place.name, "arn:aws:iam::444455556666:user/reader", "REST.GET.OBJECT", "c", "Yes"),
        line(place.name, "arn:aws:iam::444455556666:user/reader", "REST.GET.OBJECT", "d", "-"),
        line(place.name, "arn:aws:sts::222233334444:assumed-role/quitclaim/quitclaim-lake", "REST.PUT.ACL", "c", "Yes"),
        line("another-bucket", "-", "REST.GET.OBJECT", "e", "Yes"),
        "not a record",
      ].join("\n"),
    );
    const record = {
      eventSource: "s3.amazonaws.com",
      eventName: "PutObject",
      eventTime: "2026-02-07T01:02:03Z",
      userIdentity: { arn: "arn:aws:sts::777788889999:assumed-role/writer/x" },
      requestParameters: { bucketName: place.name, key: "w" },
      additionalEventData: { aclRequired: "Yes" },
    };
    await writeFile(join(folder, "trail.json.gz"), gzipSync(JSON.stringify({ Records: [record, { ...record, additionalEventData: {} }] })));
    const found = await finding(place, "acl-required-requests", { accessLogs: folder });
    expect(found).toMatchObject({ severity: "blocking", acceptable: true });
    expect(found?.evidence[0]).toBe(`6 requests on ${place.name} in 2 files, 2026-02-06T00:00:38Z to 2026-02-07T01:02:03Z`);
    expect(found?.evidence.slice(1)).toEqual([
      "2 times REST.GET.OBJECT by arn:aws:iam::444455556666:user/reader, e.g. a%20b",
      "1 time PutObject by arn:aws:sts::777788889999:assumed-role/writer/x, e.g. w",
    ]);
  });

  it("are a clean bill where nobody needed an ACL, and an error where the folder holds no logs", async () => {
    const place = await scene.bucket();
    await planned(place, [done]);
    const folder = await mkdtemp(join(logs, "clean-"));
    await writeFile(join(folder, "log.gz"), gzipSync(line(place.name, "-", "REST.GET.OBJECT", "a", "-")));
    expect(await finding(place, "acl-required-requests", { accessLogs: folder })).toMatchObject({ severity: "note" });
    const empty = await mkdtemp(join(logs, "empty-"));
    await writeFile(join(empty, "readme.txt"), "hello");
    await expect(look(place, { accessLogs: empty })).rejects.toThrow(/none of its 1 files/);
    await expect(look(place, { accessLogs: join(logs, "missing") })).rejects.toThrow(/cannot be read/);
  });
});
