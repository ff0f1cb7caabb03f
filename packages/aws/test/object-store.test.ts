// Blobs below an s3:// prefix against the sandbox: whole or not at all, the first create wins, and refusals in sentences.
import { GetObjectCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { s3Client } from "../src/control-plane.ts";
import { openS3Blobs, parseS3Url, S3FileError } from "../src/index.ts";
import { openWorld, type World } from "./support/sandbox.ts";
import { anyKeys, errorXml, openScriptedServer } from "./support/scripted-server.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld("blobs", { fill: { objects: 2_500, bucket: "filled", versioning: false } });
});
afterAll(() => world?.close());
afterEach(() => world.sandbox.faults.set({}));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (blob: Uint8Array | undefined): string | undefined => (blob === undefined ? undefined : new TextDecoder().decode(blob));
const collect = async (paths: AsyncIterable<string>): Promise<string[]> => {
  const all: string[] = [];
  for await (const path of paths) all.push(path);
  return all;
};
const blobsOf = (prefix: string) => openS3Blobs(world.client(world.keys(0)), `s3://blobs/${prefix}`);

describe("blobs in S3", () => {
  it("are read as they were written, whole, in ranges and by size; what is not there is undefined", async () => {
    const blobs = blobsOf("campaigns/lake 2026/");
    expect(blobs.location).toBe("s3://blobs/campaigns/lake 2026");
    expect(await blobs.read("plan/plan.json")).toBeUndefined();
    expect(await blobs.size("plan/plan.json")).toBeUndefined();
    await blobs.write("plan/plan.json", bytes("0123456789"));
    await blobs.write("plan/plan.json", bytes("abcdefghij"));
    expect(text(await blobs.read("plan/plan.json"))).toBe("abcdefghij");
    expect(await blobs.size("plan/plan.json")).toBe(10);
    expect(text(await blobs.readRange("plan/plan.json", 2, 5))).toBe("cde");
    expect((await blobs.readRange("plan/plan.json", 4, 4)).length).toBe(0);
    await blobs.write("empty", new Uint8Array(0));
    expect(await blobs.read("empty")).toEqual(new Uint8Array(0));
    await blobs.remove("plan/plan.json");
    expect(await blobs.read("plan/plan.json")).toBeUndefined();
    await blobs.remove("plan/plan.json");
  });

  it("have one creator, however many try", async () => {
    const blobs = blobsOf("race");
    const won = await Promise.all(Array.from({ length: 12 }, (_, n) => blobs.create("ledger", bytes(`writer ${n}`))));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(text(await blobs.read("ledger"))).toBe(`writer ${won.indexOf(true)}`);
    expect(await blobs.create("ledger", bytes("late"))).toBe(false);
  });

  it("know their own creation again when its answer was lost", async () => {
    const blobs = blobsOf("lost");
    world.sandbox.faults.set({ internalError: { after: 1 }, scope: { ops: ["PutObject"], keyPrefixes: ["lost/mine"] } });
    expect(await blobs.create("mine", bytes("x"))).toBe(true);
    world.sandbox.faults.set({});
    expect(text(await blobs.read("mine"))).toBe("x");
    expect(await blobs.create("mine", bytes("y"))).toBe(false);
  }, 60_000);

  it("wait out S3's 409 while it decides between two creators", async () => {
    const server = await openScriptedServer();
    let conflicts = 0;
    server.answer(({ method, url }, response) => {
      const probed = url.startsWith("/b/.create-once");
      const code = method !== "PUT" ? "" : probed ? "PreconditionFailed" : conflicts++ < 3 ? "ConditionalRequestConflict" : "";
      response.writeHead(code === "" ? 200 : probed ? 412 : 409);
      response.end(code === "" ? "" : errorXml(code));
    });
    const client = s3Client(anyKeys(), server.target);
    expect(await openS3Blobs(client, "s3://b").create("p", bytes("x"))).toBe(true);
    const creations = server.received.filter(({ method, url }) => method === "PUT" && url.startsWith("/b/p"));
    expect(creations.map(({ headers }) => headers["if-none-match"])).toEqual(["*", "*", "*", "*"]);
    client.destroy();
    await server.close();
  });

  it("refuse a server on which two creators could both win", async () => {
    const server = await openScriptedServer();
    const client = s3Client(anyKeys(), server.target);
    await expect(openS3Blobs(client, "s3://b/c").create("p", bytes("x"))).rejects.toThrow(
      /s3:\/\/b\/c cannot hold a campaign: its server ignores If-None-Match/,
    );
    expect(server.received.some(({ url }) => url.startsWith("/b/c/p"))).toBe(false);
    client.destroy();
    await server.close();
  });

  it("are listed below a prefix, over many pages, in order, and nothing beside it", async () => {
    const client = world.client(world.keys(0));
    const keys: string[] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket: "filled" }))
      keys.push(...(page.Contents ?? []).map(({ Key: key = "" }) => key));
    expect(keys.length).toBeGreaterThan(1_000);
    expect(await collect(openS3Blobs(client, "s3://filled").list(""))).toEqual(keys);
    for (const path of ["results/b", "results/a", "results-of-another", "plan"]) await blobsOf("few").write(path, bytes("x"));
    expect(await collect(blobsOf("few").list("results/"))).toEqual(["results/a", "results/b"]);
    expect(await collect(blobsOf("few").list("nothing/"))).toEqual([]);
    expect(await collect(openS3Blobs(client, "s3://blobs").list("few/results-"))).toEqual(["few/results-of-another"]);
    // The probe for exclusive creation is nobody's blob.
    expect(await collect(blobsOf("race").list(""))).toEqual(["ledger"]);
  });

  it("refuse in sentences: which blob, what is missing, what to do", async () => {
    // What the uploader wrote is neither the bucket owner's nor a third account's to read.
    await openS3Blobs(world.client(world.keys(1)), "s3://blobs/private").write("theirs", bytes("x"));
    await blobsOf("private").write("p", bytes("x"));
    const refused = await blobsOf("private")
      .read("theirs")
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(S3FileError);
    expect((refused as Error).message).toMatch(
      /cannot read s3:\/\/blobs\/private\/theirs: access is denied\. The credentials need s3:GetObject/,
    );
    const client = world.client(world.keys(0));
    await expect(openS3Blobs(client, "s3://no-such-bucket-here/x").write("p", bytes("x"))).rejects.toThrow(/the bucket does not exist/);
    await expect(openS3Blobs(client, "s3://blobs", { expectedBucketOwner: "999999999999" }).read("p")).rejects.toThrow(/access is denied/);
    await expect(blobsOf("private").readRange("p", 0, 99)).rejects.toThrow(/ends at byte 1, before byte 99/);
    await expect(blobsOf("private").readRange("p", 50, 99)).rejects.toThrow(/shorter than it should be/);
    await expect(blobsOf("private").readRange("q", 0, 1)).rejects.toThrow(/cannot read s3:\/\/blobs\/private\/q: there is no such object/);
    expect(() => openS3Blobs(client, "/a/folder")).toThrow(/write s3:\/\/bucket\/key/);
  });

  it.each(["InternalError", "SlowDown"])(
    "say of %s that the same command is to be run again, and nothing of objects to retry",
    async (code) => {
      world.sandbox.faults.set({ refusal: { code, probability: 1 }, scope: { ops: ["GetObject"] } });
      const told = await blobsOf("passing").read("any").then(String, String);
      expect(told).toMatch(/cannot read s3:\/\/blobs\/passing\/any: .*run the same command again\.$/);
      expect(told).toContain(code);
      expect(told).not.toContain("retry");
    },
  );

  it("lie where their names say", async () => {
    await blobsOf("raw").write("account=1/ü +%.json", bytes("x"));
    const { Body: body } = await world
      .client(world.keys(0))
      .send(new GetObjectCommand({ Bucket: "blobs", Key: "raw/account=1/ü +%.json" }));
    expect(await body?.transformToString()).toBe("x");
    expect(parseS3Url("s3://b")).toEqual({ bucket: "b", key: "" });
    expect(parseS3Url("s3://b/a/b c%20")).toEqual({ bucket: "b", key: "a/b c%20" });
  });
});
