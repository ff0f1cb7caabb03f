// Our signer against the SDK's, over thousands of random requests with the keys that break signers.
import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_PAYLOAD, Signer, UNSIGNED_PAYLOAD } from "../src/sign/signer.ts";
import { canonicalQuery, encodeKey, encodeUri } from "../src/sign/uri.ts";
import { hardKey } from "./support/hard-keys.ts";

/** What the SDK's signer wants of a hash: SHA-256, keyed or not. */
class Sha256 {
  readonly #chunks: Buffer[] = [];
  readonly #key: Buffer | undefined;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#key = key === undefined ? undefined : bytes(key);
  }
  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#chunks.push(bytes(chunk));
  }
  async digest(): Promise<Uint8Array> {
    const all = Buffer.concat(this.#chunks);
    return this.#key === undefined ? createHash("sha256").update(all).digest() : createHmac("sha256", this.#key).update(all).digest();
  }
  reset(): void {
    this.#chunks.length = 0;
  }
}
function bytes(chunk: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof chunk === "string") return Buffer.from(chunk);
  if (ArrayBuffer.isView(chunk)) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return Buffer.from(chunk);
}

const headerValue = fc
  .string({ unit: fc.constantFrom(..."abcXYZ0129 /+=-._~\"',;:"), minLength: 1, maxLength: 40 })
  .filter((value) => value.trim() !== "");
const parameterName = fc.constantFrom(
  "acl",
  "versionId",
  "encryption",
  "partNumber",
  "uploadId",
  "prefix",
  "max-keys",
  "list-type",
  "a b",
  "é",
  "X-1",
);
const request = fc.record({
  method: fc.constantFrom("GET", "PUT", "HEAD", "POST", "DELETE"),
  key: hardKey,
  query: fc.uniqueArray(fc.tuple(parameterName, fc.oneof(hardKey, fc.constant(""))), { selector: ([name]) => name, maxLength: 4 }),
  headers: fc.dictionary(
    fc.constantFrom(
      "x-amz-acl",
      "x-amz-copy-source",
      "x-amz-meta-a",
      "content-md5",
      "if-match",
      "x-amz-storage-class",
      "x-amz-expected-bucket-owner",
    ),
    headerValue,
  ),
  payload: fc.oneof(
    fc.constant(UNSIGNED_PAYLOAD),
    fc.constant(EMPTY_PAYLOAD),
    fc.string().map((text) => createHash("sha256").update(text).digest("hex")),
  ),
  region: fc.constantFrom("eu-central-1", "us-east-1", "cn-north-1"),
  keys: fc.record({
    accessKeyId: fc.string({ unit: fc.constantFrom(..."ABCDEFGHIJ0123456789"), minLength: 16, maxLength: 20 }),
    secretAccessKey: fc.string({ unit: fc.constantFrom(..."abcDEF012/+"), minLength: 40, maxLength: 40 }),
    sessionToken: fc.option(fc.base64String({ minLength: 8, maxLength: 400 }), { nil: undefined }),
  }),
  now: fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2035, 0, 1) }),
});

describe("the signer", () => {
  it("signs every request as the SDK's signer does, hard keys, queries, headers and tokens alike", async () => {
    // One signer per region for all requests, so that its kept day key and stamp are put to the test too.
    const signers = new Map<string, Signer>();
    await fc.assert(
      fc.asyncProperty(request, async ({ method, key, query, headers, payload, region, keys, now }) => {
        const path = `/bucket/${encodeKey(key)}`;
        const signer = signers.get(region) ?? new Signer(region);
        signers.set(region, signer);
        const { sessionToken, ...pair } = keys;
        const ours = ["host", "s3.example.org:9000", ...Object.entries(headers).flat()];
        signer.sign(
          { method, path, query: canonicalQuery(query), headers: ours, payloadHash: payload },
          sessionToken === undefined ? pair : { ...pair, sessionToken },
          now,
        );

        const theirs = new SignatureV4({
          service: "s3",
          region,
          credentials: { ...pair, ...(sessionToken === undefined ? {} : { sessionToken }) },
          sha256: Sha256,
          uriEscapePath: false,
          applyChecksum: true,
        });
        const signed = await theirs.sign(
          {
            protocol: "http:",
            hostname: "s3.example.org",
            port: 9000,
            method,
            path,
            query: Object.fromEntries(query),
            headers: { host: "s3.example.org:9000", "x-amz-content-sha256": payload, ...headers },
          },
          { signingDate: new Date(now) },
        );
        expect(ours[ours.indexOf("authorization") + 1]).toBe(signed.headers.authorization);
        expect(ours[ours.indexOf("x-amz-date") + 1]).toBe(signed.headers["x-amz-date"]);
      }),
      { numRuns: 3000 },
    );
  });

  it("encodes so that decoding once gives the key back, with nothing left for a server to trip over", () => {
    fc.assert(
      fc.property(hardKey, (key) => {
        expect(decodeURIComponent(encodeKey(key))).toBe(key);
        expect(encodeKey(key)).toMatch(/^(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/);
        expect(encodeUri(key)).toMatch(/^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/);
      }),
    );
  });
});
