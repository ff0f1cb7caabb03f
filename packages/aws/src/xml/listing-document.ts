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

/** Throws XmlError where it is no such document, ends early, or an entry lacks what every entry has. */
export function readVersionPage(xml: string): VersionPage {
  if (!xml.includes("<ListVersionsResult") || xml.lastIndexOf("</ListVersionsResult>") < 0)
    throw new XmlError("no whole ListVersionsResult");
  const encoded = field(xml, ENCODING_TYPE) === "url";
  const versions: ListedVersion[] = [];
  let version = xml.indexOf(VERSION);
  let marker = xml.indexOf(DELETE_MARKER);
  while (version >= 0 || marker >= 0) {
    const isDeleteMarker = version < 0 || (marker >= 0 && marker < version);
    const start = isDeleteMarker ? marker : version;
    const end = xml.indexOf(isDeleteMarker ? DELETE_MARKER_END : VERSION_END, start);
    if (end < 0) throw new XmlError("an entry that is never closed");
    versions.push(listed(xml.slice(start, end), isDeleteMarker, encoded));
    if (isDeleteMarker) marker = xml.indexOf(DELETE_MARKER, end);
    else version = xml.indexOf(VERSION, end);
  }
  const truncated = field(xml, IS_TRUNCATED);
  if (truncated === "false") return { versions, next: undefined };
  if (truncated !== "true") throw new XmlError("the listing does not say whether it is truncated");
  const key = field(xml, NEXT_KEY_MARKER);
  if (key === undefined || key === "") throw new XmlError("the listing says that there is more but not where");
  const versionId = field(xml, NEXT_VERSION_ID_MARKER);
  return { versions, next: { key: decoded(key, encoded), ...(versionId === undefined || versionId === "" ? {} : { versionId }) } };
}

const VERSION = "<Version>";
const VERSION_END = "</Version>";
const DELETE_MARKER = "<DeleteMarker>";
const DELETE_MARKER_END = "</DeleteMarker>";
const ENCODING_TYPE = "<EncodingType>";
const IS_TRUNCATED = "<IsTruncated>";
const NEXT_KEY_MARKER = "<NextKeyMarker>";
const NEXT_VERSION_ID_MARKER = "<NextVersionIdMarker>";
const KEY = "<Key>";
const VERSION_ID = "<VersionId>";
const IS_LATEST = "<IsLatest>";
const LAST_MODIFIED = "<LastModified>";
const SIZE = "<Size>";
const ETAG = "<ETag>";
const STORAGE_CLASS = "<StorageClass>";
const CHECKSUM_ALGORITHM = "<ChecksumAlgorithm>";
const ID = "<ID>";

function listed(entry: string, isDeleteMarker: boolean, encoded: boolean): ListedVersion {
  const key = field(entry, KEY);
  if (key === undefined) throw new XmlError("an entry without a key");
  const lastModified = Date.parse(field(entry, LAST_MODIFIED) ?? "");
  const size = isDeleteMarker ? null : Number(field(entry, SIZE) ?? Number.NaN);
  if (Number.isNaN(lastModified)) throw new XmlError(`the entry of ${JSON.stringify(key)} has no time`);
  if (size !== null && !Number.isSafeInteger(size)) throw new XmlError(`the entry of ${JSON.stringify(key)} has no size`);
  const etag = isDeleteMarker ? undefined : field(entry, ETAG);
  return {
    key: decoded(key, encoded),
    versionId: field(entry, VERSION_ID) ?? "null",
    isLatest: field(entry, IS_LATEST) === "true",
    isDeleteMarker,
    size,
    lastModified,
    etag: etag === undefined ? null : unquoted(etag),
    storageClass: isDeleteMarker ? null : (field(entry, STORAGE_CLASS) ?? null),
    checksumAlgorithm: field(entry, CHECKSUM_ALGORITHM) ?? null,
    owner: field(entry, ID) ?? null,
  };
}

/** The text of the first element that opens with this tag; undefined where there is none. An empty one is "". */
function field(xml: string, tag: string): string | undefined {
  const open = xml.indexOf(tag);
  if (open < 0) return undefined;
  const start = open + tag.length;
  const end = xml.indexOf("<", start);
  if (end < 0) throw new XmlError(`${tag} is never closed`);
  const text = xml.slice(start, end);
  if (!text.includes("&")) return text;
  // An entity tag's own quotes, which every entry has.
  const quoted = text.length > 12 && text.startsWith("&quot;") && text.endsWith("&quot;") ? text.slice(6, -6) : text;
  return quoted.includes("&") ? textOf(text) : `"${quoted}"`;
}

/** Listings are asked for URL-encoded, since XML cannot carry every key. A space may come as `+`, a plus never does. */
function decoded(key: string, encoded: boolean): string {
  if (!encoded) return key;
  const plain = key.includes("+") ? key.replaceAll("+", "%20") : key;
  if (!plain.includes("%")) return plain;
  try {
    return decodeURIComponent(plain);
  } catch (error) {
    if (error instanceof URIError) throw new XmlError(`the key ${JSON.stringify(key)} is not URL-encoded UTF-8`);
    throw error;
  }
}
