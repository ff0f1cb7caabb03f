/** Who may speak: signatures in headers and URLs, tokens, clocks, payload hashes, streamed bodies; each refusal with AWS's code. */
import { createHash, createHmac } from "node:crypto";
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { amzDate, type Bench, encode, encodeKey, type Keys, send, signed, signingKey, startBench } from "./harness.ts";

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
  await bench.as(bench.owner).send(new CreateBucketCommand({ Bucket: "signed" }));
  await bench.as(bench.owner).send(new PutObjectCommand({ Bucket: "signed", Key: "a.txt", Body: "hello" }));
});
afterAll(() => bench.close());

const get = { method: "GET", path: "/signed/a.txt" };
const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);

async function session(durationSeconds = 900): Promise<Keys & { readonly sessionToken: string }> {
  const role = bench.owner.roles[0];
  if (role === undefined) throw new Error("the owner has no role");
  return bench.sandbox.book.openSession({
    accountId: bench.owner.accountId,
    canonicalId: bench.owner.canonicalId,
    arn: `arn:aws:sts::${bench.owner.accountId}:assumed-role/${role.name}/test`,
    roleArn: role.arn,
    policies: "everything",
    durationSeconds,
  });
}

describe("a signature in the headers", () => {
  it("opens what its key may open", async () => {
    const answer = await send(bench.sandbox, signed(bench.sandbox, bench.owner, get));
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe("hello");
    expect(answer.headers["x-amz-request-id"]).toMatch(/^[0-9A-F]{16}$/);
  });

  it("is refused as AWS refuses it", async () => {
    const { sandbox, owner } = bench;
    const temporary = await session();
    const wrongSecret = { ...owner, secretAccessKey: "wrong" };
    const right = signed(sandbox, owner, get);
    const cases: [string, Parameters<typeof send>[1], string][] = [
      ["unknown key", signed(sandbox, { ...owner, accessKeyId: "AKIAUNKNOWN" }, get), "403 InvalidAccessKeyId"],
      ["wrong secret", signed(sandbox, wrongSecret, get), "403 SignatureDoesNotMatch"],
      ["another path than signed", { ...right, path: "/signed/b.txt" }, "403 SignatureDoesNotMatch"],
      ["a query that was not signed", { ...right, query: "versionId=null" }, "403 SignatureDoesNotMatch"],
      ["clock 16 minutes behind", signed(sandbox, owner, get, { at: minutes(-16) }), "403 RequestTimeTooSkewed"],
      ["clock 16 minutes ahead", signed(sandbox, owner, get, { at: minutes(16) }), "403 RequestTimeTooSkewed"],
      ["clock 14 minutes behind", signed(sandbox, owner, get, { at: minutes(-14) }), "200 undefined"],
      ["wrong region", signed(sandbox, owner, get, { region: "mars-north-1" }), "400 AuthorizationHeaderMalformed"],
      ["a session without its token", signed(sandbox, { ...temporary, sessionToken: undefined } as never, get), "403 InvalidAccessKeyId"],
      ["a session with another token", signed(sandbox, { ...temporary, sessionToken: "bogus" }, get), "400 InvalidToken"],
      ["a token on a long-lived key", signed(sandbox, { ...owner, sessionToken: "bogus" } as Keys, get), "400 InvalidToken"],
      [
        "signature version 2",
        { ...get, headers: { authorization: "AWS AKIA:abc=", date: new Date().toUTCString() } },
        "400 InvalidRequest",
      ],
      ["nonsense", { ...get, headers: { authorization: "AWS4-HMAC-SHA256 nonsense" } }, "400 AuthorizationHeaderMalformed"],
    ];
    for (const [what, request, expected] of cases) {
      const answer = await send(sandbox, request);
      expect(`${answer.status} ${answer.code}`, what).toBe(expected);
    }
  });

  it("must cover every x-amz header", async () => {
    const request = signed(bench.sandbox, bench.owner, get);
    const answer = await send(bench.sandbox, { ...request, headers: { ...request.headers, "x-amz-acl": "public-read" } });
    expect([answer.status, answer.code, answer.message]).toEqual([
      403,
      "AccessDenied",
      "There were headers present in the request which were not signed",
    ]);
  });

  it("ends with its session: ExpiredToken, 400", async () => {
    const temporary = await session();
    const before = await send(bench.sandbox, signed(bench.sandbox, temporary, get));
    bench.sandbox.book.expireSessions({ accessKeyId: temporary.accessKeyId });
    const after = await send(bench.sandbox, signed(bench.sandbox, temporary, get));
    expect([before.status, after.status, after.code, after.message]).toEqual([200, 400, "ExpiredToken", "The provided token has expired."]);
  });

  it("tells the string it signed when signatures differ", async () => {
    const answer = await send(bench.sandbox, signed(bench.sandbox, { ...bench.owner, secretAccessKey: "wrong" }, get));
    const text = answer.body.toString();
    expect(text).toContain("<CanonicalRequest>GET&#xA;/signed/a.txt");
    expect(text).toContain("<StringToSign>AWS4-HMAC-SHA256&#xA;");
    expect(text).toMatch(/<RequestId>[0-9A-F]{16}<\/RequestId><HostId>/);
  });
});

