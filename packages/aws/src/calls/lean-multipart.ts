// MultipartCalls over the same wire and signer as the hot calls: attributes travel as HEAD told them, which an SDK's typed fields
// (a Date for Expires) would not let them.
import { canonicalQuery } from "../sign/uri.ts";
import type { Wire } from "../wire/wire.ts";
import { quoted } from "../xml/documents.ts";
import {
  readCompletion,
  readLegalHold,
  readPartResult,
  readParts,
  readRetention,
  readTags,
  readUploadId,
  readUploads,
  writeCompletion,
} from "../xml/multipart-documents.ts";
import { XmlError } from "../xml/scan.ts";
import { attributeHeaders, copySource, keptHeaders, taggingHeaders } from "./copy-headers.ts";
import { contextOf, header } from "./head-facts.ts";
import { leanExchange, type ObjectCallsOptions } from "./lean-exchange.ts";
import type { MultipartCalls, UploadRequest } from "./multipart-calls.ts";
import type { ObjectAddress } from "./object-calls.ts";

type Parameter = readonly [name: string, value: string];

/** One implementation is enough: these calls are rare, and the exchange beneath is the one that the contract test holds to the SDK. */
export function leanMultipartCalls(wire: Wire, options: ObjectCallsOptions): MultipartCalls {
  const { expectedBucketOwner } = options;
  const exchange = leanExchange(wire, options);
  const nothing = (): void => undefined;

  return {
    headPart: (address, number, signal) =>
      exchange({ ...target(address, [["partNumber", String(number)]]), method: "HEAD", effect: "read", signal }, ({ headers }) => {
        const size = Number(header(headers, "content-length"));
        const partsCount = Number(header(headers, "x-amz-mp-parts-count") ?? Number.NaN);
        if (!Number.isSafeInteger(size)) throw new XmlError("no Content-Length in the answer to HEAD");
        return { size, partsCount: Number.isSafeInteger(partsCount) ? partsCount : undefined };
      }),
    getObjectTags: (address, signal) =>
      exchange({ ...target(address, [["tagging", ""]]), method: "GET", effect: "read", signal }, ({ body }) =>
        readTags(body.toString("utf8")),
      ),
    getRetention: (address, signal) =>
      exchange({ ...target(address, [["retention", ""]]), method: "GET", effect: "read", signal }, ({ body }) =>
        readRetention(body.toString("utf8")),
      ),
    getLegalHold: (address, signal) =>
      exchange({ ...target(address, [["legal-hold", ""]]), method: "GET", effect: "read", signal }, ({ body }) =>
        readLegalHold(body.toString("utf8")),
      ),
    createUpload: (request, signal) =>
      exchange(
        { ...target(request.destination, [["uploads", ""]]), method: "POST", effect: "write", headers: uploadHeaders(request), signal },
        ({ headers, body }) => ({ uploadId: readUploadId(body.toString("utf8")), ...contextOf(headers) }),
      ),
    copyPart(request, signal) {
      const headers = [
        "x-amz-copy-source",
        copySource(request.source),
        "x-amz-copy-source-if-match",
        quoted(request.sourceIfMatch),
        "x-amz-copy-source-range",
        `bytes=${request.first}-${request.last}`,
      ];
      if (expectedBucketOwner !== undefined && request.source.bucket === request.destination.bucket)
        headers.push("x-amz-source-expected-bucket-owner", expectedBucketOwner);
      const query: Parameter[] = [
        ["partNumber", String(request.number)],
        ["uploadId", request.uploadId],
      ];
      return exchange({ ...target(request.destination, query), method: "PUT", effect: "write", headers, slow: true, signal }, ({ body }) =>
        readPartResult(body.toString("utf8"), request.number),
      );
    },
    listParts(address, uploadId, after, signal) {
      const query: Parameter[] = [["uploadId", uploadId], ...(after === 0 ? [] : [["part-number-marker", String(after)] as const])];
      return exchange({ ...target(address, query), method: "GET", effect: "read", signal }, ({ body }) => readParts(body.toString("utf8")));
    },
    completeUpload(request, signal) {
      const headers = ["x-amz-mp-object-size", String(request.size)];
      if (request.destinationIfMatch !== undefined) headers.push("if-match", quoted(request.destinationIfMatch));
      const body = writeCompletion(request.parts);
      return exchange(
        {
          ...target(request.destination, [["uploadId", request.uploadId]]),
          method: "POST",
          effect: "write",
          headers,
          body,
          slow: true,
          signal,
        },
        (answer) => {
          const versionId = header(answer.headers, "x-amz-version-id");
          readCompletion(answer.body.toString("utf8"));
          return versionId === undefined ? {} : { versionId };
        },
      );
    },
    abortUpload: (address, uploadId, signal) =>
      exchange({ ...target(address, [["uploadId", uploadId]]), method: "DELETE", effect: "write", signal }, nothing),
    async listUploads({ bucket, key }, signal) {
      const query = canonicalQuery([
        ["prefix", key],
        ["uploads", ""],
      ]);
      const answer = await exchange({ bucket, query, method: "GET", effect: "read", signal }, ({ body }) =>
        readUploads(body.toString("utf8")),
      );
      return answer.ok ? { ...answer, value: answer.value.filter((upload) => upload.key === key) } : answer;
    },
  };
}

function target(address: ObjectAddress, parameters: readonly Parameter[]): { bucket: string; key: string; query: string } {
  const version: Parameter[] = address.versionId === undefined ? [] : [["versionId", address.versionId]];
  return { bucket: address.bucket, key: address.key, query: canonicalQuery([...parameters, ...version]) };
}

function uploadHeaders(request: UploadRequest): string[] {
  const headers = [...keptHeaders(request), ...attributeHeaders(request.attributes)];
  if (request.checksumType !== undefined) headers.push("x-amz-checksum-type", request.checksumType);
  headers.push(...taggingHeaders(request.tags));
  return headers;
}
