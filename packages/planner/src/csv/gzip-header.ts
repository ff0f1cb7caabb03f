// The header of a gzip member (RFC 1952, 2.3).
import { crc32 } from "node:zlib";

const FIXED_BYTES = 10;
const DEFLATE = 8;
// Flags.
const HEADER_CRC = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
const RESERVED = 0xe0;

/** How many bytes the header takes that begins `bytes`; undefined where it is not whole; a sentence's end where it is none. */
export function gzipHeaderBytes(bytes: Uint8Array): number | string | undefined {
  const [magic, magic2, method, flags] = bytes;
  if ((magic ?? 0x1f) !== 0x1f || (magic2 ?? 0x8b) !== 0x8b) return "are no gzip header";
  if ((method ?? DEFLATE) !== DEFLATE) return "are a gzip header of an unknown compression method";
  if (((flags ?? 0) & RESERVED) !== 0) return "are a gzip header with unknown flags";
  if (flags === undefined || bytes.length < FIXED_BYTES) return undefined;
  let end = FIXED_BYTES;
  if ((flags & EXTRA) !== 0) {
    if (bytes.length < end + 2) return undefined;
    end += 2 + (bytes[end] as number) + ((bytes[end + 1] as number) << 8);
  }
  for (const text of [NAME, COMMENT]) {
    if ((flags & text) === 0) continue;
    const zero = bytes.indexOf(0, end);
    if (zero < 0) return undefined;
    end = zero + 1;
  }
  if ((flags & HEADER_CRC) === 0) return end <= bytes.length ? end : undefined;
  if (bytes.length < end + 2) return undefined;
  const told = (bytes[end] as number) | ((bytes[end + 1] as number) << 8);
  return (crc32(bytes.subarray(0, end)) & 0xffff) === told ? end + 2 : "are a gzip header with a wrong checksum";
}
