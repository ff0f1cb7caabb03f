// What the headers of an answer to HEAD say, as facts (domain.md 4.2 has the list that a faithful copy needs).
import { unquoted } from "../xml/documents.ts";
import type { HeadFacts } from "./object-calls.ts";

export type HeaderValues = Readonly<Record<string, string | string[] | undefined>>;

/** The first value of a header; undefined where it is absent. */
export function header(headers: HeaderValues, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

/** Only answers to writes tell it; base64. */
export function contextOf(headers: HeaderValues): { readonly context?: string } {
  const context = header(headers, "x-amz-server-side-encryption-context");
  return context === undefined ? {} : { context };
}

const META = "x-amz-meta-";
const CHECKSUM = /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256|sha512|md5|xxhash64|xxhash3|xxhash128)$/;

/** Undefined where the headers are not those of an object: no ETag, length or date. */
export function headFacts(headers: HeaderValues): HeadFacts | undefined {
  const etag = header(headers, "etag");
  const size = Number(header(headers, "content-length"));
  const lastModified = Date.parse(header(headers, "last-modified") ?? "");
  if (etag === undefined || !Number.isSafeInteger(size) || Number.isNaN(lastModified)) return undefined;
  const algorithm = header(headers, "x-amz-server-side-encryption");
  const kmsKeyId = header(headers, "x-amz-server-side-encryption-aws-kms-key-id");
  return {
    etag: unquoted(etag),
    size,
    lastModified,
    ...text("versionId", headers, "x-amz-version-id"),
    storageClass: header(headers, "x-amz-storage-class") ?? "STANDARD",
    ...(isAlgorithm(algorithm)
      ? {
          encryption: {
            algorithm,
            ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
            bucketKey: header(headers, "x-amz-server-side-encryption-bucket-key-enabled") === "true",
          },
        }
      : {}),
    ...text("sseCustomerAlgorithm", headers, "x-amz-server-side-encryption-customer-algorithm"),
    metadata: metadata(headers),
    ...text("contentType", headers, "content-type"),
    ...text("contentEncoding", headers, "content-encoding"),
    ...text("contentLanguage", headers, "content-language"),
    ...text("contentDisposition", headers, "content-disposition"),
    ...text("cacheControl", headers, "cache-control"),
    ...text("expires", headers, "expires"),
    ...text("websiteRedirect", headers, "x-amz-website-redirect-location"),
    tagCount: count(headers, "x-amz-tagging-count") ?? 0,
    ...lock(headers),
    ...parts(headers),
    ...checksum(headers),
    ...hidden(headers),
    ...text("replicationStatus", headers, "x-amz-replication-status"),
    ...text("restore", headers, "x-amz-restore"),
    ...text("archiveStatus", headers, "x-amz-archive-status"),
  };
}

type Algorithm = NonNullable<HeadFacts["encryption"]>["algorithm"];
const isAlgorithm = (text: string | undefined): text is Algorithm => text === "AES256" || text === "aws:kms" || text === "aws:kms:dsse";

function text<K extends keyof HeadFacts>(fact: K, headers: HeaderValues, name: string): { readonly [P in K]?: string } {
  const value = header(headers, name);
  return value === undefined ? {} : ({ [fact]: value } as { readonly [P in K]?: string });
}

function metadata(headers: HeaderValues): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(META)) continue;
    const value = headers[name];
    found[name.slice(META.length)] = Array.isArray(value) ? value.join(", ") : (value ?? "");
  }
  return found;
}

function count(headers: HeaderValues, name: string): number | undefined {
  const value = header(headers, name);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

function lock(headers: HeaderValues): { readonly lock?: NonNullable<HeadFacts["lock"]> } {
  const mode = header(headers, "x-amz-object-lock-mode");
  const until = header(headers, "x-amz-object-lock-retain-until-date");
  const hold = header(headers, "x-amz-object-lock-legal-hold");
  if (mode === undefined && until === undefined && hold === undefined) return {};
  return {
    lock: {
      ...(mode === undefined ? {} : { mode }),
      ...(until === undefined ? {} : { retainUntil: isoTime(until) }),
      ...(hold === "ON" || hold === "OFF" ? { legalHold: hold } : {}),
    },
  };
}

/** One spelling for one moment: with milliseconds, as the SDK writes it. */
function isoTime(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString();
}

function parts(headers: HeaderValues): { readonly partsCount?: number } {
  const partsCount = count(headers, "x-amz-mp-parts-count");
  return partsCount === undefined ? {} : { partsCount };
}

/** S3 names the algorithm only by which checksum header is there, and only when the request asked for checksums. */
function checksum(headers: HeaderValues): Pick<HeadFacts, "checksumAlgorithm" | "checksumValue" | "checksumType"> {
  for (const name of Object.keys(headers)) {
    const algorithm = CHECKSUM.exec(name)?.[1];
    if (algorithm === undefined) continue;
    const type = header(headers, "x-amz-checksum-type");
    return {
      checksumAlgorithm: algorithm.toUpperCase(),
      checksumValue: header(headers, name) ?? "",
      ...(type === "FULL_OBJECT" || type === "COMPOSITE" ? { checksumType: type } : {}),
    };
  }
  return {};
}

function hidden(headers: HeaderValues): Pick<HeadFacts, "hiddenMetadata"> {
  const hiddenMetadata = count(headers, "x-amz-missing-meta") ?? 0;
  return hiddenMetadata === 0 ? {} : { hiddenMetadata };
}
