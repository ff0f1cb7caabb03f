/** Checksums in answer documents. */
import { element } from "../http/xml-write.ts";
import type { Checksum } from "../store/object.ts";

const names = {
  CRC32: "ChecksumCRC32",
  CRC32C: "ChecksumCRC32C",
  CRC64NVME: "ChecksumCRC64NVME",
  SHA1: "ChecksumSHA1",
  SHA256: "ChecksumSHA256",
} as const;

/** `<ChecksumCRC32>…</ChecksumCRC32><ChecksumType>…</ChecksumType>`. */
export function checksumElements(checksum: Checksum | undefined): string {
  return checksum === undefined ? "" : checksumValueElement(checksum) + element("ChecksumType", checksum.type);
}

/** The value alone, as parts carry it. */
export function checksumValueElement(checksum: Checksum | undefined): string {
  return checksum === undefined ? "" : element(names[checksum.algorithm], checksum.value);
}

/** The member's name in request and answer documents. */
export const checksumMember = (algorithm: Checksum["algorithm"]): string => names[algorithm];
