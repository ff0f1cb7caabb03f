// The hot object calls without an SDK, each a request and a reader over the one exchange.
import { encodeUri } from "../sign/uri.ts";
import type { WireAnswer } from "../wire/exchange.ts";
import type { Wire } from "../wire/wire.ts";
import { readAcl, readCopyResult, writeAcl, writeEncryption } from "../xml/documents.ts";
import { XmlError } from "../xml/scan.ts";
import { copyHeaders } from "./copy-headers.ts";
import { contextOf, header, headFacts } from "./head-facts.ts";
import { leanExchange, type ObjectCallsOptions } from "./lean-exchange.ts";
import type { ObjectAddress, ObjectCalls } from "./object-calls.ts";

/** S3 tells an object's checksum only where it is asked to. */
export const WITH_CHECKSUM = ["x-amz-checksum-mode", "ENABLED"] as const;

/** The hot implementation of ObjectCalls over a shared wire. */
export function leanObjectCalls(wire: Wire, options: ObjectCallsOptions): ObjectCalls {
  const { session, expectedBucketOwner } = options;
  const exchange = leanExchange(wire, options);

  /** HEAD's 400 has no body: an expired token and a missing SSE-C key look the same. A GET of one byte tells them apart. */
  async function headObject(address: ObjectAddress, signal?: AbortSignal): ReturnType<ObjectCalls["headObject"]> {
    const to = target(address);
    const answer = await exchange({ ...to, method: "HEAD", effect: "read", headers: WITH_CHECKSUM, signal }, readHead);
    if (answer.ok || answer.httpStatus !== 400 || session.fresh()?.sessionToken === undefined) return answer;
    const told = await exchange({ ...to, method: "GET", effect: "read", headers: ["range", "bytes=0-0"], signal }, nothing);
    return !told.ok && told.kind === "expired" ? told : answer;
  }

  return {
    putObjectAcl(address, acl, signal) {
      const canned = typeof acl === "string";
      return exchange(
        {
          ...target(address, "acl"),
          method: "PUT",
          effect: "write",
          signal,
          ...(canned ? { headers: ["x-amz-acl", acl] } : { body: writeAcl(acl) }),
        },
        nothing,
      );
    },
    getObjectAcl: (address, signal) =>
      exchange({ ...target(address, "acl"), method: "GET", effect: "read", signal }, (answer) => readAcl(answer.body.toString("utf8"))),
    headObject,
    copyObject(request, signal) {
      const headers = copyHeaders(request);
      if (expectedBucketOwner !== undefined && request.source.bucket === request.destination.bucket) {
        headers.push("x-amz-source-expected-bucket-owner", expectedBucketOwner);
      }
      return exchange({ ...target(request.destination), method: "PUT", effect: "write", headers, slow: true, signal }, (answer) => {
        const versionId = header(answer.headers, "x-amz-version-id");
        return {
          ...readCopyResult(answer.body.toString("utf8")),
          ...(versionId === undefined ? {} : { versionId }),
          ...contextOf(answer.headers),
        };
      });
    },
    updateObjectEncryption: (address, to, signal) =>
      exchange({ ...target(address, "encryption"), method: "PUT", effect: "write", body: writeEncryption(to), signal }, nothing),
  };
}

/** `subresource` sorts before versionId. */
function target(address: ObjectAddress, subresource?: "acl" | "encryption"): { bucket: string; key: string; query: string } {
  const version = address.versionId === undefined ? "" : `versionId=${encodeUri(address.versionId)}`;
  const query = subresource === undefined ? version : version === "" ? `${subresource}=` : `${subresource}=&${version}`;
  return { bucket: address.bucket, key: address.key, query };
}

const nothing = (): void => undefined;

function readHead(answer: WireAnswer): NonNullable<ReturnType<typeof headFacts>> {
  const facts = headFacts(answer.headers);
  if (facts === undefined) throw new XmlError("no ETag, Content-Length or Last-Modified in the answer to HEAD");
  return facts;
}
