/**
 * Additional checksums of S3 objects: CRC32, CRC32C, CRC64NVME, SHA1, SHA256. Verifies what a client sends (in a header or in
 * a trailer), computes what it leaves out, and forms composite values of multipart uploads.
 */
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { invalidRequest, S3Error } from "../http/s3-error.ts";
import { type Content, isVirtual, readContent, virtualHashBytesMax } from "../store/content.ts";
import type { Checksum, ChecksumAlgorithm } from "../store/object.ts";
import { crc32c, crc64nvme } from "./crc.ts";

const checksumAlgorithms: readonly ChecksumAlgorithm[] = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];
const headerPrefix = "x-amz-checksum-";

/** base64. */
export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Buffer): string {
  switch (algorithm) {
    case "CRC32":
      return base64Of32(crc32(bytes));
    case "CRC32C":
      return base64Of32(crc32c(bytes));
    case "CRC64NVME":
      return crc64nvme(bytes).toString("base64");
    case "SHA1":
      return hash("sha1", bytes, "base64");
    case "SHA256":
      return hash("sha256", bytes, "base64");
  }
}

function base64Of32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString("base64");
}

/** Of a whole content; undefined where that would mean making gigabytes of virtual bytes. */
export function checksumOfContent(algorithm: ChecksumAlgorithm, content: Content): Checksum | undefined {
  if (isVirtual(content) && content.size > virtualHashBytesMax) return undefined;
  return { algorithm, value: checksumOf(algorithm, readContent(content, 0, content.size)), type: "FULL_OBJECT" };
}

/** The checksum of checksums, `<base64>-<parts>`. */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): Checksum {
  const joined = Buffer.concat(parts.map((part) => Buffer.from(part, "base64")));
  return { algorithm, value: `${checksumOf(algorithm, joined)}-${parts.length}`, type: "COMPOSITE" };
}

/** `x-amz-checksum-algorithm` or `x-amz-sdk-checksum-algorithm`; 400 for an unknown one. */
export function algorithmNamed(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined;
  const known = checksumAlgorithms.find((algorithm) => algorithm === name.toUpperCase());
  if (known === undefined) {
    throw invalidRequest(
      "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
    );
  }
  return known;
}

/** The checksum a request carries, by a lookup in its headers or trailers. More than one is 400. */
export function sentChecksum(lookup: (name: string) => string | undefined): Checksum | undefined {
  let found: Checksum | undefined;
  for (const algorithm of checksumAlgorithms) {
    const value = lookup(headerPrefix + algorithm.toLowerCase());
    if (value === undefined) continue;
    if (found !== undefined) throw invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    found = { algorithm, value, type: "FULL_OBJECT" };
  }
  return found;
}

/** 400 BadDigest unless the bytes have that checksum. */
export function demandChecksum(sent: Checksum, bytes: Buffer): void {
  const header = headerPrefix + sent.algorithm.toLowerCase();
  if (Buffer.from(sent.value, "base64").length !== widths[sent.algorithm]) throw invalidRequest(`Value for ${header} header is invalid.`);
  if (checksumOf(sent.algorithm, bytes) !== sent.value) {
    throw new S3Error(400, "BadDigest", `The ${sent.algorithm} you specified did not match the calculated checksum.`);
  }
}

const widths: Readonly<Record<ChecksumAlgorithm, number>> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };
