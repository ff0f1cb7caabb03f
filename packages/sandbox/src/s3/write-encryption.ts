/**
 * How a new object will be encrypted: by the request's headers, else by the bucket's default (every object has at least
 * SSE-S3). A key the writer may not use refuses the write. Without a key id it is the `aws/s3` key of the writer's account.
 */
import { accessDenied, invalidArgument, invalidRequest, type S3Error } from "../http/s3-error.ts";
import type { Bucket } from "../store/bucket.ts";
import type { Encryption } from "../store/object.ts";
import type { Call } from "./call.ts";
import { customerKeyMd5 } from "./customer-key.ts";
import { demandKeyUse } from "./key-use.ts";

const sse = "x-amz-server-side-encryption";

export function encryptionFrom(call: Call, bucket: Bucket): Encryption {
  const encryption = call.world.store.intern.encryption(requested(call, bucket));
  demandKeyUse(call, encryption, "kms:GenerateDataKey");
  return encryption;
}

/** Whether the request says anything about encryption. */
export function namesEncryption(call: Call): boolean {
  return call.header(sse) !== undefined || call.header(`${sse}-customer-algorithm`) !== undefined;
}

function requested(call: Call, bucket: Bucket): Encryption {
  const keyMd5 = customerKeyMd5(call);
  const algorithm = call.header(sse);
  const keyId = call.header(`${sse}-aws-kms-key-id`);
  const context = call.header(`${sse}-context`);
  if (keyMd5 !== undefined) {
    if (algorithm !== undefined) {
      throw invalidArgument(
        "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
        sse,
        algorithm,
      );
    }
    if (bucket.encryption.blocksCustomerKeys) throw accessDenied();
    return { kind: "SSE-C", keyMd5 };
  }
  switch (algorithm) {
    case undefined:
      if (keyId !== undefined) {
        throw invalidArgument(`The SSE algorithm must be aws:kms when ${sse}-aws-kms-key-id is sent.`, sse, "null");
      }
      return defaultEncryption(call, bucket);
    case "AES256":
      if (keyId !== undefined)
        throw invalidArgument(
          "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
          sse,
          algorithm,
        );
      return { kind: "SSE-S3" };
    case "aws:kms":
    case "aws:kms:dsse":
      if (context !== undefined) demandContext(context);
      return {
        kind: algorithm === "aws:kms" ? "SSE-KMS" : "DSSE-KMS",
        keyArn: keyArnFor(call, keyId),
        context,
        bucketKey: algorithm === "aws:kms" && bucketKeyFrom(call, bucket),
      };
    default:
      throw invalidArgument("The encryption method specified is not supported", sse, algorithm);
  }
}

function defaultEncryption(call: Call, bucket: Bucket): Encryption {
  const { kind, keyId, bucketKey } = bucket.encryption;
  if (kind === "SSE-S3") return { kind };
  return { kind, keyArn: keyArnFor(call, keyId), bucketKey: kind === "SSE-KMS" && bucketKey };
}

function bucketKeyFrom(call: Call, bucket: Bucket): boolean {
  const header = call.header(`${sse}-bucket-key-enabled`);
  if (header === undefined) return bucket.encryption.kind === "SSE-KMS" && bucket.encryption.bucketKey;
  if (!/^(true|false)$/i.test(header))
    throw invalidArgument("The bucket key header must be true or false", `${sse}-bucket-key-enabled`, header);
  return header.toLowerCase() === "true";
}

function keyArnFor(call: Call, keyId: string | undefined): string {
  if (call.accountId === undefined) {
    throw invalidArgument(
      "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
      "Authorization",
      "null",
    );
  }
  const { keys } = call.world;
  return (keyId === undefined ? keys.managedKeyOf(call.accountId) : keys.resolve(keyId, call.accountId)).arn;
}

function demandContext(context: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(context, "base64").toString("utf8"));
  } catch (error) {
    throw error instanceof SyntaxError ? malformedContext() : error;
  }
  const strings = typeof parsed === "object" && parsed !== null && Object.values(parsed).every((value) => typeof value === "string");
  if (!strings) throw malformedContext();
}

const malformedContext = (): S3Error =>
  invalidRequest(
    "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map",
  );
