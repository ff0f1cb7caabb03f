// Who loses access by the switch: grants of the bucket's and of objects' ACLs against the policy that would take their place.
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  PutBucketAclCommand,
  PutBucketLoggingCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { jsonBytes } from "@quitclaim/campaign";
import { describe, expect, it } from "vitest";
import { applyAnswer } from "../src/index.ts";
import { ALL_USERS, allow, done, finding, look, planned, scene, usesScene } from "./support/preflight.ts";

usesScene();

describe("preflight, of access that ends,", () => {
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
});
