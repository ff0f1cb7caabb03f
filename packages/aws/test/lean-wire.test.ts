// What goes over the wire and what is made of answers that no honest S3 gives on demand: resets, silence, errors behind a 200.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CopyRequest, leanObjectCalls, type ObjectCalls, openWire, sdkObjectCalls, type Wire } from "../src/index.ts";
import { anyKeys, errorXml, openScriptedServer, type ScriptedServer } from "./support/scripted-server.ts";

let server: ScriptedServer;
let wire: Wire;
let lean: ObjectCalls;
let sdk: ObjectCalls & { close(): void };
const address = { bucket: "b", key: "k" };
const copy: CopyRequest = {
  source: { bucket: "b", key: "a b+c%/é", versionId: "v/1" },
  destination: { bucket: "b", key: "a b+c%/é" },
  sourceIfMatch: "e1",
  destinationIfMatch: '"e2"',
  storageClass: "STANDARD_IA",
  encryption: { algorithm: "aws:kms", kmsKeyId: "arn:aws:kms:r:1:key/k", bucketKey: true, context: "e30=" },
  websiteRedirect: "/x",
  lock: { mode: "GOVERNANCE", retainUntil: "2031-01-01T00:00:00.000Z", legalHold: "ON" },
  checksumAlgorithm: "SHA256",
  acl: "bucket-owner-full-control",
};

beforeAll(async () => {
  server = await openScriptedServer();
  wire = openWire(server.target, { connections: 4 });
  lean = leanObjectCalls(wire, { session: anyKeys(), expectedBucketOwner: "111122223333" });
  sdk = sdkObjectCalls(server.target, { session: anyKeys(), expectedBucketOwner: "111122223333" });
});
afterAll(async () => {
  sdk?.close();
  await wire?.close();
  await server?.close();
});

function lastReceived(): ScriptedServer["received"][number] {
  const last = server.received.at(-1);
  if (last === undefined) throw new Error("the server was asked nothing");
  return last;
}

