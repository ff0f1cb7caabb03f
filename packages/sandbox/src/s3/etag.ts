/** ETags: the MD5 of single-part content, unless the encryption hides it; of parts' MD5s for multipart objects. */
import { hash, randomBytes } from "node:crypto";
import { type Content, md5Of } from "../store/content.ts";
import type { Encryption } from "../store/object.ts";

/** Under a KMS or customer key the ETag is no digest of the content, and differs for every write. */
export function etagOf(content: Content, encryption: Encryption, known?: string): string {
  if (encryption.kind === "SSE-S3" || encryption.kind === "NOT-SSE") return known ?? md5Of(content);
  return randomBytes(16).toString("hex");
}

/** `<md5 of the parts' md5s>-<parts>`. */
export function multipartEtag(partEtags: readonly string[]): string {
  const joined = Buffer.concat(partEtags.map((etag) => Buffer.from(etag, "hex")));
  return `${hash("md5", joined, "hex")}-${partEtags.length}`;
}