describe("the payload hash", () => {
  it("must be that of the body", async () => {
    const request = signed(bench.sandbox, bench.owner, { method: "PUT", path: "/signed/h.txt", body: "one" });
    const answer = await send(bench.sandbox, { ...request, body: "two" });
    expect([answer.status, answer.code]).toEqual([400, "XAmzContentSHA256Mismatch"]);
  });

  it("may be UNSIGNED-PAYLOAD, and nothing else that is no hash", async () => {
    const put = { method: "PUT", path: "/signed/u.txt", body: "x" };
    const unsigned = await send(bench.sandbox, signed(bench.sandbox, bench.owner, put, { payloadHash: "UNSIGNED-PAYLOAD" }));
    const nonsense = await send(bench.sandbox, signed(bench.sandbox, bench.owner, put, { payloadHash: "abc" }));
    expect([unsigned.status, nonsense.status, nonsense.code]).toEqual([200, 400, "InvalidArgument"]);
  });

  it("stands beside Content-MD5", async () => {
    const put = (md5: string) =>
      send(
        bench.sandbox,
        signed(bench.sandbox, bench.owner, { method: "PUT", path: "/signed/m.txt", body: "x", headers: { "content-md5": md5 } }),
      );
    const right = createHash("md5").update("x").digest("base64");
    expect((await put(right)).status).toBe(200);
    expect((await put(createHash("md5").update("y").digest("base64"))).code).toBe("BadDigest");
    expect((await put("short")).code).toBe("InvalidDigest");
  });
});

describe("a streamed body", () => {
  /** Frames chunks with their chain of signatures, as the AWS document describes. */
  function streamed(chunks: readonly string[], trailer: string | undefined, spoil?: "chunk" | "trailer"): Parameters<typeof send>[1] {
    const { sandbox, owner } = bench;
    const at = new Date();
    const hash = trailer === undefined ? "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" : "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    const length = chunks.join("").length;
    const request = signed(
      sandbox,
      owner,
      {
        method: "PUT",
        path: "/signed/stream.txt",
        headers: {
          "content-encoding": "aws-chunked",
          "x-amz-decoded-content-length": String(length),
          ...(trailer === undefined ? {} : { "x-amz-trailer": trailer.slice(0, trailer.indexOf(":")) }),
        },
      },
      { at, payloadHash: hash },
    );
    const date = amzDate(at);
    const scope = `${date.slice(0, 8)}/${sandbox.region}/s3/aws4_request`;
    const key = signingKey(owner, date.slice(0, 8), sandbox.region, "s3");
    const sign = (text: string): string => createHmac("sha256", key).update(text).digest("hex");
    const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
    let previous = /Signature=([0-9a-f]+)/.exec(request.headers?.authorization ?? "")?.[1] ?? "";
    let body = "";
    for (const chunk of [...chunks, ""]) {
      previous = sign(`AWS4-HMAC-SHA256-PAYLOAD\n${date}\n${scope}\n${previous}\n${sha("")}\n${sha(chunk)}`);
      const shown = spoil === "chunk" ? previous.replace(/^./, (c) => (c === "0" ? "1" : "0")) : previous;
      body += `${chunk.length.toString(16)};chunk-signature=${shown}\r\n${chunk}${chunk === "" ? "" : "\r\n"}`;
    }
    if (trailer === undefined) body += "\r\n";
    else {
      const signature = sign(`AWS4-HMAC-SHA256-TRAILER\n${date}\n${scope}\n${previous}\n${sha(`${trailer}\n`)}`);
      body += `${trailer}\r\nx-amz-trailer-signature:${spoil === "trailer" ? sha("no") : signature}\r\n\r\n`;
    }
    return { ...request, body };
  }

  it("is put together again, every chunk verified", async () => {
    const answer = await send(bench.sandbox, streamed(["hello ", "world"], undefined));
    expect(answer.status, answer.body.toString()).toBe(200);
    const stored = await bench.as(bench.owner).send(new GetObjectCommand({ Bucket: "signed", Key: "stream.txt" }));
    expect(await stored.Body?.transformToString()).toBe("hello world");
    expect(stored.ContentEncoding).toBeUndefined();
  });

  it("may end in a signed trailer with a checksum", async () => {
    const crc32 = "DUoRhQ=="; // of "hello world"
    expect((await send(bench.sandbox, streamed(["hello world"], `x-amz-checksum-crc32:${crc32}`))).status).toBe(200);
    expect((await send(bench.sandbox, streamed(["hello world"], "x-amz-checksum-crc32:AAAAAA=="))).code).toBe("BadDigest");
    expect((await send(bench.sandbox, streamed(["hello world"], `x-amz-checksum-crc32:${crc32}`, "trailer"))).code).toBe(
      "SignatureDoesNotMatch",
    );
  });

  it("is refused when a chunk's signature is wrong", async () => {
    const answer = await send(bench.sandbox, streamed(["hello"], undefined, "chunk"));
    expect([answer.status, answer.code]).toEqual([403, "SignatureDoesNotMatch"]);
  });

  it("comes from the SDK with a trailing checksum when the body is a stream", async () => {
    const { Readable } = await import("node:stream");
    await bench.as(bench.owner).send(
      new PutObjectCommand({
        Bucket: "signed",
        Key: "sdk-stream",
        Body: Readable.from([Buffer.from("ab"), Buffer.from("cd")]),
        ContentLength: 4,
      }),
    );
    const head = await bench.as(bench.owner).send(new HeadObjectCommand({ Bucket: "signed", Key: "sdk-stream", ChecksumMode: "ENABLED" }));
    expect([head.ContentLength, head.ChecksumCRC32, head.ChecksumType]).toEqual([4, "7YLNEQ==", "FULL_OBJECT"]);
  });
});

