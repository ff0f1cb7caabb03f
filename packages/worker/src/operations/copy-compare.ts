// Is the copy what the original was? Every attribute that HEAD shows, each with its own rule (domain.md 4.2). Pure.
import type { CopyRequest, HeadFacts } from "@quitclaim/aws";
import { encryptionDifference } from "./encryption.ts";

const VERBATIM = [
  "contentType",
  "contentEncoding",
  "contentLanguage",
  "contentDisposition",
  "cacheControl",
  "expires",
  "websiteRedirect",
  "storageClass",
  "size",
  "tagCount",
] as const;

/** Differences in words, empty where there are none. `asked` is the request that made the copy. */
export function copyDifferences(before: HeadFacts, after: HeadFacts, asked: CopyRequest, bucketOwnerAccount: string): string[] {
  const found: string[] = [];
  const differ = (what: string, was: unknown, is: unknown): void => {
    if (was !== is) found.push(`${what}: was ${shown(was)}, is ${shown(is)}`);
  };
  for (const name of VERBATIM) differ(name, before[name], after[name]);
  if (etagMustStay(before) && etagMustStay(after)) differ("ETag", before.etag, after.etag);
  for (const name of new Set([...Object.keys(before.metadata), ...Object.keys(after.metadata)]))
    differ(`x-amz-meta-${name}`, before.metadata[name], after.metadata[name]);
  // A lock that the original did not have comes from the bucket's default retention.
  if (before.lock?.mode !== undefined) {
    differ("Object Lock mode", before.lock.mode, after.lock?.mode);
    differ("Object Lock date", instant(before.lock.retainUntil), instant(after.lock?.retainUntil));
  }
  if (before.lock?.legalHold === "ON") differ("legal hold", "ON", after.lock?.legalHold ?? "OFF");
  // Objects without a checksum gain one.
  if (before.checksumAlgorithm !== undefined) differ("checksum algorithm", before.checksumAlgorithm, after.checksumAlgorithm);
  const encryption = encryptionDifference(asked.encryption, after.encryption, bucketOwnerAccount);
  if (encryption !== undefined) found.push(encryption);
  return found;
}

/** Multipart ETags become single-part ones, and under KMS an ETag is no digest: there it proves nothing (domain.md 4.2). */
export const etagMustStay = (facts: Pick<HeadFacts, "etag" | "encryption">): boolean =>
  !facts.etag.includes("-") && (facts.encryption === undefined || facts.encryption.algorithm === "AES256");

const instant = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));
const shown = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value));
