/**
 * The additional checksum of a request's body: sent in a header or trailer and verified before any operation runs, or made
 * for the objects of those who send none.
 */
import { checksumOf, demandChecksum, sentChecksum } from "../checksum/checksum.ts";
import { invalidRequest, S3Error } from "../http/s3-error.ts";
import type { Checksum } from "../store/object.ts";
import type { Call } from "./call.ts";

/** The checksum a request carries for its body. */
export const carriedChecksum = (call: Call): Checksum | undefined =>
  sentChecksum((name) => call.header(name) ?? call.request.trailers.get(name));

/** 400 BadDigest unless the body has the checksum that came with it. */
export function demandIntactBody(call: Call): void {
  if (call.operation.checksumIsOfObject === true) return;
  const carried = carriedChecksum(call);
  if (carried !== undefined) demandChecksum(carried, call.request.body);
}

/** The checksum of an object's or part's bytes: the one sent, else CRC64NVME. 411 for a body of undeclared length. */
export function bodyChecksum(call: Call): { readonly value: Checksum; readonly sent: boolean } {
  if (call.header("transfer-encoding") !== undefined && call.header("x-amz-decoded-content-length") === undefined) {
    throw new S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
  }
  const sent = carriedChecksum(call);
  if (sent !== undefined) {
    // An empty body passes the general check unread.
    if (call.request.body.length === 0) demandChecksum(sent, call.request.body);
    return { value: sent, sent: true };
  }
  if (call.header("x-amz-sdk-checksum-algorithm") !== undefined) {
    throw invalidRequest(
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
  return { value: { algorithm: "CRC64NVME", value: checksumOf("CRC64NVME", call.request.body), type: "FULL_OBJECT" }, sent: false };
}