describe("the lean calls on the wire", () => {
  it("send keys with dots, double and leading slashes as they are, encoded once", async () => {
    server.answer((_, response) => response.end());
    const keys: [key: string, path: string][] = [
      ["../x/./y", "/b/../x/./y"],
      ["a//b", "/b/a//b"],
      ["/a", "/b//a"],
      ["..", "/b/.."],
      ["%2e%2e/?q#f", "/b/%252e%252e/%3Fq%23f"],
      ["a+b c", "/b/a%2Bb%20c"],
      ["\u0001é!'()*", "/b/%01%C3%A9%21%27%28%29%2A"],
    ];
    for (const [key, path] of keys) {
      await lean.putObjectAcl({ bucket: "b", key, versionId: "v 1" }, "bucket-owner-full-control");
      expect(server.received.at(-1)?.url).toBe(`${path}?acl=&versionId=v%201`);
    }
  });

  it("send the expected bucket owner and the canned ACL, and nothing that is not signed", async () => {
    server.answer((_, response) => response.end());
    await lean.putObjectAcl(address, "bucket-owner-full-control");
    const { headers } = lastReceived();
    expect(headers).toMatchObject({ "x-amz-acl": "bucket-owner-full-control", "x-amz-expected-bucket-owner": "111122223333" });
    const signed = /SignedHeaders=([^,]*)/.exec(String(headers.authorization))?.[1]?.split(";") ?? [];
    expect(
      Object.keys(headers)
        .filter((name) => !signed.includes(name))
        .sort(),
    ).toEqual(["authorization", "connection", "content-length"]);
  });

  it("send a full ACL with its MD5 and escape what XML would swallow", async () => {
    server.answer((_, response) => response.end());
    const acl = {
      ownerId: "o<&>",
      grants: [
        { grantee: { uri: "http://x/?a=1&b=2" }, permission: "READ" },
        { grantee: { id: "id'\"" }, permission: "FULL_CONTROL" },
      ],
    } as const;
    await lean.putObjectAcl(address, acl);
    const { body, headers } = lastReceived();
    expect(headers["content-md5"]).toBe(createHash("md5").update(body).digest("base64"));
    expect(headers["x-amz-content-sha256"]).toBe(createHash("sha256").update(body).digest("hex"));
    server.answer((_, response) => response.end(body));
    expect(await lean.getObjectAcl(address)).toMatchObject({ ok: true, value: acl });
  });

  it("send a copy with the same headers as the SDK", async () => {
    server.answer((_, response) =>
      response.end("<CopyObjectResult><ETag>&quot;e3&quot;</ETag><LastModified>2026-10-01T00:00:00.000Z</LastModified></CopyObjectResult>"),
    );
    const amz = (calls: ObjectCalls) =>
      calls.copyObject(copy).then((answer) => {
        const { headers } = lastReceived();
        const sent = Object.entries(headers).filter(
          ([name]) => (name.startsWith("x-amz-") && !/date|content-sha256|user-agent/.test(name)) || name === "if-match",
        );
        return { answer: answer.ok ? answer.value : answer, sent: Object.fromEntries(sent) };
      });
    const ours = await amz(lean);
    expect(ours).toEqual(await amz(sdk));
    expect(ours.answer).toEqual({ etag: "e3", lastModified: Date.UTC(2026, 9, 1) });
    expect(ours.sent["x-amz-copy-source"]).toBe("b/a%20b%2Bc%25/%C3%A9?versionId=v%2F1");
    expect(ours.sent["x-amz-source-expected-bucket-owner"]).toBe("111122223333");
  });

  it("keep the connection after HEAD", async () => {
    server.answer((_, response) => {
      response.writeHead(200, { etag: '"e"', "content-length": "5", "last-modified": "Thu, 01 Oct 2026 00:00:00 GMT" });
      response.end();
    });
    const before = server.received.length;
    const single = openWire(server.target, { connections: 1 });
    const calls = leanObjectCalls(single, { session: anyKeys() });
    for (let n = 0; n < 5; n++) expect(await calls.headObject(address)).toMatchObject({ ok: true, value: { etag: "e", size: 5 } });
    expect(new Set(server.received.slice(before).map(({ connection }) => connection)).size).toBe(1);
    await single.close();
  });

  it("put the bucket into the host name where the path is not to hold it", async () => {
    const { port } = new URL(server.endpoint);
    const virtual = openWire({ region: "us-east-1", endpoint: `http://localhost:${port}`, forcePathStyle: false }, { connections: 1 });
    server.answer((_, response) => response.end());
    const place = virtual.place("my-bucket");
    expect(place).toMatchObject({ host: `my-bucket.localhost:${port}`, base: "" });
    expect(openWire({ region: "eu-central-1", forcePathStyle: false }, { connections: 1 }).place("dotted.name")).toMatchObject({
      host: "s3.eu-central-1.amazonaws.com",
      base: "/dotted.name",
    });
    await virtual.close();
  });
});