describe("a checksum of the body", () => {
  it("is verified for every call that carries one, and a body needs a declared length", async () => {
    const headers = { "x-amz-checksum-crc32": "AAAAAA==" };
    const acl = signed(bench.sandbox, bench.owner, {
      method: "PUT",
      path: "/signed",
      query: "versioning",
      headers,
      body: "<VersioningConfiguration/>",
    });
    expect((await send(bench.sandbox, acl)).code).toBe("BadDigest");
    const chunked = signed(bench.sandbox, bench.owner, { method: "PUT", path: "/signed/t" }, { payloadHash: "UNSIGNED-PAYLOAD" });
    const answer = await send(bench.sandbox, { ...chunked, headers: { ...chunked.headers, "transfer-encoding": "chunked" } });
    expect([answer.status, answer.code]).toEqual([411, "MissingContentLength"]);
  });
});

describe("a presigned URL", () => {
  it("works until it expires, then AccessDenied: Request has expired", async () => {
    const url = new URL(
      await getSignedUrl(bench.as(bench.owner), new GetObjectCommand({ Bucket: "signed", Key: "a.txt" }), { expiresIn: 60 }),
    );
    const fresh = await send(bench.sandbox, { method: "GET", path: url.pathname, query: url.search.slice(1) });
    expect([fresh.status, fresh.body.toString()]).toEqual([200, "hello"]);
    const old = new URL(
      await getSignedUrl(bench.as(bench.owner), new GetObjectCommand({ Bucket: "signed", Key: "a.txt" }), {
        expiresIn: 60,
        signingDate: minutes(-5),
      }),
    );
    const expired = await send(bench.sandbox, { method: "GET", path: old.pathname, query: old.search.slice(1) });
    expect([expired.status, expired.code, expired.message]).toEqual([403, "AccessDenied", "Request has expired"]);
  });

  it("cannot be changed or outlive a week", async () => {
    const url = new URL(
      await getSignedUrl(bench.as(bench.owner), new GetObjectCommand({ Bucket: "signed", Key: "a.txt" }), { expiresIn: 60 }),
    );
    const query = url.search.slice(1);
    const changed = await send(bench.sandbox, { method: "GET", path: "/signed/other", query });
    const longer = await send(bench.sandbox, { method: "GET", path: url.pathname, query: query.replace("Expires=60", "Expires=604801") });
    const bare = await send(bench.sandbox, { method: "GET", path: url.pathname, query: "X-Amz-Algorithm=AWS4-HMAC-SHA256" });
    expect([changed.code, longer.code, bare.code]).toEqual([
      "SignatureDoesNotMatch",
      "AuthorizationQueryParametersError",
      "AuthorizationQueryParametersError",
    ]);
  });

  it("uploads, and may override response headers", async () => {
    const put = new URL(
      await getSignedUrl(bench.as(bench.owner), new PutObjectCommand({ Bucket: "signed", Key: "up" }), { expiresIn: 60 }),
    );
    expect((await send(bench.sandbox, { method: "PUT", path: put.pathname, query: put.search.slice(1), body: "via url" })).status).toBe(
      200,
    );
    const command = new GetObjectCommand({
      Bucket: "signed",
      Key: "up",
      ResponseContentType: "text/x-test",
      ResponseCacheControl: "no-store",
    });
    const url = new URL(await getSignedUrl(bench.as(bench.owner), command, { expiresIn: 60 }));
    const answer = await send(bench.sandbox, { method: "GET", path: url.pathname, query: url.search.slice(1) });
    expect([answer.body.toString(), answer.headers["content-type"], answer.headers["cache-control"]]).toEqual([
      "via url",
      "text/x-test",
      "no-store",
    ]);
  });
});

