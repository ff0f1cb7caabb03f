/**
 * What an object holds: bytes, or *virtual* bytes (a size and a seed; made on reading, always the same, costing no memory),
 * or a slice or a sequence of those (ranges and parts of multipart uploads).
 */
import { createCipheriv, hash } from "node:crypto";

export type Content =
  | { readonly kind: "bytes"; readonly size: number; readonly bytes: Buffer }
  | { readonly kind: "virtual"; readonly size: number; readonly seed: string }
  | { readonly kind: "slice"; readonly size: number; readonly of: Content; readonly from: number }
  | { readonly kind: "joined"; readonly size: number; readonly parts: readonly Content[] };

export const emptyContent: Content = { kind: "bytes", size: 0, bytes: Buffer.alloc(0) };

export const bytesContent = (bytes: Buffer): Content => (bytes.length === 0 ? emptyContent : { kind: "bytes", size: bytes.length, bytes });

export const virtualContent = (size: number, seed: string): Content => (size === 0 ? emptyContent : { kind: "virtual", size, seed });

export const joinedContent = (parts: readonly Content[]): Content => ({
  kind: "joined",
  size: parts.reduce((total, part) => total + part.size, 0),
  parts,
});

/** `size` bytes from offset `from`; the range must lie inside. */
export function sliceContent(of: Content, from: number, size: number): Content {
  return from === 0 && size === of.size ? of : { kind: "slice", size, of, from };
}

/** Reads `length` bytes at `from`; the caller bounds `length` (one chunk), the range must lie inside. */
export function readContent(content: Content, from: number, length: number): Buffer {
  switch (content.kind) {
    case "bytes":
      return content.bytes.subarray(from, from + length);
    case "virtual":
      return virtualBytes(content.seed, from, length);
    case "slice":
      return readContent(content.of, content.from + from, length);
    case "joined":
      return readJoined(content.parts, from, length);
  }
}

function readJoined(parts: readonly Content[], from: number, length: number): Buffer {
  const pieces: Buffer[] = [];
  let start = 0;
  let wanted = length;
  let at = from;
  for (const part of parts) {
    if (wanted === 0) break;
    if (at < start + part.size) {
      const take = Math.min(wanted, start + part.size - at);
      pieces.push(readContent(part, at - start, take));
      at += take;
      wanted -= take;
    }
    start += part.size;
  }
  return Buffer.concat(pieces);
}

/** An AES-CTR key stream: fast, and any offset can be read on its own. */
function virtualBytes(seed: string, from: number, length: number): Buffer {
  const block = Math.floor(from / 16);
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(block), 8);
  const cipher = createCipheriv("aes-128-ctr", hash("md5", seed, "buffer"), counter);
  const skip = from - block * 16;
  return cipher.update(Buffer.alloc(skip + length)).subarray(skip);
}

/** Whether any byte of it is virtual (hashes over it are then derived from its identity above `virtualHashBytesMax`). */
export function isVirtual(content: Content): boolean {
  switch (content.kind) {
    case "bytes":
      return false;
    case "virtual":
      return true;
    case "slice":
      return isVirtual(content.of);
    case "joined":
      return content.parts.some(isVirtual);
  }
}

/** Virtual content up to this size is hashed for real; above, the hash names the content instead of reading gigabytes. */
export const virtualHashBytesMax = 1 << 20;

/** Hexadecimal MD5, the ETag of a single-part object. For large virtual content: an MD5 of what identifies it, stable across copies. */
export function md5Of(content: Content): string {
  if (content.kind === "bytes") return hash("md5", content.bytes, "hex");
  if (!isVirtual(content) || content.size <= virtualHashBytesMax) return hash("md5", readContent(content, 0, content.size), "hex");
  return hash("md5", identityOf(content), "hex");
}

function identityOf(content: Content): string {
  switch (content.kind) {
    case "bytes":
      return `bytes:${md5Of(content)}`;
    case "virtual":
      return `virtual:${content.size}:${content.seed}`;
    case "slice":
      return `slice:${content.from}:${content.size}:${identityOf(content.of)}`;
    case "joined":
      return `joined:${content.parts.map(identityOf).join("|")}`;
  }
}
