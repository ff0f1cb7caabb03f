/**
 * What a request is aimed at: bucket and key, from the path (`/bucket/key`) or from the host name (`bucket.s3.amazonaws.com`,
 * `bucket.s3.<region>.localhost`, `bucket.localhost`). Keys are taken as they are: `..`, `//`, a leading slash belong to them.
 */
import { decodePercent } from "./percent.ts";
import { S3Error } from "./s3-error.ts";

export interface Address {
  /** undefined: the service itself. */
  readonly bucket: string | undefined;
  /** undefined: the bucket itself. */
  readonly key: string | undefined;
}

const keyBytesMax = 1024;
const virtualHost = /^(.+?)\.(?:s3(?:[.-][a-z0-9-]+)?\.)?(?:localhost|amazonaws\.com)$/;
const serviceHost = /^s3(?:[.-][a-z0-9-]+)?$/;

export function addressOf(host: string | undefined, rawPath: string): Address {
  const bucket = host === undefined ? undefined : bucketOfHost(host);
  if (bucket !== undefined) return { bucket, key: keyOf(rawPath.slice(1)) };
  const slash = rawPath.indexOf("/", 1);
  if (slash < 0) return { bucket: rawPath.length > 1 ? decodePercent(rawPath.slice(1), true) : undefined, key: undefined };
  return { bucket: decodePercent(rawPath.slice(1, slash), true), key: keyOf(rawPath.slice(slash + 1)) };
}

function bucketOfHost(host: string): string | undefined {
  const first = host.charCodeAt(0);
  if ((first >= 0x30 && first <= 0x39 && host.startsWith("127.0.0.1")) || host.startsWith("localhost")) return undefined;
  const colon = host.lastIndexOf(":");
  const match = virtualHost.exec(colon < 0 ? host : host.slice(0, colon));
  return match === null || serviceHost.test(match[1] as string) ? undefined : match[1];
}

function keyOf(raw: string): string | undefined {
  if (raw === "") return undefined;
  const key = decodePercent(raw, true);
  if (key.length * 3 > keyBytesMax) {
    const size = Buffer.byteLength(key);
    if (size > keyBytesMax) {
      throw new S3Error(400, "KeyTooLongError", "Your key is too long", {
        details: { Size: String(size), MaxSizeAllowed: String(keyBytesMax) },
      });
    }
  }
  return key;
}