it("a request in a proxy's form, with the whole URL, is the same request", async () => {
  const { sandbox } = bench;
  const raw = signed(sandbox, bench.owner, { method: "GET", path: "/", headers: { host: "nowhere.localhost" } });
  const answer = await send(sandbox, { ...raw, path: "http://nowhere.localhost/" });
  expect([answer.status, (await send(sandbox, { ...raw, path: "http://nowhere.localhost" })).status]).toEqual([404, 404]);
  expect(answer.code).toBe("NoSuchBucket");
  const listed = signed(sandbox, bench.owner, { method: "GET", path: "/", headers: { host: "s3.localhost" } });
  expect((await send(sandbox, { ...listed, path: "http://s3.localhost/" })).status).toBe(200);
});

describe("no signature", () => {
  it("is anonymous: refused unless something public allows it", async () => {
    const answer = await send(bench.sandbox, get);
    expect([answer.status, answer.code]).toEqual([403, "AccessDenied"]);
  });
});

describe("every key", () => {
  const hard = [
    "a b",
    "a+b",
    "100%",
    "ü/ö",
    "日本語",
    "../up",
    "a/../b",
    "//double",
    "/lead",
    "x//y",
    "trail/",
    "a?b=c&d",
    "#hash",
    "tab\there",
    "😀/𝔘",
    "'\"<&>",
    "~!*()",
    "a\nb",
  ];

  it("can be signed by the SDK and by hand", async () => {
    const client = bench.as(bench.owner);
    for (const key of [...hard, "k".repeat(1024), "é".repeat(512)]) {
      await client.send(new PutObjectCommand({ Bucket: "signed", Key: key, Body: key }));
      const raw = await send(bench.sandbox, signed(bench.sandbox, bench.owner, { method: "GET", path: `/signed/${encodeKey(key)}` }));
      expect([raw.status, raw.body.toString()], key).toEqual([200, key]);
    }
  }, 20_000);

  it("longer than 1,024 bytes is KeyTooLongError", async () => {
    const answer = await send(
      bench.sandbox,
      signed(bench.sandbox, bench.owner, { method: "GET", path: `/signed/${encodeKey("é".repeat(513))}` }),
    );
    expect([answer.status, answer.code]).toEqual([400, "KeyTooLongError"]);
  });

  it("that is no UTF-8 is InvalidURI", async () => {
    const answer = await send(bench.sandbox, signed(bench.sandbox, bench.owner, { method: "GET", path: "/signed/%FF%FE" }));
    expect([answer.status, answer.code]).toEqual([400, "InvalidURI"]);
  });

  it("means what was written: a raw plus is a space, %2B is a plus", async () => {
    await bench.as(bench.owner).send(new PutObjectCommand({ Bucket: "signed", Key: "p q", Body: "space" }));
    const url = await send(bench.sandbox, signed(bench.sandbox, bench.owner, { method: "GET", path: "/signed/p%20q" }));
    expect(url.body.toString()).toBe("space");
  });

  it("holds for random keys, prefixes and version parameters", async () => {
    const client = bench.as(bench.owner);
    const key = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 60 })
      .filter((text) => Buffer.byteLength(text) <= 1024 && text !== "." && text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(
        key,
        fc.string({ unit: "grapheme", maxLength: 20 }).filter((text) => text.isWellFormed()),
        async (name, prefix) => {
          await client.send(new PutObjectCommand({ Bucket: "signed", Key: name, Body: "v" }));
          const raw = await send(bench.sandbox, signed(bench.sandbox, bench.owner, { method: "GET", path: `/signed/${encodeKey(name)}` }));
          expect(raw.status, raw.body.toString()).toBe(200);
          const listed = await send(
            bench.sandbox,
            signed(bench.sandbox, bench.owner, { method: "GET", path: "/signed", query: `list-type=2&prefix=${encode(prefix)}` }),
          );
          expect(listed.status, listed.body.toString()).toBe(200);
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  }, 20_000);
});
