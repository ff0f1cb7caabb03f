// What ListObjectVersions answers: up to a thousand entries, so it is read by looking for its tags rather than by walking every element.
import { unquoted } from "./documents.ts";
import { textOf, XmlError } from "./scan.ts";

export interface ListedVersion {
  /** Raw UTF-8. */
  readonly key: string;
  /** "null" for the null version, and everywhere in a bucket that never had versioning. */
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
  readonly size: number | null;
  /** Epoch milliseconds. */
  readonly lastModified: number;
  readonly etag: string | null;
  readonly storageClass: string | null;
  readonly checksumAlgorithm: string | null;
  /** Canonical ID; null where the server tells none. */
  readonly owner: string | null;
}

/** Where a listing goes on: after this version of the key, or after every version of it. */
export interface VersionMarker {
  readonly key: string;
  readonly versionId?: string;
}

export interface VersionPage {
  /** In the server's order; some servers list the delete markers of a page after its versions. */
  readonly versions: readonly ListedVersion[];
  /** undefined: the end. */
  readonly next: VersionMarker | undefined;
}

const ENTRY = /<(Version|DeleteMarker)>([\s\S]*?)<\/\1>/g;

/** Throws XmlError where it is no such document, ends early, or an entry lacks what every entry has. */
export function readVersionPage(xml: string): VersionPage {
  const end = xml.lastIndexOf("</ListVersionsResult>");
  if (end < 0 || !xml.includes("<ListVersionsResult")) throw new XmlError("no whole ListVersionsResult");
  const encoded = field(xml, "EncodingType") === "url";
  const versions: ListedVersion[] = [];
  for (const [, kind, entry] of xml.matchAll(ENTRY)) versions.push(version(entry as string, kind === "DeleteMarker", encoded));
  const truncated = field(xml, "IsTruncated");
  if (truncated !== "true" && truncated !== "false") throw new XmlError("the listing does not say whether it is truncated");
  if (truncated === "false") return { versions, next: undefined };
  const key = field(xml, "NextKeyMarker");
  if (key === undefined || key === "") throw new XmlError("the listing says that there is more but not where");
  const versionId = field(xml, "NextVersionIdMarker");
  return { versions, next: { key: decoded(key, encoded), ...(versionId === undefined || versionId === "" ? {} : { versionId }) } };
}

function version(entry: string, isDeleteMarker: boolean, encoded: boolean): ListedVersion {
  const key = field(entry, "Key");
  if (key === undefined) throw new XmlError("an entry without a key");
  const lastModified = Date.parse(field(entry, "LastModified") ?? "");
  const size = isDeleteMarker ? null : Number(field(entry, "Size") ?? Number.NaN);
  if (Number.isNaN(lastModified)) throw new XmlError(`the entry of ${JSON.stringify(key)} has no time`);
  if (size !== null && !Number.isSafeInteger(size)) throw new XmlError(`the entry of ${JSON.stringify(key)} has no size`);
  const etag = isDeleteMarker ? undefined : field(entry, "ETag");
  const owner = entry.indexOf("<Owner>");
  return {
    key: decoded(key, encoded),
    versionId: field(entry, "VersionId") ?? "null",
    isLatest: field(entry, "IsLatest") === "true",
    isDeleteMarker,
    size,
    lastModified,
    etag: etag === undefined ? null : unquoted(etag),
    storageClass: isDeleteMarker ? null : (field(entry, "StorageClass") ?? null),
    checksumAlgorithm: field(entry, "ChecksumAlgorithm") ?? null,
    owner: owner < 0 ? null : (field(entry, "ID", owner) ?? null),
  };
}

/** The text of the first element of this name; undefined where there is none. An empty one is "". */
function field(xml: string, name: string, from = 0): string | undefined {
  const open = xml.indexOf(`<${name}>`, from);
  if (open < 0) return undefined;
  const start = open + name.length + 2;
  const end = xml.indexOf("<", start);
  if (end < 0) throw new XmlError(`<${name}> is never closed`);
  return textOf(xml.slice(start, end));
}

/** Listings are asked for URL-encoded, since XML cannot carry every key. A space may come as `+`, a plus never does. */
function decoded(key: string, encoded: boolean): string {
  if (!encoded || !/[%+]/.test(key)) return key;
  try {
    return decodeURIComponent(key.replaceAll("+", "%20"));
  } catch (error) {
    if (error instanceof URIError) throw new XmlError(`the key ${JSON.stringify(key)} is not URL-encoded UTF-8`);
    throw error;
  }
}
