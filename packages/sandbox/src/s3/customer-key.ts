/** SSE-C: the key travels with each request; the sandbox keeps only its MD5 and compares. */
import { hash } from "node:crypto";
import { accessDenied, invalidArgument, invalidRequest } from "../http/s3-error.ts";
import type { ObjectVersion } from "../store/object.ts";
import type { Call } from "./call.ts";

const writePrefix = "x-amz-server-side-encryption-customer-";
const copyPrefix = "x-amz-copy-source-server-side-encryption-customer-";

/** MD5 of the key a request carries (base64), its parts checked against each other; undefined without one. */
export function customerKeyMd5(call: Call, prefix: string = writePrefix): string | undefined {
  const algorithm = call.header(`${prefix}algorithm`);
  const key = call.header(`${prefix}key`);
  const md5 = call.header(`${prefix}key-md5`);
  if (algorithm === undefined && key === undefined && md5 === undefined) return undefined;
  if (algorithm === undefined || key === undefined || md5 === undefined) {
    throw invalidArgument(
      "Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key.",
      `${prefix}algorithm`,
      String(algorithm ?? "null"),
    );
  }
  if (algorithm !== "AES256") {
    throw invalidArgument("The Encryption request you specified is not valid. Supported value: AES256.", `${prefix}algorithm`, algorithm);
  }
  const bytes = Buffer.from(key, "base64");
  if (bytes.length !== 32)
    throw invalidArgument("The secret key was invalid for the specified algorithm.", `${prefix}algorithm`, algorithm);
  if (hash("md5", bytes, "base64") !== md5) {
    throw invalidArgument("The calculated MD5 hash of the key did not match the hash that was provided.", `${prefix}key-MD5`, md5);
  }
  return md5;
}

/** An SSE-C object is readable only with its key; any other object only without one. */
export function demandCustomerKey(call: Call, version: ObjectVersion, source: "object" | "copy-source" = "object"): void {
  const given = customerKeyMd5(call, source === "object" ? writePrefix : copyPrefix);
  if (version.encryption.kind !== "SSE-C") {
    if (given !== undefined) throw invalidRequest("The encryption parameters are not applicable to this object.");
    return;
  }
  if (given === undefined) {
    throw invalidRequest(
      "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
    );
  }
  if (given !== version.encryption.keyMd5) throw accessDenied();
}
