// Is the copy what the original was? Every attribute that HEAD shows, each with its own rule (domain.md 4.2). Pure.
import type { HeadFacts } from "@quitclaim/aws";
import type { Restated } from "./copy-request.ts";
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

/** Differences in words, empty where there are none. `asked` is what the request that made the copy restated. */
export function copyDifferences(before: HeadFacts, after: HeadFacts, asked: Restated, bucketOwnerAccount: string): string[] {
  const found: string[] = [];
  const differ = (what: string, was: unknown, is: unknown): void => {
    if (was !== is) found.push(`${what}: was ${shown(was)}, is ${shown(is)}`);
  };
  for (const name of VERBATIM) differ(name, before[name], after[name]);
  if (etagMustStay(before) && etagMustStay(after)) differ("ETag", before.etag, after.etag);
  for (const name of new Set([...Object.keys(before.metadata), ...Object.keys(after.metadata)]))
    differ(`x-amz-meta-${name}`, before.metadata[name], after.metadata[name]);
  // A lock that the original did not have comes from the bucket's default retention.
  if (asked.lock?.mode !== undefined) {
    differ("Object Lock mode", asked.lock.mode, after.lock?.mode);
    differ("Object Lock date", instant(asked.lock.retainUntil), instant(after.lock?.retainUntil));
  }
  if (before.lock?.legalHold === "ON") differ("legal hold", "ON", after.lock?.legalHold ?? "OFF");
  // Objects without a checksum gain one.
  if (before.checksumAlgorithm !== undefined) differ("checksum algorithm", before.checksumAlgorithm, after.checksumAlgorithm);
  const sums = [before, after].map((facts) => (facts.checksumType === "FULL_OBJECT" ? facts.checksumValue : undefined));
  // Over the whole object, a checksum does not depend on how it was uploaded; a composite one does.
  if (before.checksumAlgorithm === after.checksumAlgorithm && sums[0] !== undefined && sums[1] !== undefined)
    differ("checksum", sums[0], sums[1]);
  const encryption = encryptionDifference(asked.encryption, after.encryption, bucketOwnerAccount);
  if (encryption !== undefined) found.push(encryption);
  return found;
}

/** Multipart ETags become single-part ones, and under KMS an ETag is no digest: there it proves nothing (domain.md 4.2). */
export const etagMustStay = (facts: Pick<HeadFacts, "etag" | "encryption">): boolean =>
  !facts.etag.includes("-") && (facts.encryption === undefined || facts.encryption.algorithm === "AES256");

const instant = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));
const shown = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value));
