import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fence, fenceLines, readFence, unfence } from "../src/index.ts";
import { codeOf, openScene, put, type Scene, stateOf } from "./support/scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const ownerOf = async (bucket: string, key: string): Promise<string | undefined> =>
  (await scene.as(scene.owner).send(new GetObjectAclCommand({ Bucket: bucket, Key: key }))).Owner?.ID;

describe("the fence", () => {
  it("refuses others' uploads without bucket-owner-full-control and takes those with it for the bucket owner", async () => {
    const { name, target, store } = await scene.bucket();
    const [uploader] = scene.uploaders;
    const theirs = scene.as(uploader);
    await put(theirs, name, "before");
    const { changed, record } = await fence(target, store);
    expect(changed).toBe(true);
    expect(fenceLines(name, { changed, record })[0]).toContain("is up");

    expect(await codeOf(put(theirs, name, "bare"))).toBe("AccessDenied");
    expect(await codeOf(put(theirs, name, "public", "public-read"))).toBe("AccessDenied");
    const full = `id=${scene.owner.canonicalId}`;
    expect(
      await codeOf(theirs.send(new PutObjectCommand({ Bucket: name, Key: "header", Body: Buffer.from("x"), GrantFullControl: full }))),
    ).toBe("AccessDenied");
    expect(await codeOf(theirs.send(new CopyObjectCommand({ Bucket: name, Key: "copy", CopySource: `${name}/before` })))).toBe(
      "AccessDenied",
    );
    expect(await codeOf(theirs.send(new CreateMultipartUploadCommand({ Bucket: name, Key: "parts" })))).toBe("AccessDenied");

    expect(await codeOf(put(theirs, name, "canned", "bucket-owner-full-control"))).toBe("ok");
    expect(await ownerOf(name, "canned")).toBe(scene.owner.canonicalId);
    const copy = new CopyObjectCommand({ Bucket: name, Key: "copy", CopySource: `${name}/before`, ACL: "bucket-owner-full-control" });
    expect(await codeOf(theirs.send(copy))).toBe("ok");
    expect(await ownerOf(name, "copy")).toBe(scene.owner.canonicalId);
  });

  it("leaves the bucket owner's own uploads alone, with and without an ACL", async () => {
    const { name, target, store } = await scene.bucket();
    await fence(target, store);
    const own = scene.as(scene.owner);
    expect(await codeOf(put(own, name, "bare"))).toBe("ok");
    expect(await codeOf(put(own, name, "private", "private"))).toBe("ok");
    expect(await codeOf(own.send(new CopyObjectCommand({ Bucket: name, Key: "copied", CopySource: `${name}/bare` })))).toBe("ok");
    const { UploadId } = await own.send(new CreateMultipartUploadCommand({ Bucket: name, Key: "parts" }));
    const part = await own.send(new UploadPartCommand({ Bucket: name, Key: "parts", UploadId, PartNumber: 1, Body: Buffer.from("x") }));
    const parts = { Parts: [{ PartNumber: 1, ETag: part.ETag }] };
    expect(
      await codeOf(own.send(new CompleteMultipartUploadCommand({ Bucket: name, Key: "parts", UploadId, MultipartUpload: parts }))),
    ).toBe("ok");
    expect(await codeOf(own.send(new GetObjectCommand({ Bucket: name, Key: "parts" })))).toBe("ok");
  });

  it.each(["absent", "ObjectWriter", "BucketOwnerPreferred"] as const)(
    "goes up and down again to the byte where the controls were %s",
    async (mode) => {
      const { name, target, store } = await scene.bucket();
      const own = scene.as(scene.owner);
      if (mode !== "absent")
        await own.send(new PutBucketOwnershipControlsCommand({ Bucket: name, OwnershipControls: { Rules: [{ ObjectOwnership: mode }] } }));
      const before = await stateOf(own, name);
      expect(before.ownership).toBe(mode);
      await fence(target, store);
      expect((await stateOf(own, name)).ownership).toBe("BucketOwnerPreferred");
      const lowered = await unfence(target, store);
      expect(lowered).toMatchObject({ changed: true, policyVerbatim: true });
      expect(await stateOf(own, name)).toEqual(before);
      expect((await readFence(store))?.state).toBe("lifted");
      expect((await unfence(target, store)).changed).toBe(false);
    },
  );

  it("sends nothing when it is up already", async () => {
    const { target, store } = await scene.bucket();
    await fence(target, store);
    const writes = scene.sandbox.writes().length;
    expect((await fence(target, store)).changed).toBe(false);
    expect(scene.sandbox.writes().length).toBe(writes);
  });

  it.each(["saved", "ownership", "policy"] as const)(
    "is raised by a second run, and lowered to the true former state, after a kill behind %s",
    async (killed) => {
      const { name, target, store } = await scene.bucket();
      const before = await stateOf(scene.as(scene.owner), name);
      const stopped = fence(target, store, {
        onStep: (step) => {
          if (step === killed) throw new Error("killed");
        },
      });
      await expect(stopped).rejects.toThrow("killed");
      expect((await readFence(store))?.state).toBe("running");
      await fence(target, store);
      expect((await readFence(store))?.former).toEqual({ ownership: "absent", policy: before.policy });
      await unfence(target, store);
      expect(await stateOf(scene.as(scene.owner), name)).toEqual(before);
    },
  );

  it("takes only its own statement away where a colleague has changed the policy meanwhile", async () => {
    const { name, target, store } = await scene.bucket();
    const own = scene.as(scene.owner);
    await fence(target, store);
    const fenced = JSON.parse((await stateOf(own, name)).policy ?? "");
    fenced.Statement.push({ Sid: "Theirs", Effect: "Allow", Principal: "*", Action: "s3:ListBucket", Resource: `arn:aws:s3:::${name}` });
    await own.send(new PutBucketPolicyCommand({ Bucket: name, Policy: JSON.stringify(fenced) }));
    expect((await unfence(target, store)).policyVerbatim).toBe(false);
    const left = JSON.parse((await stateOf(own, name)).policy ?? "") as { Statement: { Sid: string }[] };
    expect(left.Statement.map((s) => s.Sid)).toEqual(["AllowUploads", "Theirs"]);
  });

  it("deletes the policy again where there was none", async () => {
    const { name, target, store } = await scene.bucket();
    const own = scene.as(scene.owner);
    await own.send(new DeleteBucketPolicyCommand({ Bucket: name }));
    await fence(target, store);
    await unfence(target, store);
    expect((await stateOf(own, name)).policy).toBeUndefined();
  });

  it("refuses an enforced bucket, a policy without room and a foreign statement of its name, and changes nothing", async () => {
    const own = scene.as(scene.owner);
    const enforced = await scene.bucket();
    await own.send(
      new PutBucketOwnershipControlsCommand({
        Bucket: enforced.name,
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      }),
    );
    await expect(fence(enforced.target, enforced.store)).rejects.toMatchObject({ reason: "already-enforced" });

    const crowded = await scene.bucket();
    const wide = { Sid: "Wide", Effect: "Deny", Principal: "*", Action: "s3:GetObject", Resource: [] as string[] };
    for (let i = 0; JSON.stringify(wide).length < 20_300; i++) wide.Resource.push(`arn:aws:s3:::${crowded.name}/closed/${i}/*`);
    await own.send(
      new PutBucketPolicyCommand({ Bucket: crowded.name, Policy: JSON.stringify({ Version: "2012-10-17", Statement: [wide] }) }),
    );
    const before = await stateOf(own, crowded.name);
    await expect(fence(crowded.target, crowded.store)).rejects.toMatchObject({ reason: "policy-too-large" });
    expect(await stateOf(own, crowded.name)).toEqual(before);
    expect(await readFence(crowded.store)).toBeUndefined();

    const taken = await scene.bucket();
    const other = {
      Sid: "QuitclaimFence",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:DeleteObject",
      Resource: `arn:aws:s3:::${taken.name}/*`,
    };
    await own.send(
      new PutBucketPolicyCommand({ Bucket: taken.name, Policy: JSON.stringify({ Version: "2012-10-17", Statement: [other] }) }),
    );
    await expect(fence(taken.target, taken.store)).rejects.toMatchObject({ reason: "policy-conflict" });
  });

  it("never sends an ownership call to a server that has none, and says so", async () => {
    const { target, store } = await scene.bucket();
    const before = scene.sandbox.stats();
    await expect(fence({ ...target, dialect: "rgw" }, store)).rejects.toThrow(/no ownership controls/);
    await expect(unfence({ ...target, dialect: "rgw" }, store)).rejects.toThrow(/no ownership controls/);
    expect(scene.sandbox.stats()).toEqual(before);
  });
});
