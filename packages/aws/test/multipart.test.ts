// Uploads in parts on the wire: what is sent, and answers that are not what they seem.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leanMultipartCalls, type MultipartCalls, openWire, type Wire } from "../src/index.ts";
import { readTags } from "../src/xml/multipart-documents.ts";
import { anyKeys, errorXml, openScriptedServer, type ScriptedServer } from "./support/scripted-server.ts";

let server: ScriptedServer;
let wire: Wire;
let calls: MultipartCalls;
const destination = { bucket: "b", key: "a b+c%/é" };
beforeAll(async () => {
  server = await openScriptedServer();
  wire = openWire(server.target, { connections: 2 });
  calls = leanMultipartCalls(wire, { session: anyKeys(), expectedBucketOwner: "111122223333" });
});
afterAll(async () => {
  await wire?.close();
  await server?.close();
});
const last = (): ScriptedServer["received"][number] => {
  const found = server.received.at(-1);
  if (found === undefined) throw new Error("the server was asked nothing");
  return found;
};

describe("creating an upload", () => {
  it("states everything that the object will be, attributes byte for byte", async () => {
    server.answer((_, response) => response.end("<InitiateMultipartUploadResult><UploadId>u/1</UploadId></InitiateMultipartUploadResult>"));
    const created = await calls.createUpload({
      destination,
      attributes: { metadata: { team: "a  b" }, contentType: "text/x", cacheControl: "no-store", expires: "whenever" },
      tags: [{ key: "a b", value: "c+d=" }],
      acl: "bucket-owner-full-control",
      storageClass: "STANDARD_IA",
      encryption: { algorithm: "aws:kms", kmsKeyId: "arn:k", bucketKey: true },
      websiteRedirect: "/x",
      lock: { mode: "GOVERNANCE", retainUntil: "2031-01-01T00:00:00.000Z", legalHold: "ON" },
      checksumAlgorithm: "CRC32",
      checksumType: "FULL_OBJECT",
    });
    expect(created).toMatchObject({ ok: true, value: { uploadId: "u/1" } });
    expect(last()).toMatchObject({ method: "POST", url: "/b/a%20b%2Bc%25/%C3%A9?uploads=" });
    expect(last().headers).toMatchObject({
      "x-amz-acl": "bucket-owner-full-control",
      "x-amz-storage-class": "STANDARD_IA",
      "x-amz-tagging": "a%20b=c%2Bd%3D",
      "x-amz-meta-team": "a  b",
      "content-type": "text/x",
      "cache-control": "no-store",
      expires: "whenever",
      "x-amz-server-side-encryption": "aws:kms",
      "x-amz-server-side-encryption-aws-kms-key-id": "arn:k",
      "x-amz-server-side-encryption-bucket-key-enabled": "true",
      "x-amz-website-redirect-location": "/x",
      "x-amz-object-lock-mode": "GOVERNANCE",
      "x-amz-object-lock-retain-until-date": "2031-01-01T00:00:00.000Z",
      "x-amz-object-lock-legal-hold": "ON",
      "x-amz-checksum-algorithm": "CRC32",
      "x-amz-checksum-type": "FULL_OBJECT",
      "x-amz-expected-bucket-owner": "111122223333",
    });
  });
});

describe("completing an upload", () => {
  const parts = [
    { number: 1, etag: "e1", checksum: { element: "ChecksumSHA256", value: "s1=" } },
    { number: 2, etag: "e2" },
  ];
  const request = { destination, uploadId: "u/1", parts, size: 7, destinationIfMatch: "old" };

  it("names each part with its checksum, the size, and what it replaces", async () => {
    server.answer((_, response) => {
      response.setHeader("x-amz-version-id", "v2");
      response.end("   <CompleteMultipartUploadResult><ETag>&quot;e-2&quot;</ETag></CompleteMultipartUploadResult>");
    });
    expect(await calls.completeUpload(request)).toMatchObject({ ok: true, value: { versionId: "v2" } });
    expect(last()).toMatchObject({ method: "POST", url: "/b/a%20b%2Bc%25/%C3%A9?uploadId=u%2F1" });
    expect(last().headers).toMatchObject({ "if-match": '"old"', "x-amz-mp-object-size": "7" });
    expect(last().body.toString()).toContain(
      "<Part><PartNumber>1</PartNumber><ETag>&quot;e1&quot;</ETag><ChecksumSHA256>s1=</ChecksumSHA256></Part>",
    );
  });

  it.each([
    ["an error behind a 200", errorXml("InternalError", "We failed"), "InternalError"],
    ["nothing", "", "BadAnswer"],
    ["half an answer", "<CompleteMultipart", "BadAnswer"],
  ])("takes %s for no answer: it may have taken effect", async (_, body, code) => {
    server.answer((_request, response) => response.end(body));
    expect(await calls.completeUpload(request)).toMatchObject({ ok: false, kind: "transient", code, unknownOutcome: true });
  });
});

describe("lists", () => {
  it("go on from page to page, and name parts with sizes and checksums", async () => {
    server.answer((_, response) =>
      response.end(
        "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker><ChecksumAlgorithm>CRC32</ChecksumAlgorithm>" +
          "<Part><PartNumber>2</PartNumber><ETag>&quot;e2&quot;</ETag><Size>5</Size><ChecksumCRC32>x</ChecksumCRC32></Part></ListPartsResult>",
      ),
    );
    expect(await calls.listParts(destination, "u", 1)).toMatchObject({
      ok: true,
      value: { next: 2, parts: [{ number: 2, etag: "e2", size: 5, checksum: { element: "ChecksumCRC32", value: "x" } }] },
    });
    expect(last().url).toBe("/b/a%20b%2Bc%25/%C3%A9?part-number-marker=1&uploadId=u");
  });

  it("of tags may be empty, or an answer without a body", () => {
    expect(readTags("<Tagging><TagSet><Tag><Key>k</Key><Value/></Tag></TagSet></Tagging>")).toEqual([{ key: "k", value: "" }]);
    expect(readTags("<Tagging><TagSet/></Tagging>")).toEqual([]);
    expect(readTags("")).toEqual([]);
  });
});
