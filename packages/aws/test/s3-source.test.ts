// One S3 object read as a file, over connections that break and under writers that overwrite.
import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readS3Object, s3Client } from "../src/index.ts";
import { openWorld, type World } from "./support/sandbox.ts";
import { anyKeys, errorXml, openScriptedServer, type ScriptedServer } from "./support/scripted-server.ts";

let world: World;
let client: S3Client;
let server: ScriptedServer;
let scripted: S3Client;
const content = Buffer.alloc(3_000_000, "0123456789abcdef\n");
const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

beforeAll(async () => {
  world = await openWorld("source");
  client = world.client(world.keys(0));
  server = await openScriptedServer();
  scripted = s3Client(anyKeys(), server.target, { maxAttempts: 1 });
  await client.send(new PutObjectCommand({ Bucket: "source", Key: "data/a b+c.csv.gz", Body: content }));
});
afterAll(async () => {
  scripted?.destroy();
  await server?.close();
  await world?.close();
});

/** Serves ranges of `content`, cutting the connection after `cutAfter` bytes of each answer. */
function serve(cutAfter: number, etag = () => '"e1"'): void {
  server.answer(({ headers }, response) => {
    const [, first = "0", last = ""] = /bytes=(\d+)-(\d*)/.exec(String(headers.range)) ?? [];
    const wanted = headers["if-match"];
    if (wanted !== undefined && wanted !== etag()) {
      response.writeHead(412);
      response.end(errorXml("PreconditionFailed"));
      return;
    }
    const part = content.subarray(Number(first), last === "" ? undefined : Number(last) + 1);
    response.writeHead(headers.range === undefined ? 200 : 206, { etag: etag(), "content-length": part.length });
    if (part.length <= cutAfter) response.end(part);
    else response.write(part.subarray(0, cutAfter), () => setImmediate(() => response.destroy()));
  });
}

describe("an S3 object as a file", () => {
  it("is read whole, in ranges, from a byte on, and by size", async () => {
    const file = readS3Object(client, "s3://source/data/a b+c.csv.gz");
    expect(await file.size()).toBe(content.length);
    expect(md5(await buffer(file.stream()))).toBe(md5(content));
    expect(md5(await buffer(file.stream({ start: 2_999_000 })))).toBe(md5(content.subarray(2_999_000)));
    expect(Buffer.from(await file.range(17, 51))).toEqual(content.subarray(17, 51));
    expect(await file.range(5, 5)).toEqual(new Uint8Array(0));
  });

  it("is read to the end over connections that break again and again", async () => {
    serve(400_000);
    const file = readS3Object(scripted, "s3://b/k");
    expect(md5(await buffer(file.stream()))).toBe(md5(content));
    const before = server.received.length;
    expect(md5(await file.range(100, 1_500_000))).toBe(md5(content.subarray(100, 1_500_000)));
    expect(server.received.slice(before).map(({ headers }) => headers.range)[1]).toMatch(/^bytes=\d{6}-1499999$/);
  });

  it("gives up with a sentence where no byte comes through", async () => {
    server.answer((_, __, raw) => raw.socket.destroy());
    await expect(buffer(readS3Object(scripted, "s3://b/k").stream())).rejects.toThrow(/cannot read s3:\/\/b\/k: The connection broke/);
  });

  it("is never a mixture of two contents", async () => {
    let version = 1;
    serve(400_000, () => `"e${version}"`);
    const file = readS3Object(scripted, "s3://b/k");
    await file.range(0, 10);
    version = 2;
    await expect(file.range(10, 20)).rejects.toThrow(/overwritten while it was being read/);
    await expect(buffer(file.stream())).rejects.toThrow(/overwritten while it was being read/);
  });

  it("says what is missing: the object, the bucket, the permission", async () => {
    await expect(readS3Object(client, "s3://source/none").size()).rejects.toThrow(
      /cannot read s3:\/\/source\/none: there is no such object/,
    );
    await expect(buffer(readS3Object(client, "s3://source/none").stream())).rejects.toThrow(/there is no such object/);
    await expect(readS3Object(client, "s3://no-such-bucket-here/x").range(0, 1)).rejects.toThrow(/the bucket does not exist/);
    const stranger = world.client(world.keys(2));
    await client.send(new PutObjectCommand({ Bucket: "source", Key: "secret", Body: "x" }));
    const denied = readS3Object(stranger, "s3://source/secret", { expectedBucketOwner: "999999999999" });
    await expect(denied.range(0, 1)).rejects.toThrow(/access is denied\. The credentials need s3:GetObject on it/);
  });

  it("stops with its signal, without an error of its own making left behind", async () => {
    serve(content.length);
    const stop = new AbortController();
    const stream = readS3Object(scripted, "s3://b/k").stream({ signal: stop.signal });
    stream.once("data", () => stop.abort());
    await expect(buffer(stream)).rejects.toThrow(/stopped before/);
  });
});
