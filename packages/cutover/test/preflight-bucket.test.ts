// What else is about the bucket: keys, uploads under way, what is attached to it, its fence.
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketReplicationCommand,
  UpdateObjectEncryptionCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { fence } from "../src/index.ts";
import type { PlannedObject } from "./support/plan.ts";
import { done, finding, look, planned, scene, usesScene } from "./support/preflight.ts";
import { put } from "./support/scene.ts";

usesScene();

describe("preflight, of the bucket,", () => {
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
});