describe("answers that are not what they seem", () => {
  const scripts: {
    name: string;
    call: (calls: ObjectCalls) => Promise<unknown>;
    status: number;
    body?: string;
    headers?: Record<string, string>;
    refusal: object;
  }[] = [
    {
      name: "an error behind the 200 of a copy",
      call: (calls) => calls.copyObject(copy),
      status: 200,
      body: `   \n${errorXml("InternalError")}`,
      refusal: { kind: "transient", code: "InternalError", httpStatus: 200, unknownOutcome: true },
    },
    {
      name: "SlowDown behind the 200 of a copy",
      call: (calls) => calls.copyObject(copy),
      status: 200,
      body: errorXml("SlowDown"),
      refusal: { kind: "throttled", code: "SlowDown", httpStatus: 200, unknownOutcome: false },
    },
    {
      name: "nothing behind the 200 of a copy",
      call: (calls) => calls.copyObject(copy),
      status: 200,
      refusal: { kind: "transient", code: "BadAnswer", httpStatus: 200, unknownOutcome: true },
    },
    {
      name: "a page of HTML instead of an ACL",
      call: (calls) => calls.getObjectAcl(address),
      status: 200,
      body: "<html><body><br>Sign in</body></html>",
      refusal: { kind: "transient", code: "BadAnswer", httpStatus: 200, unknownOutcome: false },
    },
    {
      name: "a proxy's own 502",
      call: (calls) => calls.putObjectAcl(address, "bucket-owner-full-control"),
      status: 502,
      body: "<html><body><h1>Bad Gateway</h1></body></html>",
      refusal: { kind: "transient", code: "Http502", httpStatus: 502, unknownOutcome: true },
    },
    {
      name: "a bare 503",
      call: (calls) => calls.putObjectAcl(address, "bucket-owner-full-control"),
      status: 503,
      refusal: { kind: "throttled", code: "Http503", httpStatus: 503, unknownOutcome: true },
    },
    {
      name: "a delete marker in place of a version",
      call: (calls) => calls.getObjectAcl(address),
      status: 405,
      body: errorXml("MethodNotAllowed"),
      headers: { "x-amz-delete-marker": "true" },
      refusal: { kind: "gone", code: "MethodNotAllowed", httpStatus: 405, unknownOutcome: false },
    },
    {
      name: "HEAD of a delete marker",
      call: (calls) => calls.headObject(address),
      status: 405,
      headers: { "x-amz-delete-marker": "true" },
      refusal: { kind: "gone", code: "Http405", httpStatus: 405 },
    },
    {
      name: "HEAD that is refused",
      call: (calls) => calls.headObject(address),
      status: 403,
      refusal: { kind: "denied", code: "Http403", httpStatus: 403 },
    },
    {
      name: "HEAD of what is gone",
      call: (calls) => calls.headObject(address),
      status: 404,
      refusal: { kind: "gone", code: "Http404", httpStatus: 404 },
    },
    {
      name: "a bucket that is enforced already",
      call: (calls) => calls.putObjectAcl(address, "bucket-owner-full-control"),
      status: 400,
      body: errorXml("AccessControlListNotSupported"),
      refusal: { kind: "enforced", code: "AccessControlListNotSupported", httpStatus: 400, unknownOutcome: false },
    },
    {
      name: "an archived source",
      call: (calls) => calls.copyObject(copy),
      status: 403,
      body: errorXml("ObjectNotInActiveTierError"),
      refusal: { kind: "archived", code: "ObjectNotInActiveTierError", unknownOutcome: false },
    },
  ];
  for (const { name, call, status, body, headers, refusal } of scripts) {
    it(`${name}: the same refusal from both implementations`, async () => {
      server.answer((_, response) => {
        response.writeHead(status, { "x-amz-request-id": "REQ1", ...headers });
        response.end(body ?? "");
      });
      expect(await call(lean)).toMatchObject({ ok: false, requestId: "REQ1", ...refusal });
      // The SDK forgets the answer it had where a copy was answered with nothing.
      expect(await call(sdk)).toMatchObject({ ok: false, requestId: name.startsWith("nothing") ? "" : "REQ1", ...refusal });
    });
  }

  it("a cut connection leaves the outcome of a write open, and of a read not", async () => {
    server.answer((_, __, raw) => raw.socket.destroy());
    for (const calls of [lean, sdk]) {
      expect(await calls.putObjectAcl(address, "bucket-owner-full-control")).toMatchObject({
        kind: "transient",
        code: "ConnectionReset",
        httpStatus: 0,
        unknownOutcome: true,
      });
      expect(await calls.headObject(address)).toMatchObject({ kind: "transient", code: "ConnectionReset", unknownOutcome: false });
    }
  });

  it("an answer that ends early is no answer", async () => {
    server.answer((_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("<CopyObjectResult>");
      setImmediate(() => response.destroy());
    });
    for (const calls of [lean, sdk])
      expect(await calls.copyObject(copy)).toMatchObject({ kind: "transient", httpStatus: 0, unknownOutcome: true });
  });

  it("a server that is not there has done nothing", async () => {
    const gone = await openScriptedServer();
    await gone.close();
    const nowhere = openWire(gone.target, { connections: 1 });
    const calls = [leanObjectCalls(nowhere, { session: anyKeys() }), sdkObjectCalls(gone.target, { session: anyKeys() })];
    for (const one of calls)
      expect(await one.copyObject(copy)).toMatchObject({ kind: "transient", code: "ConnectionRefused", unknownOutcome: false });
    await nowhere.close();
  });

  it("an abort ends the call at once, and says whether the request was on its way", async () => {
    for (const calls of [lean, sdk]) {
      const stop = new AbortController();
      server.answer(() => stop.abort());
      expect(await calls.putObjectAcl(address, "bucket-owner-full-control", stop.signal)).toMatchObject({
        kind: "transient",
        code: "Aborted",
        unknownOutcome: true,
      });
    }
    const stopped = AbortSignal.abort();
    expect(await lean.putObjectAcl(address, "bucket-owner-full-control", stopped)).toMatchObject({
      code: "Aborted",
      unknownOutcome: false,
    });
  });

  it("thousands of calls share one signal without a listener each, and all end with it", async () => {
    const stop = new AbortController();
    const narrow = openWire(server.target, { connections: 2 });
    const calls = leanObjectCalls(narrow, { session: anyKeys() });
    let answered = 0;
    server.answer((_, response) => {
      if (++answered <= 50) response.end();
      else setImmediate(() => stop.abort());
    });
    const answers = await Promise.all(
      Array.from({ length: 2000 }, () => calls.putObjectAcl(address, "bucket-owner-full-control", stop.signal)),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(50);
    const refused = answers.filter((answer) => !answer.ok);
    expect(refused.every(({ code }) => code === "Aborted")).toBe(true);
    expect(refused.filter(({ unknownOutcome }) => unknownOutcome).length).toBeLessThanOrEqual(2);
    await narrow.close();
  });

  it("are not written once their caller may not send them any more, though they were sent while it might", async () => {
    let ours = true;
    const narrow = openWire(server.target, { connections: 1, mayStart: () => ours });
    const calls = leanObjectCalls(narrow, { session: anyKeys() });
    const { signal } = new AbortController();
    server.answer((_, response) => {
      ours = false;
      setImmediate(() => response.end());
    });
    const before = server.received.length;
    const [first, second] = await Promise.all([1, 2].map(() => calls.putObjectAcl(address, "bucket-owner-full-control", signal)));
    expect(first).toMatchObject({ ok: true });
    expect(second).toMatchObject({ kind: "transient", code: "Aborted", unknownOutcome: false, httpStatus: 0 });
    ours = true;
    server.answer((_, response) => response.end());
    expect(await calls.putObjectAcl(address, "bucket-owner-full-control", signal)).toMatchObject({ ok: true });
    expect(server.received.slice(before).map(({ connection }) => connection)).toEqual(Array(2).fill(server.received[before]?.connection));
    await narrow.close();
  });

  it("HEAD's wordless 400 is looked into where a session token may be the cause", async () => {
    const session = anyKeys("token");
    const pair = [leanObjectCalls(wire, { session }), sdkObjectCalls(server.target, { session })];
    for (const code of ["InvalidRequest", "ExpiredToken"]) {
      server.answer(({ method }, response) => {
        response.writeHead(400);
        response.end(method === "HEAD" ? "" : errorXml(code));
      });
      const expected = code === "ExpiredToken" ? { kind: "expired", code } : { kind: "failed", code: "Http400" };
      expect(await pair[0]?.headObject(address)).toMatchObject(expected);
      if (code === "InvalidRequest") expect(await pair[1]?.headObject(address)).toMatchObject(expected);
    }
    // Keys that came with a token and cannot be renewed are over once S3 has said so.
    expect(await pair[0]?.headObject(address)).toMatchObject({ kind: "denied", code: "NoSession", httpStatus: 0 });
  });
});
