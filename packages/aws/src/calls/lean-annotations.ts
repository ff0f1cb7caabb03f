// AnnotationCalls over the same wire and signer as the hot calls.
import { canonicalQuery } from "../sign/uri.ts";
import type { Wire } from "../wire/wire.ts";
import { quoted } from "../xml/documents.ts";
import { readAnnotations } from "../xml/multipart-documents.ts";
import { XmlError } from "../xml/scan.ts";
import type { Annotation, AnnotationCalls } from "./annotation-calls.ts";
import { header } from "./head-facts.ts";
import { WITH_CHECKSUM } from "./lean.ts";
import { leanExchange, type ObjectCallsOptions } from "./lean-exchange.ts";
import type { ObjectAddress } from "./object-calls.ts";

type Parameter = readonly [name: string, value: string];

/** Names of 512 bytes, each of which XML may write in five, still fit into an answer. */
const PAGE = "250";

export function leanAnnotationCalls(wire: Wire, options: ObjectCallsOptions): AnnotationCalls {
  const exchange = leanExchange(wire, options);
  return {
    listAnnotations(address, after, signal) {
      const page: Parameter[] = [
        ["max-annotation-results", PAGE],
        ...(after === undefined ? [] : [["continuation-token", after] as const]),
      ];
      return exchange({ ...target(address, page), method: "GET", effect: "read", signal }, ({ body }) =>
        readAnnotations(body.toString("utf8")),
      );
    },
    getAnnotation: (address, name, signal) =>
      exchange(
        { ...target(address, [["annotationName", name]]), method: "GET", effect: "read", headers: WITH_CHECKSUM, opaque: true, signal },
        ({ headers, body }): Annotation => {
          const text = body.toString("utf8");
          if (Buffer.compare(Buffer.from(text), body) !== 0) throw new XmlError("an annotation that is not UTF-8");
          const sum = Object.keys(headers).find((one) => one.startsWith("x-amz-checksum-") && one !== "x-amz-checksum-type");
          return { text, ...(sum === undefined ? {} : { checksum: { header: sum, value: header(headers, sum) ?? "" } }) };
        },
      ),
    putAnnotation(address, name, { text, checksum }, objectIfMatch, signal) {
      const headers = ["x-amz-object-if-match", quoted(objectIfMatch)];
      if (checksum !== undefined) {
        const algorithm = checksum.header.slice("x-amz-checksum-".length).toUpperCase();
        headers.push(checksum.header, checksum.value, "x-amz-sdk-checksum-algorithm", algorithm);
      }
      return exchange(
        {
          ...target(address, [["annotationName", name]]),
          method: "PUT",
          effect: "write",
          headers,
          body: text,
          contentType: "text/plain; charset=utf-8",
          signal,
        },
        () => undefined,
      );
    },
  };
}

function target(address: ObjectAddress, parameters: readonly Parameter[]): { bucket: string; key: string; query: string } {
  const version: Parameter[] = address.versionId === undefined ? [] : [["versionId", address.versionId]];
  return { bucket: address.bucket, key: address.key, query: canonicalQuery([["annotation", ""], ...parameters, ...version]) };
}
