// Annotations over the wire, against the sandbox: what is read is what was put, whatever is in it.
import { PutObjectAnnotationCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnnotationCalls, leanAnnotationCalls, openWire, type Wire } from "../src/index.ts";
import { hardKeys } from "./support/hard-keys.ts";
import { openWorld, type World } from "./support/sandbox.ts";

const bucket = "annotated";
let world: World;
let wire: Wire;
let calls: AnnotationCalls;
beforeAll(async () => {
  world = await openWorld(bucket);
  wire = openWire(world.target, { connections: 4 });
  calls = leanAnnotationCalls(wire, { session: world.keys(0), expectedBucketOwner: world.sandbox.accounts[0]?.accountId ?? "" });
});
afterAll(async () => {
  await wire?.close();
  await world?.close();
});

const object = async (key: string): Promise<{ at: { bucket: string; key: string; versionId: string }; etag: string }> => {
  const put = await world.client(world.keys(0)).send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: "x" }));
  return { at: { bucket, key, versionId: put.VersionId ?? "" }, etag: put.ETag ?? "" };
};

describe("annotations", () => {
  it.each([
    ["plain text", "fine"],
    ["text beyond ASCII", "ä 日本 \u{1f600} \u0000"],
    ["an S3 error document", "<Error><Code>SlowDown</Code><Message>no</Message></Error>"],
    ["as much as there may be", "x".repeat(1 << 20)],
  ])("that hold %s are put and read as they are", async (_, text) => {
    const { at, etag } = await object("texts");
    expect(await calls.putAnnotation(at, "note/é +%", { text }, etag)).toMatchObject({ ok: true });
    const read = await calls.getAnnotation(at, "note/é +%");
    expect(read).toMatchObject({ ok: true, value: { text, checksum: { header: "x-amz-checksum-crc64nvme" } } });
  });

  it("keep their checksum's algorithm, which S3 checks once more", async () => {
    const { at, etag } = await object("sums");
    const s3 = world.client(world.keys(0));
    const made = { Bucket: bucket, Key: "sums", AnnotationName: "n", AnnotationPayload: "text", ChecksumAlgorithm: "SHA256" } as const;
    await s3.send(new PutObjectAnnotationCommand(made));
    const read = await calls.getAnnotation(at, "n");
    if (!read.ok) throw new Error(read.code);
    expect(read.value.checksum?.header).toBe("x-amz-checksum-sha256");
    expect(await calls.putAnnotation(at, "copy", read.value, etag)).toMatchObject({ ok: true });
    expect(await calls.getAnnotation(at, "copy")).toMatchObject({ value: read.value });
    const damaged = { ...read.value, text: "other" };
    expect(await calls.putAnnotation(at, "copy", damaged, etag)).toMatchObject({ ok: false, code: "BadDigest" });
    expect(await calls.putAnnotation(at, "copy", read.value, "0".repeat(32))).toMatchObject({ ok: false, kind: "precondition" });
  });

  it("are listed from page to page, on hard keys too", async () => {
    for (const key of hardKeys.slice(0, 6)) {
      const { at, etag } = await object(key);
      expect(await calls.listAnnotations(at, undefined)).toMatchObject({ ok: true, value: { annotations: [], next: undefined } });
      await calls.putAnnotation(at, "a&<b>", { text: "1" }, etag);
      expect(await calls.listAnnotations(at, undefined)).toMatchObject({
        ok: true,
        value: { annotations: [{ name: "a&<b>", size: 1 }] },
      });
    }
    const { at, etag } = await object("many");
    for (let i = 0; i < 260; i++) await calls.putAnnotation(at, `n${String(i).padStart(3, "0")}`, { text: `${i}` }, etag);
    const first = await calls.listAnnotations(at, undefined);
    if (!first.ok) throw new Error(first.code);
    expect(first.value.annotations).toHaveLength(250);
    const second = await calls.listAnnotations(at, first.value.next);
    expect(second).toMatchObject({ ok: true, value: { next: undefined } });
    expect(second.ok && second.value.annotations.map((a) => a.name)).toHaveLength(10);
    expect(await calls.getAnnotation(at, "none")).toMatchObject({ ok: false, kind: "failed", code: "NoSuchAnnotation" });
  });
});
