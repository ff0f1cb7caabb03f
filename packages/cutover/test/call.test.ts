import { GetBucketAclCommand, HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call } from "../src/call.ts";
import { CallRefused } from "../src/index.ts";
import { openScene, type Scene } from "./support/scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const caught = (answer: Promise<unknown>): Promise<unknown> => answer.catch((error: unknown) => error);

describe("a call that S3 refuses", () => {
  it("says what was asked, what S3 said, and which action is missing", async () => {
    const { name } = await scene.bucket();
    const stranger = scene.as(scene.outsider);
    const error = await caught(call("GetBucketAcl", name, () => stranger.send(new GetBucketAclCommand({ Bucket: name }))));
    expect(error).toBeInstanceOf(CallRefused);
    expect(error).toMatchObject({ operation: "GetBucketAcl", code: "AccessDenied", status: 403 });
    expect((error as CallRefused).message).toMatch(/^GetBucketAcl on lake-\d+: 403 AccessDenied: Access Denied\. .*s3:GetBucketAcl/);
    expect((error as CallRefused).requestId).not.toBe("");
    const head = await caught(call("HeadBucket", "nowhere", () => stranger.send(new HeadBucketCommand({ Bucket: "nowhere" }))));
    expect(head).toMatchObject({ status: 404 });
  });

  it("and one that nobody answers, are told apart from a bug and from a session that cannot be had", async () => {
    const options = { endpoint: "http://127.0.0.1:9", region: "us-east-1", forcePathStyle: true, maxAttempts: 1 };
    const dead = new S3Client({ ...options, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
    const ask = new HeadBucketCommand({ Bucket: "b" });
    expect(await caught(call("HeadBucket", "b", () => dead.send(ask)))).toMatchObject({
      name: "CallRefused",
      status: 0,
      code: "ECONNREFUSED",
    });
    const unproven = new S3Client({ ...options, credentials: () => Promise.reject(new Error("no session")) });
    expect(await caught(call("HeadBucket", "b", () => unproven.send(ask)))).toEqual(new Error("no session"));
    expect(await caught(call("HeadBucket", "b", () => Promise.reject(new TypeError("x is undefined"))))).toBeInstanceOf(TypeError);
  });
});
