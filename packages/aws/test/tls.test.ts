// The lean path as it meets AWS: over TLS, the bucket in the host name. The sandbox stands behind a TLS end of the test's own, and what it
// answers there has to be what the SDK is answered over plain HTTP with the bucket in the path.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, connect, type LookupFunction } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, leanMultipartCalls, leanObjectCalls, type ObjectCalls, openWire, sdkObjectCalls, type Wire } from "../src/index.ts";
import { hardKeys } from "./support/hard-keys.ts";
import { openWorld, type World } from "./support/sandbox.ts";

const bucket = "contract";
const service = "s3.us-east-1.localhost";

function openssl(...args: string[]): string | undefined {
  try {
    return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
const able = openssl("version") !== undefined;
if (!able) console.warn("SKIPPED: the lean path over TLS. To have it, install openssl.");

/** Every name is this machine. */
const loopback: LookupFunction = (_host, options, found) =>
  options.all === true ? found(null, [{ address: "127.0.0.1", family: 4 }]) : found(null, "127.0.0.1", 4);

describe.skipIf(!able)("the lean calls over TLS", () => {
  let world: World;
  let folder: string;
  let server: Server;
  let endpoint: string;
  let ca: string;
  const wires: Wire[] = [];
  let sdk: ObjectCalls & { close(): void };
  const objects: { key: string; versionId: string; etag: string }[] = [];
  const sockets = new Set<{ destroy(): void }>();

  const wireTo = (forcePathStyle: boolean, more: { ca?: string } = { ca }): Wire => {
    const wire = openWire({ region: "us-east-1", endpoint, forcePathStyle }, { connections: 4, lookup: loopback, ...more });
    wires.push(wire);
    return wire;
  };
  const signer = () => ({ session: world.keys(1), expectedBucketOwner: world.sandbox.accounts[0]?.accountId ?? "" });

  beforeAll(async () => {
    world = await openWorld(bucket);
    folder = await mkdtemp(join(tmpdir(), "qc-tls-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const names = `subjectAltName=DNS:${service},DNS:*.${service}`;
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl("req", "-x509", ...curve, "-keyout", key, "-out", cert, "-days", "1", "-subj", "/CN=test", "-addext", names);
    ca = await readFile(cert, "utf8");
    const behind = Number(new URL(world.sandbox.endpoint).port);
    server = createServer({ key: await readFile(key), cert: ca }, (front) => {
      const back = connect(behind, "127.0.0.1");
      for (const socket of [front, back]) {
        sockets.add(socket);
        socket.on("error", () => {
          front.destroy();
          back.destroy();
        });
        socket.on("close", () => sockets.delete(socket));
      }
      front.pipe(back).pipe(front);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    endpoint = `https://${service}:${(server.address() as AddressInfo).port}`;
    sdk = sdkObjectCalls(world.target, signer());
    const uploader = world.client(world.keys(1));
    for (const Key of hardKeys) {
      const put = await uploader.send(new PutObjectCommand({ Bucket: bucket, Key, Body: `content of ${Key}`, Metadata: { odd: "a  b" } }));
      objects.push({ key: Key, versionId: put.VersionId ?? "", etag: put.ETag ?? "" });
    }
  });
  afterAll(async () => {
    sdk?.close();
    await Promise.all(wires.map((wire) => wire.close()));
    for (const socket of sockets) socket.destroy();
    server?.close();
    await world?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** Without what no two answers share. */
  const comparable = (answer: Answer<unknown>): unknown => {
    if (!answer.ok) return { kind: answer.kind, code: answer.code, httpStatus: answer.httpStatus, unknownOutcome: answer.unknownOutcome };
    const { versionId: _, lastModified: __, ...value } = (answer.value ?? {}) as Record<string, unknown>;
    return { httpStatus: answer.httpStatus, value };
  };

  it.each([
    ["in the host name", false],
    ["in the path", true],
  ] as const)("reach the key that was meant, and are answered as the SDK is, with the bucket %s", async (_, forcePathStyle) => {
    const wire = wireTo(forcePathStyle);
    const lean = leanObjectCalls(wire, signer());
    expect(wire.place(bucket).host.startsWith(`${bucket}.`)).toBe(!forcePathStyle);
    // The path is what every other test goes by.
    for (const { key, versionId, etag } of objects.filter((_, i) => !forcePathStyle || i % 4 === 0)) {
      const at = { bucket, key, versionId };
      const before = world.sandbox.writes().at(-1)?.seq ?? 0;
      expect(await lean.putObjectAcl(at, "bucket-owner-full-control")).toMatchObject({ ok: true });
      expect(world.sandbox.writes(before).map((w) => [w.op, w.bucket, w.key, w.versionId])).toEqual([
        ["PutObjectAcl", bucket, key, versionId],
      ]);
      const copy = { source: at, destination: { bucket, key }, storageClass: "STANDARD", acl: "bucket-owner-full-control" } as const;
      const calls: ((calls: ObjectCalls) => Promise<Answer<unknown>>)[] = [
        (c) => c.headObject(at),
        (c) => c.headObject({ bucket, key: `${key.slice(0, 1_000)}-none` }),
        (c) => c.getObjectAcl(at),
        (c) => c.copyObject({ ...copy, sourceIfMatch: etag }),
        (c) => c.copyObject({ ...copy, sourceIfMatch: "0".repeat(32) }),
        (c) => c.updateObjectEncryption(at, { kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/none", bucketKey: true }),
      ];
      for (const call of calls) expect(comparable(await call(lean))).toEqual(comparable(await call(sdk)));
    }
  });

  it("copy in parts, hard keys and all", async () => {
    const calls = { ...leanObjectCalls(wireTo(false), signer()), ...leanMultipartCalls(wireTo(false), signer()) };
    for (const { key, versionId, etag } of objects) {
      const destination = { bucket, key };
      const attributes = { metadata: { odd: "a  b" }, contentType: "text/x-own" };
      const kept = { storageClass: "STANDARD", acl: "bucket-owner-full-control" } as const;
      const created = await calls.createUpload({ destination, attributes, tags: [{ key: "a b", value: "c+d" }], ...kept });
      if (!created.ok) throw new Error(created.message);
      const { uploadId } = created.value;
      const size = Buffer.byteLength(`content of ${key}`);
      const range = { number: 1, first: 0, last: size - 1 };
      const part = await calls.copyPart({ source: { bucket, key, versionId }, sourceIfMatch: etag, destination, uploadId, ...range });
      if (!part.ok) throw new Error(`${key}: ${part.message}`);
      const listed = await calls.listParts(destination, uploadId, 0);
      expect(listed).toMatchObject({ ok: true, value: { parts: [{ number: 1, size, etag: part.value.etag }], next: undefined } });
      expect(await calls.completeUpload({ destination, uploadId, parts: [part.value], size })).toMatchObject({ ok: true });
      expect(await calls.headObject(destination)).toMatchObject({ ok: true, value: { size, metadata: { odd: "a  b" } } });
      expect([...(world.sandbox.store.bucket(bucket)?.find(key, undefined)?.tags ?? [])]).toEqual([["a b", "c+d"]]);
      expect(await calls.abortUpload(destination, uploadId)).toMatchObject({ ok: false, code: "NoSuchUpload" });
    }
  });

  it("put a bucket with a dot in the path, where the certificate's wildcard does not reach", () => {
    expect(wireTo(false).place("a.b")).toMatchObject({ host: new URL(endpoint).host, base: "/a.b" });
  });

  it("send nothing to a server whose certificate nobody vouches for", async () => {
    const before = world.sandbox.writes().length;
    const lean = leanObjectCalls(wireTo(false, {}), signer());
    const answer = await lean.putObjectAcl({ bucket, key: hardKeys[0] as string }, "bucket-owner-full-control");
    expect(answer).toMatchObject({ ok: false, httpStatus: 0, unknownOutcome: false });
    expect(world.sandbox.writes()).toHaveLength(before);
  });
});
